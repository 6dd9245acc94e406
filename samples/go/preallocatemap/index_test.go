package preallocatemap

import (
	"maps"
	"strconv"
	"testing"
)

var words = func() []string {
	all := make([]string, 1000)
	for i := range all {
		all[i] = "word " + strconv.Itoa(i)
	}
	return all
}()

// Escape, so that no benchmark is optimised away.
var (
	byNumber map[int]string
	byName   map[string]int
)

func TestMaps(t *testing.T) {
	if got := Positions([]string{"a", "b"}); !maps.Equal(got, map[int]string{0: "a", 1: "b"}) {
		t.Errorf("Positions: %v", got)
	}
	if got := Positions(nil); got == nil || len(got) != 0 {
		t.Errorf("Positions of nothing: %v", got)
	}
	if got := Scaled(map[string]int{"tea": 2}, 3); !maps.Equal(got, map[string]int{"tea": 6}) {
		t.Errorf("Scaled: %v", got)
	}
	if got := Index([]string{"a", "b"}); !maps.Equal(got, map[string]int{"a": 0, "b": 1}) {
		t.Errorf("Index: %v", got)
	}
}

//measure:bytes/op -40%
func BenchmarkPositions(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		byNumber = Positions(words)
	}
}

//measure:bytes/op -40%
func BenchmarkScaled(b *testing.B) {
	prices := Index(words)
	b.ReportAllocs()
	for b.Loop() {
		byName = Scaled(prices, 2)
	}
}

//measure:bytes/op -40%
func BenchmarkIndex(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		byName = Index(words)
	}
}
