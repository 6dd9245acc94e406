package valuereceiver

import "testing"

func TestSize(t *testing.T) {
	if got := New(3).Size(0); got != 3*17 {
		t.Errorf("the tree has %d bytes, want %d", got, 3*17)
	}
}

//measure:allocs/op 0
func BenchmarkSize(b *testing.B) {
	store := New(4)
	b.ReportAllocs()
	for b.Loop() {
		if store.Size(0) != 4*17 {
			b.Fatal("wrong size")
		}
	}
}
