package pointerelements

import "testing"

func TestPipeline(t *testing.T) {
	if got := Total(10); got != 45 {
		t.Errorf("the total is %v, want 45", got)
	}
	if got := Mean(10); got != 4.5 {
		t.Errorf("the mean is %v, want 4.5", got)
	}
	if got := Lines(10); got != 45 {
		t.Errorf("the lines end at %v, want 45", got)
	}
	if got := Squares(10); got != 120 {
		t.Errorf("the squares are %v, want 120", got)
	}
	var last Last
	if _, ok := last.Value(1); ok {
		t.Error("there is a value before the first event")
	}
	last.Record(1, 2)
	last.Record(1, 3)
	if got, ok := last.Value(1); got != 3 || !ok {
		t.Errorf("the last value is %v, want 3", got)
	}
}

//measure:allocs/op 3
func BenchmarkChannel(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Total(1000)
	}
}

//measure:allocs/op 1
func BenchmarkSlice(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Mean(1000)
	}
}

// In a slice that grows, values of 16 bytes.
//
//measure:allocs/op 20
func BenchmarkGrowing(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Squares(1000)
	}
}

// The largest values that are reported, in a slice with room for them.
//
//measure:allocs/op 1
func BenchmarkCacheLine(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Lines(1000)
	}
}

//measure:allocs/op 0
func BenchmarkMap(b *testing.B) {
	b.ReportAllocs()
	var last Last
	for b.Loop() {
		for i := range 1000 {
			last.Record(i%8, float64(i))
		}
	}
}
