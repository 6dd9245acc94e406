package poolmissingreset

import "testing"

// Only what a reset cannot change is tested: the first call is right either way, later ones are too large without it.
func TestAtLeast(t *testing.T) {
	if got := Width("gopher", 7); got < len("gopher#7") {
		t.Errorf("%d", got)
	}
	if got := Count([]int{1, 2, 3, 4}); got < 2 {
		t.Errorf("%d", got)
	}
}

//measure:bytes/op -90%
func BenchmarkWidth(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if Width("gopher", 7) == 0 {
			b.Fatal("empty")
		}
	}
}

//measure:bytes/op -90%
func BenchmarkCount(b *testing.B) {
	values := []int{1, 2, 3, 4, 6, 8}
	b.ReportAllocs()
	for b.Loop() {
		if Count(values) == 0 {
			b.Fatal("none")
		}
	}
}
