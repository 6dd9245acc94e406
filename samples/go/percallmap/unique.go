// Package percallmap takes duplicates out of lists with a map that is made for each list.
package percallmap

// Unique appends the texts to dst that are not in it before, each once.
func Unique(dst, texts []string) []string {
	seen := make(map[string]struct{}, len(texts))
	for _, text := range texts {
		if _, ok := seen[text]; !ok {
			seen[text] = struct{}{}
			dst = append(dst, text)
		}
	}
	return dst
}

// Visit is somebody who came to a place.
type Visit struct {
	Who, Where int
}

// Busiest is the place of most visits, and how many came.
func Busiest(visits []Visit) (place, most int) {
	counts := make(map[int]int, len(visits)/2)
	for _, visit := range visits {
		counts[visit.Where]++
	}
	for where, n := range counts {
		if n > most || n == most && where < place {
			place, most = where, n
		}
	}
	return place, most
}
