package escape

import (
	"io"
	"strings"
	"testing"
)

var (
	point *Point
	next  func() int
	sum   int

	published = make(chan *Reading, 1)
	number    float64
	found     []float64
	values    = []float64{3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5}
	source    = strings.NewReader("")

	from io.Reader = source
)

func TestAllocations(t *testing.T) {
	for _, c := range []struct {
		name string
		run  func()
		want float64
	}{
		{"Returned", func() { point = Returned(300) }, 1},
		{"Stored", func() { Stored(300) }, 1},
		{"Captured", func() { next = Captured(300) }, 1},
		{"Publish", func() { Publish(published, 1, 2); <-published }, 1},
		{"Highest", func() { number = Highest(2, 3) }, 2},
		{"Kind", func() { source.Reset("how"); Kind(from) }, 1},
		{"Stays", func() { sum = Stays(300) }, 0},
	} {
		if got := testing.AllocsPerRun(100, c.run); got != c.want {
			t.Errorf("%s allocates %v times, want %v", c.name, got, c.want)
		}
	}
}

// How often append grows, and whether the first array is on the stack, differs between versions of Go.
func TestGrowth(t *testing.T) {
	if got := testing.AllocsPerRun(100, func() { found = Above(values, 2) }); got < 1 {
		t.Errorf("Above allocates %v times", got)
	}
	if got := testing.AllocsPerRun(100, func() { number = Median(values, 2) }); got < 1 {
		t.Errorf("Median allocates %v times", got)
	}
}
