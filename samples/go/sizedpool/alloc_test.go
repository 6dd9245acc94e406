package sizedpool

import (
	"math/rand/v2"
	"testing"
)

func TestAlloc(t *testing.T) {
	var a Allocator
	var held [][]byte
	for round := range 4 {
		for i, n := range []int{0, 1, 2, 3, 4, 5, 255, 256, 257, 1 << 18, 1<<24 + 1} {
			b := a.Alloc(n)
			if len(b) != n || cap(b) < n {
				t.Fatalf("Alloc(%d) has %d bytes, capacity %d", n, len(b), cap(b))
			}
			for j := range b {
				b[j] = byte(i + round)
			}
			held = append(held, b)
		}
		// No two buffers that are out at the same time share memory.
		for i, b := range held {
			for _, c := range b {
				if c != byte(i+round) {
					t.Fatalf("buffer %d was written by another", i)
				}
			}
			a.Free(b)
		}
		held = held[:0]
	}
	a.Free(nil)
}

// Of fifty buffers that are held at once, one in ten is large.
func BenchmarkMixed(b *testing.B) {
	var a Allocator
	random := rand.New(rand.NewPCG(1, 2))
	b.ReportAllocs()
	for b.Loop() {
		var bufs [50][]byte
		for i := range bufs {
			n := 10
			if random.IntN(10) == 0 {
				n = 1<<18 - 1
			}
			bufs[i] = a.Alloc(n)
		}
		for _, buf := range bufs {
			a.Free(buf)
		}
	}
}
