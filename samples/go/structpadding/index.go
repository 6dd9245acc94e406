// Package structpadding keeps an index of files, in structs whose fields stand in the order in which they were thought of.
package structpadding

// Entry is a file in the index.
type Entry struct {
	Dir    bool
	Name   string
	Hidden bool // left out of listings
	next   *Entry
}

// Span is a part of a file.
type Span struct {
	hole   bool
	offset int64
	dirty  bool // not yet written
	length uint32
}

// Index is a list of files, the last one first.
type Index struct {
	last *Entry
	len  int
}

// Add puts a file into the index.
func (x *Index) Add(name string, dir bool) *Entry {
	hidden := len(name) > 0 && name[0] == '.'
	x.last = &Entry{Name: name, Dir: dir, Hidden: hidden, next: x.last}
	x.len++
	return x.last
}

// Visible counts the files that are not hidden.
func (x *Index) Visible() int {
	n := 0
	for e := x.last; e != nil; e = e.next {
		if !e.Hidden {
			n++
		}
	}
	return n
}

// Split cuts size bytes into n spans of nearly the same length.
func Split(size int64, n int) []Span {
	spans := make([]Span, n)
	for i := range spans {
		start, end := size*int64(i)/int64(n), size*int64(i+1)/int64(n)
		spans[i] = Span{offset: start, length: uint32(end - start)}
	}
	return spans
}
