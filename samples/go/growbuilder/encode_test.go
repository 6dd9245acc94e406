package growbuilder

import (
	"strings"
	"testing"
)

// Escape, so that no benchmark is optimised away.
var (
	text   string
	quoted []byte
)

func TestEncode(t *testing.T) {
	if got := Fingerprint([]byte{0xab, 0x01, 0xff}); got != "ab:01:ff" {
		t.Errorf("Fingerprint: %s", got)
	}
	if got := Fingerprint(nil); got != "" {
		t.Errorf("Fingerprint of nothing: %s", got)
	}
	if got := string(Escape(`say "é"`)); got != `say ""é""` {
		t.Errorf("Escape: %s", got)
	}
	if got := Placeholders([]any{1, 2, 3}); got != "(?, ?, ?)" {
		t.Errorf("Placeholders: %s", got)
	}
}

//measure:allocs/op 2
func BenchmarkFingerprint(b *testing.B) {
	digest := []byte(strings.Repeat("digest", 6))
	b.ReportAllocs()
	for b.Loop() {
		text = Fingerprint(digest)
	}
}

//measure:allocs/op 1
func BenchmarkEscape(b *testing.B) {
	cell := strings.Repeat("no quotes in here, ", 60)
	b.ReportAllocs()
	for b.Loop() {
		quoted = Escape(cell)
	}
}

//measure:bytes/op -10%
func BenchmarkPlaceholders(b *testing.B) {
	values := make([]any, 100)
	b.ReportAllocs()
	for b.Loop() {
		text = Placeholders(values)
	}
}
