package hoistconstant

import (
	"bytes"
	"io"
	"testing"
)

func TestLog(t *testing.T) {
	if !ValidID("AB-1234") || ValidID("AB-12") || ValidID("ab-1234") {
		t.Error("ValidID")
	}
	if got := Escape("a<b&c"); got != "a&lt;b&amp;c" {
		t.Errorf("Escape: %q", got)
	}
	var b bytes.Buffer
	if err := Greet(&b, "Ada"); err != nil || b.String() != "Hello Ada,\n" {
		t.Errorf("Greet: %q, %v", b.String(), err)
	}
	if Level("error") != 4 || Level("none") != 0 {
		t.Error("Level")
	}
	b.Reset()
	if err := Lines(&b, [][]byte{[]byte("a"), []byte("b")}); err != nil || b.String() != "a\r\nb\r\n" {
		t.Errorf("Lines: %q, %v", b.String(), err)
	}
}

// Escape, so that no benchmark is optimised away.
var (
	valid bool
	text  string
	level int
)

//measure:allocs/op 0
func BenchmarkValidID(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		valid = ValidID("AB-123456")
	}
}

//measure:allocs/op 1
func BenchmarkEscape(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		text = Escape("if a < b && c > d")
	}
}

func BenchmarkGreet(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if err := Greet(io.Discard, "Ada"); err != nil {
			b.Fatal(err)
		}
	}
}

//measure:allocs/op 0
func BenchmarkLevel(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		level = Level("notice")
	}
}

//measure:allocs/op 0
func BenchmarkLines(b *testing.B) {
	texts := [][]byte{[]byte("one"), []byte("two"), []byte("three")}
	b.ReportAllocs()
	for b.Loop() {
		if err := Lines(io.Discard, texts); err != nil {
			b.Fatal(err)
		}
	}
}
