package largeobject

import (
	"bytes"
	"io"
	"testing"
)

// Plain hides the methods by which io.Copy needs no chunk.
type plainReader struct{ io.Reader }
type plainWriter struct{ io.Writer }

var stream = bytes.Repeat([]byte("0123456789abcdef"), 1<<16)

func TestRelay(t *testing.T) {
	for name, relay := range map[string]func(io.Writer, io.Reader) error{"Relay": Relay, "Stream": Stream} {
		var out bytes.Buffer
		if err := relay(&out, bytes.NewReader(stream)); err != nil || !bytes.Equal(out.Bytes(), stream) {
			t.Errorf("%s: %d bytes, %v", name, out.Len(), err)
		}
	}
}

// Five bytes of input make a slice of a mebibyte.
func TestFrame(t *testing.T) {
	body, err := Frame(bytes.NewReader([]byte{0, 0x10, 0, 0, 'x'}))
	if len(body) != 1<<20 || err != io.ErrUnexpectedEOF {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}

func bytesPerRun(run func()) int64 {
	return testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			run()
		}
	}).AllocedBytesPerOp()
}

// A stream of a mebibyte costs several of memory, or a chunk.
func TestBytes(t *testing.T) {
	run := func(relay func(io.Writer, io.Reader) error) int64 {
		return bytesPerRun(func() { _ = relay(plainWriter{io.Discard}, plainReader{bytes.NewReader(stream)}) })
	}
	if whole := run(Relay); whole < 2<<20 {
		t.Errorf("Relay allocates %d bytes", whole)
	}
	if chunk := run(Stream); chunk > 40<<10 {
		t.Errorf("Stream allocates %d bytes", chunk)
	}
}
