package needlessconversion

import "testing"

var line = []byte("2026-11-20 10:31:07 host=web-3 level=error msg=\"the upstream did not answer in time\"")

// Escape, so that no benchmark is optimised away.
var (
	found bool
	many  int
	dst   []byte
)

func TestScan(t *testing.T) {
	if !IsError(line) || !IsError([]byte("ERROR: x")) || IsError([]byte("ok")) || IsError(nil) {
		t.Error("IsError")
	}
	if !IsDated(line) || IsDated(line[1:]) {
		t.Error("IsDated")
	}
	if !IsText(line) || IsText([]byte{0xff}) {
		t.Error("IsText")
	}
	if got := string(Quote(nil, []byte("x"))); got != `"x"` {
		t.Errorf("Quote: %s", got)
	}
	if got := Mentions(line, []string{"upstream", "downstream", "time"}); got != 2 {
		t.Errorf("Mentions: %d", got)
	}
}

//measure:allocs/op 0
func BenchmarkIsError(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		found = IsError(line)
	}
}

//measure:allocs/op 0
func BenchmarkIsDated(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		found = IsDated(line)
	}
}

//measure:allocs/op 0
func BenchmarkIsText(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		found = IsText(line)
	}
}

//measure:allocs/op 0
func BenchmarkQuote(b *testing.B) {
	dst = make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		dst = Quote(dst[:0], line)
	}
}

//measure:allocs/op 1
func BenchmarkMentions(b *testing.B) {
	words := []string{"upstream", "downstream", "time", "host", "level", "debug"}
	b.ReportAllocs()
	for b.Loop() {
		many = Mentions(line, words)
	}
}

const query = "page=3&sort=name&order=descending&filter=a+rather+long+text+to+look+for"

func TestParameter(t *testing.T) {
	for key, want := range map[string]string{"page": "3", "filter": "a+rather+long+text+to+look+for", "none": "", "": ""} {
		if got := Parameter(query, key); got != want {
			t.Errorf("Parameter(%q) = %q, want %q", key, got, want)
		}
	}
}

var parameter string

//measure:allocs/op 0
func BenchmarkParameter(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		parameter = Parameter(query, "filter")
	}
}
