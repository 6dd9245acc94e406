// Package poolmissingreset uses pooled objects as Get gives them: what earlier calls left in them is still there.
package poolmissingreset

import (
	"bytes"
	"strconv"
	"sync"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Width returns the length of the label of a numbered name.
func Width(name string, n int) int {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.WriteString(name)
	buf.WriteByte('#')
	buf.WriteString(strconv.Itoa(n))
	return buf.Len()
}

type table struct {
	squares []int
}

var tables = sync.Pool{New: func() any { return new(table) }}

// Count returns how many of the values are even.
func Count(values []int) int {
	t := tables.Get().(*table)
	defer tables.Put(t)
	for _, v := range values {
		if v%2 == 0 {
			t.squares = append(t.squares, v*v)
		}
	}
	return len(t.squares)
}
