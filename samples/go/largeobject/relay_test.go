package largeobject

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

// They hide the methods by which io.Copy needs no chunk.
type plainReader struct{ io.Reader }
type plainWriter struct{ io.Writer }

var stream = bytes.Repeat([]byte("0123456789abcdef"), 1<<16)

func TestRelay(t *testing.T) {
	var out bytes.Buffer
	if err := Relay(&out, bytes.NewReader(stream)); err != nil || !bytes.Equal(out.Bytes(), stream) {
		t.Errorf("%d bytes, %v", out.Len(), err)
	}
	broken := errors.New("broken")
	if err := Relay(io.Discard, iotest.ErrReader(broken)); err != broken {
		t.Errorf("read: got %v, want %v", err, broken)
	}
	in, w := io.Pipe()
	in.CloseWithError(broken)
	if err := Relay(w, bytes.NewReader(stream)); err != broken {
		t.Errorf("write: got %v, want %v", err, broken)
	}
}

// Five bytes of input make a slice of a mebibyte.
func TestFrame(t *testing.T) {
	body, err := Frame(bytes.NewReader([]byte{0, 0x10, 0, 0, 'x'}))
	if len(body) != 1<<20 || err != io.ErrUnexpectedEOF {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}

// A stream of a mebibyte, neither side of which can do without a chunk.
//
//measure:bytes/op -50%
func BenchmarkRelay(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if err := Relay(plainWriter{io.Discard}, plainReader{bytes.NewReader(stream)}); err != nil {
			b.Fatal(err)
		}
	}
}
