package escape

import "testing"

var (
	point *Point
	next  func() int
	sum   int
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
		{"Stays", func() { sum = Stays(300) }, 0},
	} {
		if got := testing.AllocsPerRun(100, c.run); got != c.want {
			t.Errorf("%s allocates %v times, want %v", c.name, got, c.want)
		}
	}
}
