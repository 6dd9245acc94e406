package poolput

import (
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{{"how now brown cow", 4}, {"", 0}, {strings.Repeat("cow\t", 5000), 5000}, {"  x ", 1}} {
		if got := Words(c.text); got != c.want {
			t.Errorf("%.20q: %d words, want %d", c.text, got, c.want)
		}
	}
}

func TestDepth(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{{"(a(b)c)", 2}, {"", 0}, {"())", -1}, {"((", -1}, {"()()", 1}} {
		if got := Depth(c.text); got != c.want {
			t.Errorf("%q: %d, want %d", c.text, got, c.want)
		}
	}
}

//measure:allocs/op 0
func BenchmarkWords(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if Words("how now brown cow") != 4 {
			b.Fatal("wrong count")
		}
	}
}

//measure:allocs/op 0
func BenchmarkDepth(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if Depth("(a(b)c)") != 2 {
			b.Fatal("wrong depth")
		}
	}
}
