package loopallocation

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

const frame = "\x00\x00\x00\x03\x01\x02\x03"

func frames() (readers []*strings.Reader, all []io.Reader) {
	for range 16 {
		r := strings.NewReader(frame)
		readers = append(readers, r)
		all = append(all, r)
	}
	return readers, all
}

func TestSum(t *testing.T) {
	_, all := frames()
	if sum, err := Sum(all); sum != 16*6 || err != nil {
		t.Errorf("the sum is %d, %v, want %d", sum, err, 16*6)
	}
	if _, err := Sum([]io.Reader{strings.NewReader(frame[:6])}); err != io.EOF {
		t.Errorf("of a frame that was cut off: %v", err)
	}
}

func TestRows(t *testing.T) {
	var out bytes.Buffer
	if err := Rows(&out, []int{100, 2}); err != nil || out.String() != "row 100\nrow 2\n" {
		t.Errorf("wrote %q, %v", out.String(), err)
	}
}

//measure:allocs/op 2
func BenchmarkSum(b *testing.B) {
	readers, all := frames()
	b.ReportAllocs()
	for b.Loop() {
		for _, r := range readers {
			r.Reset(frame)
		}
		if sum, err := Sum(all); sum != 16*6 || err != nil {
			b.Fatal(sum, err)
		}
	}
}

//measure:allocs/op 2
func BenchmarkRows(b *testing.B) {
	numbers := make([]int, 100)
	b.ReportAllocs()
	for b.Loop() {
		if err := Rows(io.Discard, numbers); err != nil {
			b.Fatal(err)
		}
	}
}
