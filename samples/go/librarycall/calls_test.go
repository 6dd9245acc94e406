package librarycall

import (
	"bytes"
	"math/big"
	"net/http"
	"testing"
)

var (
	request = &http.Request{}
	vars    = map[string]string{"id": "1"}
	digits  = new(big.Int).Exp(big.NewInt(7), big.NewInt(40), nil)
	text    = []byte("text")
	read    int
	counter Counter
	feeder  Feeder
	found   bool
)

var handle = func(r *bytes.Reader) { read = r.Len() }

// Each form, and the one that allocates less.
func TestForms(t *testing.T) {
	for _, c := range []struct {
		name         string
		call, better func()
		most, fewer  float64
		same         func() bool
	}{
		{"request", func() { request = Twice(request, "r", vars) }, func() { request = Once(request, "r", vars) }, 6, 5,
			func() bool { return request.Context().Value(varsKey) != nil }},
		{"match", func() { found = Found("123") }, func() { found = Matches("123") }, 1, 0,
			func() bool { return Found("123") == Matches("123") }},
		{"digits", func() { read = Digits(digits) }, func() { read = counter.Digits(digits) }, 3, 2,
			func() bool { return Digits(digits) == counter.Digits(digits) }},
		{"reader", func() { Reader(handle, text) }, func() { feeder.Reader(handle, text) }, 1, 0,
			func() bool { return read == len(text) }},
	} {
		call, better := testing.AllocsPerRun(100, c.call), testing.AllocsPerRun(100, c.better)
		if call > c.most || better > c.fewer || better >= call {
			t.Errorf("%s: %v allocations, and %v of the better form", c.name, call, better)
		}
		if !c.same() {
			t.Errorf("%s: the forms differ", c.name)
		}
		request = &http.Request{}
	}
}
