package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/catalogue/store"
)

func clock() time.Time { return time.Date(2026, time.April, 1, 12, 0, 0, 0, time.UTC) }

func newServer() *Server { return New(store.WithArticles(500), io.Discard, clock) }

// A request that is sent again and again.
type request struct {
	*http.Request
	body *bytes.Reader
	text []byte
}

func (r *request) again() *http.Request {
	r.body.Reset(r.text)
	return r.Request
}

func newRequest(method, target, body string) *request {
	reader := bytes.NewReader(nil)
	r := httptest.NewRequest(method, target, nil)
	r.Body = io.NopCloser(reader)
	r.Header.Set("Accept-Encoding", "gzip, br")
	return &request{Request: r, body: reader, text: []byte(body)}
}

// An answer that nobody reads.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(int)             {}
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }

// A minute of an ordinary day.
func load() []*request {
	var prices strings.Builder
	for id := 1; id <= 100; id++ {
		fmt.Fprintf(&prices, "%d;1995\n", id)
	}
	return []*request{
		newRequest("GET", "/articles?tag=wood", ""),
		newRequest("GET", "/articles/17", ""),
		newRequest("GET", "/articles?tag=sale&limit=100", ""),
		newRequest("GET", "/export.csv", ""),
		newRequest("GET", "/articles/250", ""),
		newRequest("POST", "/orders", `{"lines":[{"article":3,"count":2},{"article":77,"count":1},{"article":8,"count":1},{"article":9,"count":12}]}`),
		newRequest("GET", "/articles?tag=glass&offset=50", ""),
		newRequest("POST", "/prices", prices.String()),
		newRequest("GET", "/report", ""),
		newRequest("PUT", "/articles/17/photo", strings.Repeat("not really a photo ", 2000)),
		newRequest("GET", "/articles?tag=new", ""),
		newRequest("GET", "/articles/4711", ""),
	}
}

// BenchmarkDay answers all requests of the load in each operation.
func BenchmarkDay(b *testing.B) {
	server, requests, answer := newServer(), load(), &discard{header: http.Header{}}
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		for _, r := range requests {
			clear(answer.header)
			server.ServeHTTP(answer, r.again())
		}
	}
	b.ReportMetric(float64(len(requests)), "requests/op")
}

func answerTo(t *testing.T, server *Server, r *request) (int, http.Header, string) {
	t.Helper()
	w := httptest.NewRecorder()
	server.ServeHTTP(w, r.again())
	body := io.Reader(w.Body)
	if w.Header().Get("Content-Encoding") == "gzip" {
		zr, err := gzip.NewReader(body)
		if err != nil {
			t.Fatal(err)
		}
		body = zr
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, w.Header(), string(text)
}

func TestAnswers(t *testing.T) {
	server := newServer()
	for _, test := range []struct {
		request *request
		status  int
		part    string
	}{
		{newRequest("GET", "/articles?tag=wood&limit=2", ""), 200, `"price":"9.95"`},
		{newRequest("GET", "/articles?limit=x", ""), 400, `is no number`},
		{newRequest("GET", "/articles/17", ""), 200, `"name":"lamp no. 17"`},
		{newRequest("GET", "/articles/4711", ""), 404, `no such article`},
		{newRequest("POST", "/orders", `{"lines":[{"article":1,"count":2}]}`), 201, `"total":"19.90"`},
		{newRequest("POST", "/orders", `{"lines":[{"article":0,"count":2}]}`), 404, `no such article`},
		{newRequest("POST", "/prices", "1;500\n2;600\n"), 200, `"changed":2`},
		{newRequest("POST", "/prices", "1,500\n"), 400, `no semicolon`},
		{newRequest("PUT", "/articles/17/photo", "a photo"), 200, `"bytes":7`},
		{newRequest("PUT", "/articles/17/photo", strings.Repeat("x", 2<<20)), 400, `too large`},
		{newRequest("GET", "/report", ""), 200, `<td>wood</td>`},
		{newRequest("GET", "/export.csv", ""), 200, "3,table no. 3,glass metal,16.95,2,2026-03-01T11:00:00Z\n"},
	} {
		status, _, body := answerTo(t, server, test.request)
		if status != test.status || !strings.Contains(body, test.part) {
			t.Errorf("%s %s: %d %q", test.request.Method, test.request.URL, status, body)
		}
	}
}

func TestListIsAPage(t *testing.T) {
	_, _, body := answerTo(t, newServer(), newRequest("GET", "/articles?tag=sale&offset=1&limit=3", ""))
	var page struct {
		Total    int
		Articles []row
	}
	if err := json.Unmarshal([]byte(body), &page); err != nil {
		t.Fatal(err)
	}
	if len(page.Articles) != 3 || page.Total < 50 {
		t.Error(body)
	}
	_, _, none := answerTo(t, newServer(), newRequest("GET", "/articles?tag=none", ""))
	if !strings.Contains(none, `"articles":[]`) {
		t.Error(none)
	}
}

func TestArticleIsSentOnce(t *testing.T) {
	server := newServer()
	_, header, _ := answerTo(t, server, newRequest("GET", "/articles/17", ""))
	again := newRequest("GET", "/articles/17", "")
	again.Header.Set("If-None-Match", header.Get("ETag"))
	if status, _, body := answerTo(t, server, again); status != http.StatusNotModified || body != "" {
		t.Error(status, body)
	}
}

func TestLog(t *testing.T) {
	var log bytes.Buffer
	server := New(store.WithArticles(3), &log, clock)
	answerTo(t, server, newRequest("GET", "/articles/2", ""))
	if !strings.HasPrefix(log.String(), "2026-04-01T12:00:00Z GET /articles/2 200 ") {
		t.Error(log.String())
	}
}
