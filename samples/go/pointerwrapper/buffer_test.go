package pointerwrapper

import (
	"strings"
	"testing"
)

func TestSum(t *testing.T) {
	for _, text := range []string{"AB", strings.Repeat("A", 10000), "", "aBc"} {
		want := 0
		for _, c := range text {
			if c < 'a' {
				want += int(c)
			}
		}
		if got := Sum(text); got != want {
			t.Errorf("%d bytes: %d, want %d", len(text), got, want)
		}
	}
}

func TestLen(t *testing.T) {
	for _, text := range []string{"how now", strings.Repeat("brown cow ", 1000), "", "cow"} {
		if got := Len(text); got != len(text) {
			t.Errorf("got %d, want %d", got, len(text))
		}
	}
}

//measure:allocs/op 0
func BenchmarkSum(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if Sum("a line with an X and a Y") != 'X'+'Y' {
			b.Fatal("wrong sum")
		}
	}
}

//measure:allocs/op 0
func BenchmarkLen(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if Len("a line of text") != 14 {
			b.Fatal("wrong length")
		}
	}
}
