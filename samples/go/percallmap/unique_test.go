package percallmap

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

func texts(n, different int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprint("text ", i%different)
	}
	return list
}

func TestUnique(t *testing.T) {
	var group sync.WaitGroup
	for n := range 40 {
		group.Add(1)
		go func() {
			defer group.Done()
			want := texts(n, max(1, n))
			if got := Unique(nil, append(texts(n, max(1, n)), want...)); !slices.Equal(got, want) {
				t.Errorf("%d: got %q, want %q", n, got, want)
			}
		}()
	}
	group.Wait()
}

func TestBusiest(t *testing.T) {
	for range 2 {
		if place, most := Busiest([]Visit{{1, 7}, {2, 9}, {3, 9}, {4, 7}, {5, 9}}); place != 9 || most != 3 {
			t.Errorf("got %d, %d", place, most)
		}
		if place, most := Busiest(nil); place != 0 || most != 0 {
			t.Errorf("got %d, %d for nobody", place, most)
		}
	}
}

func BenchmarkUnique(b *testing.B) {
	list := texts(100, 60)
	dst := make([]string, 0, len(list))
	b.ReportAllocs()
	for b.Loop() {
		Unique(dst, list)
	}
}

func BenchmarkBusiest(b *testing.B) {
	visits := make([]Visit, 200)
	for i := range visits {
		visits[i] = Visit{i, i * i % 97}
	}
	b.ReportAllocs()
	for b.Loop() {
		Busiest(visits)
	}
}
