package preallocateslice

import (
	"slices"
	"strings"
	"testing"
)

var orders = func() []Order {
	all := make([]Order, 100)
	for i := range all {
		all[i] = Order{ID: i, Customer: strings.Repeat("c", 1+i%7), Cents: 1 + i}
	}
	return all
}()

// Escape, so that no benchmark is optimised away.
var (
	text    string
	numbers []int
	words   []string
)

func TestOrders(t *testing.T) {
	if got := Customers(orders[:3]); got != "c, cc, ccc" {
		t.Errorf("Customers: %q", got)
	}
	if got := IDs(orders[:3]); !slices.Equal(got, []int{0, 1, 2}) {
		t.Errorf("IDs: %v", got)
	}
	if IDs(nil) != nil || IDs([]Order{}) != nil {
		t.Error("IDs of no orders is not nil")
	}
	if got, err := Prices(orders[:3]); err != nil || !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("Prices: %v, %v", got, err)
	}
	if got, err := Prices(nil); got == nil || err != nil {
		t.Errorf("Prices of no orders: %v, %v", got, err)
	}
	if got, err := Prices([]Order{{}}); got != nil || err == nil {
		t.Errorf("Prices of a free order: %v, %v", got, err)
	}
	names, cents := Totals(map[string]int{"a": 1})
	if len(names) != 1 || names[0] != "a" || cents[0] != 1 {
		t.Errorf("Totals: %v, %v", names, cents)
	}
	if names, cents := Totals(nil); names != nil || cents != nil {
		t.Error("Totals of nothing are not nil")
	}
	if got := Squares(4); !slices.Equal(got, []int{0, 1, 4, 9}) {
		t.Errorf("Squares: %v", got)
	}
	if got := Pairs([]string{"a", "b"}, []string{"x"}); !slices.Equal(got, []string{"a", "x", "b", "x"}) {
		t.Errorf("Pairs: %v", got)
	}
	if got := Pairs(nil, nil); got == nil || len(got) != 0 {
		t.Errorf("Pairs of nothing: %v", got)
	}
	if got := Regulars(orders[:3], 2); got != "cc, ccc" {
		t.Errorf("Regulars: %q", got)
	}
	if got := Report([][]Order{orders[:3], nil}, 2); !slices.Equal(got, []string{"cc, ccc", ""}) {
		t.Errorf("Report: %q", got)
	}
	if got := Squares(-1); got == nil || len(got) != 0 {
		t.Errorf("Squares(-1): %v", got)
	}
}

//measure:allocs/op 2
func BenchmarkCustomers(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		text = Customers(orders)
	}
}

//measure:allocs/op 1
func BenchmarkIDs(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		numbers = IDs(orders)
	}
}

//measure:allocs/op 1
func BenchmarkPrices(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		numbers, _ = Prices(orders)
	}
}

//measure:allocs/op 2
func BenchmarkTotals(b *testing.B) {
	spent := make(map[string]int)
	for _, o := range orders {
		spent[o.Customer+strings.Repeat("x", o.ID)] += o.Cents
	}
	b.ReportAllocs()
	for b.Loop() {
		words, numbers = Totals(spent)
	}
}

//measure:allocs/op 1
func BenchmarkSquares(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		numbers = Squares(100)
	}
}

//measure:allocs/op 1
func BenchmarkPairs(b *testing.B) {
	names := make([]string, 10)
	b.ReportAllocs()
	for b.Loop() {
		words = Pairs(names, names)
	}
}

//measure:allocs/op 2
func BenchmarkRegulars(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		text = Regulars(orders, 20)
	}
}
