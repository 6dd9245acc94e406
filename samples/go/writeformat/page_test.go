package writeformat

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

var (
	items    = []Item{{"apples", 1200}, {"pears", 340}, {"plums", 56000}, {"cherries", 7800}}
	rendered = bytes.Repeat([]byte("<p>rendered</p>\n"), 32)
	// Escapes, so that no benchmark is optimised away.
	text string
	// Called through a variable, as a server calls it: not inlined.
	handler = Echo
)

// writes counts the writes, and keeps the bytes.
type writes struct {
	bytes.Buffer
	n int
}

func (w *writes) Write(p []byte) (int, error) {
	w.n++
	return w.Buffer.Write(p)
}

func TestSingleWrites(t *testing.T) {
	var w writes
	if err := Line(&w, items[0]); err != nil || w.n != 1 || w.String() != "apples: 1200 items\n" {
		t.Errorf("Line: %d writes of %q, %v", w.n, w.String(), err)
	}
	// Hides WriteString, which is promoted.
	w = writes{}
	if err := Body(struct{ io.Writer }{&w}, []byte("<p>")); err != nil || w.n != 1 || w.String() != "<p>" {
		t.Errorf("Body: %d writes of %q, %v", w.n, w.String(), err)
	}
}

func TestTexts(t *testing.T) {
	if got, want := List(items[:2]), "apples=1200;pears=340;"; got != want {
		t.Errorf("List: got %q, want %q", got, want)
	}
	var buf bytes.Buffer
	w := bufio.NewWriter(&buf)
	Title(w, "Fruit")
	w.Flush()
	if got, want := buf.String(), "Fruit\n"; got != want {
		t.Errorf("Title: got %q, want %q", got, want)
	}
	recorder := httptest.NewRecorder()
	Echo(recorder, httptest.NewRequest("GET", "/a/b", nil))
	if got, want := recorder.Body.String(), "/a/b"; got != want {
		t.Errorf("Echo: got %q, want %q", got, want)
	}
}

// response is a ResponseWriter with a WriteString, as net/http's own have.
type response struct{ strings.Builder }

func (*response) Header() http.Header { return nil }
func (*response) WriteHeader(int)     {}

//measure:allocs/op 2
func BenchmarkLine(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Line(io.Discard, items[0])
	}
}

func BenchmarkList(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		text = List(items)
	}
}

//measure:allocs/op 0
func BenchmarkBody(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Body(io.Discard, rendered)
	}
}

//measure:allocs/op 0
func BenchmarkTitle(b *testing.B) {
	w := bufio.NewWriter(io.Discard)
	b.ReportAllocs()
	for b.Loop() {
		Title(w, "A title that is longer than thirty-two bytes")
	}
}

//measure:allocs/op 0
func BenchmarkEcho(b *testing.B) {
	w := &response{}
	w.Grow(1 << 20)
	r := &http.Request{URL: &url.URL{Path: "/a/path/that/is/longer/than/thirty-two/bytes"}}
	b.ReportAllocs()
	for b.Loop() {
		if w.Len() > 1<<19 {
			b.StopTimer()
			w.Reset()
			w.Grow(1 << 20)
			b.StartTimer()
		}
		handler(w, r)
	}
}
