// Package reflectcopy reads maps of any type by reflection.
package reflectcopy

import "reflect"

// Sum adds up the values of a map to integers.
func Sum(m reflect.Value) (sum int64) {
	for _, key := range m.MapKeys() {
		sum += m.MapIndex(key).Int()
	}
	return sum
}

// Longest is the length of the longest key of a map from strings.
func Longest(m reflect.Value) (length int) {
	for _, key := range m.MapKeys() {
		length = max(length, key.Len())
	}
	return length
}
