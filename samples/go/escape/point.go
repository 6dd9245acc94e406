// Package escape has values that go to the heap for the usual reasons: hover over them.
package escape

// Point is a place.
type Point struct{ X, Y int }

var last *Point

// Returned goes to the heap because its address is returned.
func Returned(x int) *Point {
	p := Point{x, x}
	return &p
}

// Stored goes to the heap because a variable of the package keeps it.
func Stored(x int) {
	last = &Point{x, x}
}

// Captured goes to the heap with the function that is returned.
func Captured(x int) func() int {
	return func() int { return x }
}

// Stays does not.
func Stays(x int) int {
	p := &Point{x, x}
	return p.X + p.Y
}
