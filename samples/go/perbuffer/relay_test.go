package perbuffer

import (
	"bytes"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

var text = strings.Repeat("how now brown cow\n", 1000)

func TestRelay(t *testing.T) {
	for range 3 {
		var out strings.Builder
		lines, err := Relay(&out, strings.NewReader(text))
		if lines != 1000 || err != nil || out.String() != text {
			t.Fatalf("%d lines, %v, %d bytes", lines, err, out.Len())
		}
	}
}

func TestChecksum(t *testing.T) {
	for _, size := range []int{0, 1, 100, 5000, 18000, 7} {
		got, err := Checksum(strings.NewReader(text), size)
		if want := crc32.ChecksumIEEE([]byte(text[:size])); got != want || err != nil {
			t.Errorf("%d bytes: %#x, %v, want %#x", size, got, err, want)
		}
	}
	if _, err := Checksum(strings.NewReader("x"), 2); err == nil {
		t.Error("a short frame has no checksum")
	}
}

func TestSend(t *testing.T) {
	for _, v := range []string{strings.Repeat("a", 200000), "b", "c"} {
		var out bytes.Buffer
		if err := Send(&out, v); err != nil || out.String() != `"`+v+"\"\n" {
			t.Errorf("%d bytes, %v", out.Len(), err)
		}
	}
	var out bytes.Buffer
	if err := Send(&out, func() {}); err == nil || out.Len() > 0 {
		t.Error("a function is no JSON")
	}
}

func TestRow(t *testing.T) {
	for _, n := range []int{1000, 0, 3} {
		var out bytes.Buffer
		values := make([]int, n)
		if err := Row(&out, values); err != nil || out.String() != strings.Repeat("0;", n)+"\n" {
			t.Errorf("%q, %v", out.String(), err)
		}
	}
}

func TestGreeting(t *testing.T) {
	for _, path := range []string{"/a", "/abc", "/b"} {
		answer := httptest.NewRecorder()
		Greeting(answer, httptest.NewRequest("GET", path, nil))
		if got, want := answer.Body.String(), "<p>Hello, "+path+".</p>"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestPairs(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{{"abab", 2}, {"aaaa", 1}, {"", 0}, {"abab", 2}} {
		if got := Pairs(c.text); got != c.want {
			t.Errorf("%q: %d pairs, want %d", c.text, got, c.want)
		}
	}
}

// source gives the same text again and again without an allocation of its own.
type source struct{ strings.Reader }

func (s *source) again(text string) io.Reader {
	s.Reset(text)
	return s
}

//measure:allocs/op 0
func BenchmarkRelay(b *testing.B) {
	b.ReportAllocs()
	var s source
	for b.Loop() {
		if _, err := Relay(io.Discard, s.again(text)); err != nil {
			b.Fatal(err)
		}
	}
}

//measure:allocs/op 0
func BenchmarkChecksum(b *testing.B) {
	b.ReportAllocs()
	var s source
	for b.Loop() {
		if _, err := Checksum(s.again(text), 4000); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSend(b *testing.B) {
	b.ReportAllocs()
	message := &struct{ Name, Text string }{"cow", strings.Repeat("brown ", 200)}
	for b.Loop() {
		if err := Send(io.Discard, message); err != nil {
			b.Fatal(err)
		}
	}
}

//measure:allocs/op 0
func BenchmarkRow(b *testing.B) {
	b.ReportAllocs()
	values := make([]int, 300)
	for b.Loop() {
		if err := Row(io.Discard, values); err != nil {
			b.Fatal(err)
		}
	}
}

// answer takes what a handler writes and keeps none of it.
type answer struct{ header http.Header }

func (a answer) Header() http.Header         { return a.header }
func (a answer) Write(p []byte) (int, error) { return len(p), nil }
func (a answer) WriteHeader(int)             {}

func BenchmarkGreeting(b *testing.B) {
	b.ReportAllocs()
	r := httptest.NewRequest("GET", "/cow", nil)
	for b.Loop() {
		Greeting(answer{}, r)
	}
}

//measure:allocs/op 0
func BenchmarkPairs(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if Pairs(text) == 0 {
			b.Fatal("no pairs")
		}
	}
}

func TestHello(t *testing.T) {
	for _, path := range []string{"/a", "/" + strings.Repeat("long", 500), "/b"} {
		answer := httptest.NewRecorder()
		Hello(answer, httptest.NewRequest("GET", path, nil))
		if got, want := answer.Body.String(), "Hello, "+path; got != want {
			t.Errorf("got %d bytes, want %q", len(got), want)
		}
	}
}

// nowhere takes an answer and forgets it.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n nowhere) WriteHeader(int)             {}

func BenchmarkHello(b *testing.B) {
	var w http.ResponseWriter = nowhere{http.Header{}}
	request := httptest.NewRequest("GET", "/world", nil)
	b.ReportAllocs()
	for b.Loop() {
		Hello(w, request)
	}
}
