package firstroom

import "testing"

func TestCollect(t *testing.T) {
	for _, n := range []int{0, 1, 8, 20} {
		if got := Collect(n); len(got.texts) != n || (n == 0) != (got.texts == nil) {
			t.Errorf("Collect(%d) has %d", n, len(got.texts))
		}
	}
}

func TestFill(t *testing.T) {
	n := 0
	for p := Fill(1000); p != nil; p = p.next {
		for _, key := range p.keys {
			if key != n {
				t.Fatalf("key %d, want %d", key, n)
			}
			n++
		}
	}
	if n != 1000 {
		t.Errorf("%d keys", n)
	}
}

// Escape, so that no benchmark is optimised away.
var (
	errors *Errors
	page   *Page
)

//measure:allocs/op 3
func BenchmarkCollect(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		errors = Collect(10)
	}
}

func BenchmarkFill(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		page = Fill(1000)
	}
}
