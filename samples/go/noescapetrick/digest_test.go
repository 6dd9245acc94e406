package noescapetrick

import (
	"encoding/binary"
	"hash"
	"hash/fnv"
	"testing"
)

// plain is Digest without the trick.
func plain(h hash.Hash32, id uint64) uint32 {
	var scratch [8]byte
	binary.LittleEndian.PutUint64(scratch[:], id)
	h.Reset()
	h.Write(scratch[:])
	return h.Sum32()
}

// hashes keeps the compiler from knowing which hash it is.
var hashes = []hash.Hash32{fnv.New32a()}

func TestDigest(t *testing.T) {
	h := hashes[0]
	d := NewDigester(fnv.New32a())
	for _, id := range []uint64{0, 1, 1 << 40} {
		want := plain(h, id)
		if got := Digest(h, id); got != want {
			t.Errorf("Digest(%d) is %#x, want %#x", id, got, want)
		}
		if got := d.Digest(id); got != want {
			t.Errorf("Digester.Digest(%d) is %#x, want %#x", id, got, want)
		}
	}
}

func TestAllocations(t *testing.T) {
	h := hashes[0]
	d := NewDigester(h)
	for _, one := range []struct {
		name string
		run  func()
		want float64
	}{
		{"plain", func() { plain(h, 1) }, 1},
		{"hidden", func() { Digest(h, 1) }, 0},
		{"owned", func() { d.Digest(1) }, 0},
	} {
		if got := testing.AllocsPerRun(100, one.run); got != one.want {
			t.Errorf("%s allocates %v times, want %v", one.name, got, one.want)
		}
	}
}

func BenchmarkDigest(b *testing.B) {
	h := hashes[0]
	b.ReportAllocs()
	for b.Loop() {
		Digest(h, 1)
	}
}

func BenchmarkDigester(b *testing.B) {
	d := NewDigester(hashes[0])
	b.ReportAllocs()
	for b.Loop() {
		d.Digest(1)
	}
}
