package structpadding

import "testing"

func TestIndex(t *testing.T) {
	var x Index
	for _, name := range []string{"a.go", ".git", "b.go"} {
		x.Add(name, name == ".git")
	}
	if x.len != 3 || x.Visible() != 2 || !x.last.next.Dir {
		t.Errorf("the index has %d files, %d of them visible", x.len, x.Visible())
	}
}

func TestSplit(t *testing.T) {
	total := int64(0)
	for _, span := range Split(1000, 7) {
		if span.offset != total || span.hole || span.dirty {
			t.Errorf("wrong span %v at %d", span, total)
		}
		total += int64(span.length)
	}
	if total != 1000 {
		t.Errorf("the spans have %d bytes", total)
	}
}

// 40 bytes are allocated as 48.
//
//measure:bytes/op 32
func BenchmarkAdd(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		var x Index
		sink = x.Add("main.go", false)
	}
}

//measure:bytes/op -30%
func BenchmarkSplit(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		spans = Split(1<<20, 1024)
	}
}

var (
	sink  *Entry
	spans []Span
)
