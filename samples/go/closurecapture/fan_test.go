package closurecapture

import (
	"slices"
	"testing"
)

var parts = [][]int{{1, 2, 3}, {4}, {}}

func TestSums(t *testing.T) {
	sums := make([]int, len(parts))
	Sums(parts, 0, sums)
	if !slices.Equal(sums, []int{6, 4, 0}) {
		t.Errorf("sums are %v", sums)
	}
	Sums(parts, 2, sums)
	if !slices.Equal(sums, []int{12, 8, 0}) {
		t.Errorf("doubled sums are %v", sums)
	}
}

func TestBroadcast(t *testing.T) {
	for _, level := range []int{0, 7} {
		channels := []chan int{make(chan int), make(chan int)}
		Broadcast(level, channels)
		for _, c := range channels {
			if got := <-c; got != max(1, level) {
				t.Errorf("level %d: got %d", level, got)
			}
		}
	}
}

func TestEach(t *testing.T) {
	var got []int
	step := func() { got = append(got, -1) }
	Each([]func(){step, step, step}, 2, func(i, n int) { got = append(got, i, n) })
	if want := []int{-1, -1, 1, 2, 0, 2}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func BenchmarkSums(b *testing.B) {
	sums := make([]int, len(parts))
	b.ReportAllocs()
	for b.Loop() {
		Sums(parts, 0, sums)
	}
}

func BenchmarkBroadcast(b *testing.B) {
	channels := []chan int{make(chan int)}
	b.ReportAllocs()
	for b.Loop() {
		Broadcast(0, channels)
		<-channels[0]
	}
}

func BenchmarkEach(b *testing.B) {
	steps := []func(){func() {}}
	report := func(int, int) {}
	b.ReportAllocs()
	for b.Loop() {
		Each(steps, 8, report)
	}
}
