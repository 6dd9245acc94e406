package reflectcopy

import (
	"fmt"
	"reflect"
	"testing"
)

func counts(n int) (reflect.Value, int64) {
	m, sum := make(map[string]int, n), int64(0)
	for i := range n {
		m[fmt.Sprint("key ", i)] = i
		sum += int64(i)
	}
	return reflect.ValueOf(m), sum
}

func TestSum(t *testing.T) {
	for _, n := range []int{0, 1, 100} {
		m, want := counts(n)
		if got := Sum(m); got != want {
			t.Errorf("%d entries: got %d, want %d", n, got, want)
		}
	}
}

func TestLongest(t *testing.T) {
	m, _ := counts(11)
	if got := Longest(m); got != len("key 10") {
		t.Errorf("got %d", got)
	}
}

func BenchmarkSum(b *testing.B) {
	m, _ := counts(100)
	b.ReportAllocs()
	for b.Loop() {
		Sum(m)
	}
}

func BenchmarkLongest(b *testing.B) {
	m, _ := counts(100)
	b.ReportAllocs()
	for b.Loop() {
		Longest(m)
	}
}
