// Package growing has slices and maps that grow as they are filled, beside the same with room.
package growing

import "slices"

// Join appends one after the other.
func Join(a, b, c []int) []int {
	all := append(a[:len(a):len(a)], b...)
	return append(all, c...)
}

// Concat makes room for all.
func Concat(a, b, c []int) []int {
	return slices.Concat(a, b, c)
}

// Index fills a map that is made without a size.
func Index(names []string, next func() int) map[string]int {
	m := map[string]int{}
	for _, name := range names {
		if n := next(); n > 0 {
			m[name] = n
		}
	}
	return m
}

// Sized knows how many there are at most.
func Sized(names []string, next func() int) map[string]int {
	m := make(map[string]int, len(names))
	for _, name := range names {
		if n := next(); n > 0 {
			m[name] = n
		}
	}
	return m
}
