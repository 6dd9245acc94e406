// Package poolputvalue pools a slice and a struct by value: each Put allocates a box for the interface.
package poolputvalue

import "sync"

var buffers = sync.Pool{
	New: func() any { return make([]byte, 0, 1024) },
}

// HexDigits counts the hexadecimal digits of the text.
func HexDigits(text string) int {
	b := buffers.Get().([]byte)
	b = b[:0]
	for i := range len(text) {
		switch c := text[i] | 0x20; {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f':
			b = append(b, c)
		}
	}
	n := len(b)
	buffers.Put(b)
	return n
}

type window struct {
	samples [32]int
	n       int
}

var windows = sync.Pool{New: func() any { return window{} }}

// Peak returns the largest sum of up to 32 neighbours.
func Peak(values []int) (best int) {
	w := windows.Get().(window)
	defer windows.Put(w)
	w.n = 0
	sum := 0
	for _, v := range values {
		at := w.n % len(w.samples)
		if w.n >= len(w.samples) {
			sum -= w.samples[at]
		}
		w.samples[at] = v
		sum += v
		w.n++
		best = max(best, sum)
	}
	return best
}
