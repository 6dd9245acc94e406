package mergeallocations

import "testing"

func TestServe(t *testing.T) {
	sessions := make([]*Session, 2)
	Serve(sessions, [][]byte{[]byte("one\ntwo\nrest"), nil})
	first, second := sessions[0], sessions[1]
	if line, ok := first.ReadLine(); line != "one" || !ok {
		t.Errorf("the first line is %q, %t", line, ok)
	}
	if line, ok := first.ReadLine(); line != "two" || !ok {
		t.Errorf("the second line is %q, %t", line, ok)
	}
	if line, ok := first.ReadLine(); ok {
		t.Errorf("a line without an end: %q", line)
	}
	if first.in.lines != 2 || first.out.bytes != 6 || first.out.name != "client" || first.id != 0 {
		t.Errorf("wrong counts: %v %v", *first.in, *first.out)
	}
	if second.in == first.in || second.out == first.out || second.in.lines != 0 || second.id != 1 {
		t.Error("two sessions share an object")
	}
}

//measure:allocs/op 1
func BenchmarkOpen(b *testing.B) {
	b.ReportAllocs()
	text := []byte("GET / HTTP/1.1\n")
	for b.Loop() {
		sink = Open(1, "client", text)
	}
}

var sink *Session
