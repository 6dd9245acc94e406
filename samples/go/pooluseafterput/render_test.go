package pooluseafterput

import "testing"

func TestFirstCall(t *testing.T) {
	if got := string(Greeting("gopher")); got != "hello gopher" {
		t.Errorf("%q", got)
	}
	if got := string(Numbers(3)); got != "0 1 2 " {
		t.Errorf("%q", got)
	}
	if got := Handle(7).Data[0]; got != 7 {
		t.Errorf("%d", got)
	}
}

//measure:allocs/op 1
func BenchmarkGreeting(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if len(Greeting("gopher")) != 12 {
			b.Fatal("wrong length")
		}
	}
}

//measure:allocs/op 1
func BenchmarkNumbers(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if len(Numbers(3)) != 6 {
			b.Fatal("wrong length")
		}
	}
}
