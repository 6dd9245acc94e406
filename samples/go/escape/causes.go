package escape

import "io"

// Reading is what a sensor says.
type Reading struct {
	Sensor int
	Value  float64
}

// Publish: a pointer is sent on a channel.
func Publish(to chan<- *Reading, sensor int, value float64) {
	r := Reading{sensor, value}
	to <- &r
}

// Highest: a slice keeps pointers. The slice stays here, what they point to does not.
func Highest(first, second float64) float64 {
	var both [2]*Reading
	readings := both[:0]
	readings = append(readings, &Reading{1, first}, &Reading{2, second})
	highest := readings[0]
	for _, r := range readings[1:] {
		if r.Value > highest.Value {
			highest = r
		}
	}
	return highest.Value
}

// Above: append grows the array of a slice that is returned.
func Above(values []float64, limit float64) []float64 {
	var found []float64
	for _, v := range values {
		if v > limit {
			found = append(found, v)
		}
	}
	return found
}

// Median: append grows the array of a slice that stays here.
func Median(values []float64, limit float64) float64 {
	var found []float64
	for _, v := range values {
		if v > limit {
			found = append(found, v)
		}
	}
	if len(found) == 0 {
		return 0
	}
	return found[len(found)/2]
}

// Kind: the slice goes to a method of an interface.
func Kind(from io.Reader) (byte, error) {
	var head [16]byte
	_, err := from.Read(head[:])
	return head[0], err
}
