// Package pointerwrapper writes lines into pooled buffers through helpers that take a pointer to the slice and return
// one: each helper copies the slice, changes the copy and returns its address.
package pointerwrapper

import "sync"

var pool = sync.Pool{
	New: func() any {
		s := make([]byte, 0, 4096)
		return &s
	},
}

func appendByte(buffer *[]byte, c byte) *[]byte {
	b := *buffer
	if cap(b)-len(b) < 1 {
		larger := make([]byte, len(b), 2*cap(b)+16)
		copy(larger, b)
		b = larger
	}
	b = append(b, c)
	return &b
}

func reset(buffer *[]byte) *[]byte {
	b := *buffer
	for i := range b {
		b[i] = 0
	}
	b = b[:0]
	return &b
}

// Sum adds up the upper-case letters of the text.
func Sum(text string) (sum int) {
	s := pool.Get().(*[]byte)
	for i := range len(text) {
		if c := text[i]; c >= 'A' && c <= 'Z' {
			s = appendByte(s, c)
		}
	}
	for _, c := range *s {
		sum += int(c)
	}
	s = reset(s)
	pool.Put(s)
	return sum
}

// Len does the same with helpers in variables, which the compiler inlines.
func Len(text string) int {
	add := func(buffer *[]byte, part string) *[]byte {
		b := *buffer
		b = append(b, part...)
		return &b
	}
	empty := func(buffer *[]byte) *[]byte {
		b := *buffer
		b = b[:0]
		return &b
	}
	s := pool.Get().(*[]byte)
	s = add(s, text)
	n := len(*s)
	s = empty(s)
	pool.Put(s)
	return n
}
