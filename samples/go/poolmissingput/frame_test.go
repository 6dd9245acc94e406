package poolmissingput

import (
	"errors"
	"testing"
)

func TestChecksum(t *testing.T) {
	for _, c := range []struct {
		message string
		want    int
		err     error
	}{{"\x02\x01\x02", 3, nil}, {"", 0, nil}, {"\x05abc", 0, ErrShort}, {"\x00", 0, nil}} {
		if got, err := Checksum(c.message); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%q: %d, %v; want %d, %v", c.message, got, err, c.want, c.err)
		}
	}
}

//measure:allocs/op 0
func BenchmarkEmpty(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Checksum(""); err != nil {
			b.Fatal(err)
		}
	}
}

//measure:allocs/op 0
func BenchmarkShort(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Checksum("\x05abc"); err == nil {
			b.Fatal("no error")
		}
	}
}
