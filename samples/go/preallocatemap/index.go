// Package preallocatemap builds maps whose number of entries is known before the first.
package preallocatemap

// Positions numbers the words.
func Positions(words []string) map[int]string {
	positions := make(map[int]string)
	for i, word := range words {
		positions[i] = word
	}
	return positions
}

// Scaled multiplies every price.
func Scaled(prices map[string]int, factor int) map[string]int {
	scaled := map[string]int{}
	for name, cents := range prices {
		scaled[name] = cents * factor
	}
	return scaled
}

// Index finds the words again; they are all different.
func Index(words []string) map[string]int {
	index := make(map[string]int)
	for i, word := range words {
		index[word] = i
	}
	return index
}
