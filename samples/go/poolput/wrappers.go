// Package poolput has a pool of buffers behind two small functions that hide the pointer: each put allocates it anew.
package poolput

import "sync"

var pool = sync.Pool{
	New: func() any {
		s := make([]byte, 0, 4096)
		return &s
	},
}

func get() []byte {
	s := pool.Get().(*[]byte)
	return *s
}

func put(s []byte) {
	pool.Put(&s)
}

// Words counts the words of the text by way of a copy in which every other byte is a blank.
func Words(text string) (n int) {
	s := get()
	for i := range len(text) {
		if c := text[i]; c > ' ' {
			s = append(s, c)
		} else {
			s = append(s, ' ')
		}
	}
	inWord := false
	for _, c := range s {
		if c != ' ' && !inWord {
			n++
		}
		inWord = c != ' '
	}
	s = s[:0]
	put(s)
	return n
}

var stack = sync.Pool{New: func() any { return new([]int) }}

// Depth returns how deep the parentheses of the text are nested, or -1 if they do not match.
func Depth(text string) (deepest int) {
	p := stack.Get().(*[]int)
	open := (*p)[:0]
	for i := range len(text) {
		switch text[i] {
		case '(':
			open = append(open, i)
			deepest = max(deepest, len(open))
		case ')':
			if len(open) == 0 {
				stack.Put(&open)
				return -1
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		deepest = -1
	}
	stack.Put(&open)
	return deepest
}
