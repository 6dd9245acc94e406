package growing

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

var (
	all   []int
	index map[string]int
)

// Each form, and the one with room.
func TestForms(t *testing.T) {
	a, b, c := make([]int, 10), make([]int, 20), make([]int, 30)
	if !slices.Equal(Join(a, b, c), Concat(a, b, c)) {
		t.Error("Join and Concat differ")
	}
	grows := testing.AllocsPerRun(100, func() { all = Join(a, b, c) })
	fits := testing.AllocsPerRun(100, func() { all = Concat(a, b, c) })
	if grows < fits || fits != 1 {
		t.Errorf("%v allocations, and %v with room", grows, fits)
	}
	var names []string
	for i := range 100 {
		names = append(names, fmt.Sprint(i))
	}
	one := func() int { return 1 }
	if !maps.Equal(Index(names, one), Sized(names, one)) {
		t.Error("Index and Sized differ")
	}
	grows = testing.AllocsPerRun(100, func() { index = Index(names, one) })
	fits = testing.AllocsPerRun(100, func() { index = Sized(names, one) })
	if fits >= grows {
		t.Errorf("%v allocations, and %v with a size", grows, fits)
	}
	t.Log(grows, fits)
}

func BenchmarkJoin(b *testing.B) {
	b.ReportAllocs()
	x, y, z := make([]int, 10), make([]int, 20), make([]int, 30)
	for range b.N {
		all = Join(x, y, z)
	}
}
