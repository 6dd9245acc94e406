package queueroom

import "testing"

func TestEmitter(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 0, 2: 4, 100: 396} {
		if got := EmitAll(n); got != want {
			t.Errorf("EmitAll(%d) = %d, want %d", n, got, want)
		}
	}
	var e Emitter
	for _, text := range []string{"a", "bb", "ccc", "dddd"} {
		e.Emit(Event{Text: text})
	}
	if e.Written != 6 || e.events[e.next].Text != "dddd" {
		t.Errorf("Written = %d, left %v", e.Written, e.events[e.next])
	}
}

// Escapes, so that no benchmark is optimised away.
var written int

//measure:B/op 200
func BenchmarkEmitAll(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		written = EmitAll(1000)
	}
}
