package mustnotallocate

import "testing"

func TestRing(t *testing.T) {
	var r Ring
	for i := range 100 {
		r.Add("load", float64(i))
	}
	if got := r.Latest(); got.Value != 99 || got.Name != "load" {
		t.Errorf("latest is %v", got)
	}
}

var latest *Sample

func TestAllocations(t *testing.T) {
	var r Ring
	if n := testing.AllocsPerRun(100, func() { r.Add("load", 1) }); n != 0 {
		t.Errorf("Add allocates %v times", n)
	}
	if n := testing.AllocsPerRun(100, func() { latest = r.Latest() }); n != 1 {
		t.Errorf("Latest allocates %v times, and the rule says once", n)
	}
}

func BenchmarkAdd(b *testing.B) {
	var r Ring
	b.ReportAllocs()
	for b.Loop() {
		r.Add("load", 1)
	}
}

func BenchmarkLatest(b *testing.B) {
	var r Ring
	b.ReportAllocs()
	for b.Loop() {
		latest = r.Latest()
	}
}
