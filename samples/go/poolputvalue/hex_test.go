package poolputvalue

import "testing"

func TestHexDigits(t *testing.T) {
	for text, want := range map[string]int{"": 0, "xyz": 0, "c0ffee!": 6, "Go 1.26": 3} {
		if got := HexDigits(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestPeak(t *testing.T) {
	ones := make([]int, 100)
	for i := range ones {
		ones[i] = 1
	}
	for _, c := range []struct {
		values []int
		want   int
	}{{nil, 0}, {ones, 32}, {[]int{1, 2, 3}, 6}} {
		if got := Peak(c.values); got != c.want {
			t.Errorf("%v: %d, want %d", c.values, got, c.want)
		}
	}
}

//measure:allocs/op 0
func BenchmarkHexDigits(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if HexDigits("c0ffee!") != 6 {
			b.Fatal("wrong count")
		}
	}
}

//measure:allocs/op 0
func BenchmarkPeak(b *testing.B) {
	values := []int{1, 2, 3}
	b.ReportAllocs()
	for b.Loop() {
		if Peak(values) != 6 {
			b.Fatal("wrong peak")
		}
	}
}
