// Package sizedpool hands out buffers of whatever size is asked for from one pool.
package sizedpool

import "sync"

// Allocator hands out buffers and takes them back.
type Allocator struct {
	pool sync.Pool
}

// Alloc returns n bytes, with whatever their last user left in them.
func (a *Allocator) Alloc(n int) []byte {
	if b, _ := a.pool.Get().([]byte); cap(b) >= n {
		return b[:n]
	}
	return make([]byte, n)
}

// Free takes b back.
func (a *Allocator) Free(b []byte) {
	a.pool.Put(b)
}
