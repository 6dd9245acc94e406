package perconstructor

import (
	"bytes"
	"crypto/sha256"
	"io"
	"strings"
	"sync"
	"testing"
)

var text = []byte(strings.Repeat("how now brown cow ", 1024))

func packed(t testing.TB, text []byte) []byte {
	var out bytes.Buffer
	if err := Pack(&out, text); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRoundTrip(t *testing.T) {
	var group sync.WaitGroup
	for i := range 50 {
		group.Add(1)
		go func() {
			defer group.Done()
			own := text[:i*100]
			var out bytes.Buffer
			if _, err := Unpack(&out, packed(t, own)); err != nil || !bytes.Equal(out.Bytes(), own) {
				t.Errorf("%d bytes: got %d, %v", len(own), out.Len(), err)
			}
		}()
	}
	group.Wait()
}

func TestErrors(t *testing.T) {
	good := packed(t, text)
	for range 3 {
		if _, err := Unpack(io.Discard, []byte("no gzip")); err == nil {
			t.Error("a text that is not compressed was unpacked")
		}
		if n, err := Unpack(io.Discard, good); err != nil || n != int64(len(text)) {
			t.Errorf("after an error: %d, %v", n, err)
		}
		if _, err := Unpack(io.Discard, good[:len(good)-4]); err == nil {
			t.Error("a text that was cut off was unpacked")
		}
	}
}

func TestDigest(t *testing.T) {
	for range 2 {
		got, err := Digest(nil, strings.NewReader("cow"))
		if want := sha256.Sum256([]byte("cow")); err != nil || !bytes.Equal(got, want[:]) {
			t.Errorf("got %x, %v, want %x", got, err, want)
		}
	}
}

func TestLines(t *testing.T) {
	for _, want := range []int{0, 1, 5000} {
		if got := Lines(strings.NewReader(strings.Repeat("\n", want))); got != want {
			t.Errorf("%d lines, want %d", got, want)
		}
	}
}

//measure:allocs/op 1
func BenchmarkUnpack(b *testing.B) {
	from := packed(b, text)
	b.ReportAllocs()
	for b.Loop() {
		if n, err := Unpack(io.Discard, from); err != nil || n != int64(len(text)) {
			b.Fatal(n, err)
		}
	}
}

//measure:allocs/op 0
func BenchmarkPack(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if err := Pack(io.Discard, text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDigest(b *testing.B) {
	from := bytes.NewReader(text)
	var sum [sha256.Size]byte
	b.ReportAllocs()
	for b.Loop() {
		from.Reset(text)
		if _, err := Digest(sum[:0], from); err != nil {
			b.Fatal(err)
		}
	}
}

//measure:allocs/op 0
func BenchmarkLines(b *testing.B) {
	from := strings.NewReader("")
	b.ReportAllocs()
	for b.Loop() {
		from.Reset("how\nnow\nbrown\ncow\n")
		if Lines(from) != 4 {
			b.Fatal("wrong count")
		}
	}
}
