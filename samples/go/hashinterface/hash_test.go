package hashinterface

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

var (
	key  = strings.Repeat("how now brown cow ", 4)
	text = []byte(key)
)

func TestShard(t *testing.T) {
	for _, c := range []struct {
		key  string
		want uint64
	}{{"", 0xcbf29ce484222325}, {"a", 0xaf63dc4c8601ec8c}, {"foobar", 0x85944171f73967e8}} {
		if got := Shard(c.key, 1<<63); got != c.want&(1<<63-1) {
			t.Errorf("%q: %x, want %x", c.key, got, c.want)
		}
	}
}

func TestTag(t *testing.T) {
	sum := sha256.Sum256(text)
	if got, want := string(Tag([]byte("W/"), text)), "W/"+hex.EncodeToString(sum[:8]); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSame(t *testing.T) {
	sum := sha256.Sum256(text)
	if !Same(sum, text[:5], text[5:]) || Same(sum, text, text) || Same(sum) {
		t.Error("wrong answer")
	}
}

//measure:allocs/op 0
func BenchmarkShard(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if Shard(key, 16) > 15 {
			b.Fatal("no such shard")
		}
	}
}

//measure:allocs/op 0
func BenchmarkTag(b *testing.B) {
	var buf [16]byte
	b.ReportAllocs()
	for b.Loop() {
		if len(Tag(buf[:0], text)) != 16 {
			b.Fatal("wrong length")
		}
	}
}

//measure:allocs/op 0
func BenchmarkSame(b *testing.B) {
	sum := sha256.Sum256(text)
	b.ReportAllocs()
	for b.Loop() {
		if !Same(sum, text[:7], text[7:]) {
			b.Fatal("not the same")
		}
	}
}
