// Package mustnotallocate has a ring buffer whose hot path promises not to allocate, and one function that breaks it.
package mustnotallocate

// Sample is one measured value.
type Sample struct {
	Name  string
	Value float64
}

// Ring keeps the last samples.
type Ring struct {
	samples [64]Sample
	next    int
}

// Add stores a sample in place of the oldest.
//
//alloclens:noalloc
func (r *Ring) Add(name string, value float64) {
	r.samples[r.next%len(r.samples)] = Sample{name, value}
	r.next++
}

// Latest returns the newest sample. The pointer keeps the copy alive: the directive makes that an error.
//
//alloclens:noalloc
func (r *Ring) Latest() *Sample {
	latest := r.samples[(r.next+len(r.samples)-1)%len(r.samples)]
	return &latest
}
