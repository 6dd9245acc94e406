package appendformat

import (
	"bytes"
	"io"
	"testing"
	"time"
)

var (
	at      = time.Date(2026, time.November, 20, 10, 56, 49, 123456789, time.UTC)
	message = "the \"second\" replica answered before the first one did"
	id      = ID{1, 2, 3, 0xab, 19: 0xff}
	// Escapes, so that no benchmark is optimised away.
	line []byte
	text string
)

func TestLines(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{string(Stamp([]byte("at "), at)), "at 2026-11-20T10:56:49.123456789Z"},
		{string(Size([]byte("x"), 1048576)), "x size=1048576"},
		{string(Size(nil, -7)), " size=-7"},
		{string(Message(nil, "a\"b\n")), `"a\"b\n"`},
		{string(Ratio(nil, 1, 3)), " ratio=33.3%"},
		{string(Digest([]byte("x"), []byte{0xca, 0xfe})), "x sum=cafe"},
		{string(Key("disk", 7)), "disk/7"},
		{Join([]int{4096, 7}), "4096,7,"},
		{string(Request([]byte("id="), id)), "id=010203ab000000000000000000000000000000ff"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestTable(t *testing.T) {
	var buf bytes.Buffer
	Table(&buf, []int{7, -300})
	if got, want := buf.String(), "1000\t7\n1001\t-300\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWritten(t *testing.T) {
	var buf bytes.Buffer
	if err := WriteStamp(&buf, at); err != nil || buf.String() != "2026-11-20T10:56:49Z" {
		t.Errorf("got %q, %v", buf.String(), err)
	}
	line := []byte("event = -------------------;")
	if n := Field(line, at); n != 19 || string(line) != "event = 2026-11-20 10:56:49;" {
		t.Errorf("got %d, %q", n, line)
	}
}

//measure:allocs/op 0
func BenchmarkStamp(b *testing.B) {
	buf := make([]byte, 0, 128)
	b.ReportAllocs()
	for b.Loop() {
		line = Stamp(buf, at)
	}
}

//measure:allocs/op 0
func BenchmarkSize(b *testing.B) {
	buf := make([]byte, 0, 128)
	b.ReportAllocs()
	for b.Loop() {
		line = Size(buf, 1048576)
	}
}

//measure:allocs/op 0
func BenchmarkMessage(b *testing.B) {
	buf := make([]byte, 0, 128)
	b.ReportAllocs()
	for b.Loop() {
		line = Message(buf, message)
	}
}

//measure:allocs/op 1
func BenchmarkRatio(b *testing.B) {
	buf := make([]byte, 0, 128)
	b.ReportAllocs()
	for b.Loop() {
		line = Ratio(buf, 1, 3)
	}
}

//measure:allocs/op 0
func BenchmarkRequest(b *testing.B) {
	buf := make([]byte, 0, 128)
	b.ReportAllocs()
	for b.Loop() {
		line = Request(buf, id)
	}
}

//measure:allocs/op 0
func BenchmarkTable(b *testing.B) {
	var buf bytes.Buffer
	sizes := []int{1048576, 4096, 123, 65536}
	b.ReportAllocs()
	for b.Loop() {
		buf.Reset()
		Table(&buf, sizes)
	}
}

//measure:allocs/op 0
func BenchmarkDigest(b *testing.B) {
	buf := make([]byte, 0, 128)
	sum := bytes.Repeat([]byte{0xa5}, 32)
	b.ReportAllocs()
	for b.Loop() {
		line = Digest(buf, sum)
	}
}

func BenchmarkKey(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		line = Key("disk", 4711)
	}
}

//measure:allocs/op 1
func BenchmarkWriteStamp(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		WriteStamp(io.Discard, at)
	}
}

//measure:allocs/op 0
func BenchmarkField(b *testing.B) {
	buf := make([]byte, 64)
	b.ReportAllocs()
	for b.Loop() {
		Field(buf, at)
	}
}

//measure:allocs/op 1
func BenchmarkJoin(b *testing.B) {
	sizes := []int{1048576, 4096, 123, 65536}
	b.ReportAllocs()
	for b.Loop() {
		text = Join(sizes)
	}
}
