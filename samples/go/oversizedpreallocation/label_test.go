package oversizedpreallocation

import (
	"math"
	"slices"
	"testing"
)

func TestLabels(t *testing.T) {
	if got := Tags(Order{Paid: true, Urgent: true}); !slices.Equal(got, []string{"paid", "urgent"}) {
		t.Errorf("Tags: %q", got)
	}
	if got := Tags(Order{}); got == nil || len(got) != 0 {
		t.Errorf("Tags of nothing special: %v", got)
	}
	if got := Key(Order{ID: math.MinInt64}); string(got) != "orders/-9223372036854775808" {
		t.Errorf("Key: %s", got)
	}
}

// Escape, so that no benchmark is optimised away.
var (
	tags []string
	key  []byte
)

func BenchmarkTags(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		tags = Tags(Order{Paid: true})
	}
}

func BenchmarkKey(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		key = Key(Order{ID: 123456})
	}
}
