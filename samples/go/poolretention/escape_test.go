package poolretention

import (
	"runtime"
	"strings"
	"testing"
)

func TestEscapedLen(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "a\n": 5, strings.Repeat("\x00", 1<<16): 4 << 16} {
		if got := EscapedLen(text); got != want {
			t.Errorf("%.10q: %d, want %d", text, got, want)
		}
	}
}

//measure:allocs/op 0
func BenchmarkSmall(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if EscapedLen("gopher\n") != 10 {
			b.Fatal("wrong length")
		}
	}
}

var large = strings.Repeat("gopher\n", 200_000)

// The price: a large buffer is allocated again.
//
//measure:allocs/op 40
func BenchmarkLarge(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		EscapedLen(large)
	}
}

// What the heap holds after one large call and a collection, in place of B/op.
//
//measure:bytes/op -90%
func BenchmarkRetained(b *testing.B) {
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		EscapedLen(large)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(max(0, float64(after.HeapAlloc)-float64(before.HeapAlloc)), "B/op")
	b.ReportMetric(0, "allocs/op")
}
