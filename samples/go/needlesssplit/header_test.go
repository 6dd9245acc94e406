package needlesssplit

import "testing"

const header = "text/html, application/xhtml+xml, application/xml;q=0.9, image/avif, image/webp, */*;q=0.8"

// Escape, so that no benchmark is optimised away.
var (
	found bool
	many  int
	value string
)

func TestHeader(t *testing.T) {
	if !Accepts(header, "application/xml") || Accepts(header, "text/plain") || Accepts("", "x") || !Accepts("", "") {
		t.Error("Accepts")
	}
	if name, value, ok := Pair("a = b=c"); name != "a" || value != "b=c" || !ok {
		t.Errorf("Pair: %q %q", name, value)
	}
	if _, _, ok := Pair("a"); ok {
		t.Error("Pair of one")
	}
	if got := Letters(" a  bc\td "); got != 4 {
		t.Errorf("Letters: %d", got)
	}
	if Depth("a/b/c") != 3 || Depth("") != 1 {
		t.Error("Depth")
	}
}

//measure:allocs/op 0
func BenchmarkAccepts(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		found = Accepts(header, "*/*")
	}
}

//measure:allocs/op 0
func BenchmarkPair(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, value, found = Pair("session = 5f2b9c")
	}
}

//measure:allocs/op 0
func BenchmarkLetters(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		many = Letters("the quick brown fox jumps over the lazy dog")
	}
}

//measure:allocs/op 0
func BenchmarkDepth(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		many = Depth("var/lib/app/data/2026/11")
	}
}
