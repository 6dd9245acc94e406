package concatinloop

import "testing"

var (
	cells  = []string{"name", "size", "allocated", "in use", "objects", "growth", "since", "until", "pages", "spans"}
	values = []string{"heap", "4096", "3072", "1024", "17", "0.25", "monday", "friday", "12", "3"}
	// Escapes, so that no benchmark is optimised away.
	text string
)

func TestRender(t *testing.T) {
	if got := Row([]string{"a", "b"}); got != "| a | b |" {
		t.Errorf("Row: %q", got)
	}
	if got := Row(nil); got != "|" {
		t.Errorf("Row of nothing: %q", got)
	}
	if got := Rule([]string{"a", "b"}); got != "+------+------+" {
		t.Errorf("Rule: %q", got)
	}
	if got := Snake("FieldNameÄ"); got != "field_nameÄ" {
		t.Errorf("Snake: %q", got)
	}
	if got := Query([]string{"a", "b"}, []string{"1", "2"}); got != "?a=1&b=2" {
		t.Errorf("Query: %q", got)
	}
	if got := Query(nil, nil); got != "?" {
		t.Errorf("Query of nothing: %q", got)
	}
}

//measure:bytes/op -30%
func BenchmarkRow(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		text = Row(cells)
	}
}

//measure:allocs/op 2
func BenchmarkRule(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		text = Rule(cells)
	}
}

//measure:bytes/op -30%
func BenchmarkSnake(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		text = Snake("LongestCommonFieldNameOfTheTable")
	}
}

//measure:bytes/op -30%
func BenchmarkQuery(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		text = Query(cells, values)
	}
}
