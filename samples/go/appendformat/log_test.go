package appendformat

import (
	"bytes"
	"testing"
	"time"
)

var (
	at      = time.Date(2026, time.November, 20, 10, 56, 49, 123456789, time.UTC)
	message = "the \"second\" replica answered before the first one did"
	id      = ID{1, 2, 3, 0xab, 19: 0xff}
	// Escapes, so that no benchmark is optimised away.
	line []byte
)

func TestLines(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{string(Stamp([]byte("at "), at)), "at 2026-11-20T10:56:49.123456789Z"},
		{string(Size([]byte("x"), 1048576)), "x size=1048576"},
		{string(Size(nil, -7)), " size=-7"},
		{string(Message(nil, "a\"b\n")), `"a\"b\n"`},
		{string(Ratio(nil, 1, 3)), " ratio=33.3%"},
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
