package formatsimple

import "testing"

var (
	target = &Target{Host: "db-17.example.com", Port: 65432, Zone: "eu-north-1", Up: true}
	// Escapes, so that no benchmark is optimised away.
	text string
)

func TestLabels(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Port(target), "65432"},
		{Port(&Target{Port: -1}), "-1"},
		{Zone(target), "eu-north-1/db-17.example.com"},
		{Zone(&Target{}), "/"},
		{Address(target), "db-17.example.com:65432"},
		{Up(target), "true"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

//measure:allocs/op 1
func BenchmarkPort(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		text = Port(target)
	}
}

//measure:allocs/op 1
func BenchmarkZone(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		text = Zone(target)
	}
}

//measure:allocs/op 2
func BenchmarkAddress(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		text = Address(target)
	}
}

//measure:allocs/op 0
func BenchmarkUp(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		text = Up(target)
	}
}
