// Package poolmissingput reads frames with a pooled scratch object that some ways out forget to put back.
package poolmissingput

import (
	"errors"
	"sync"
)

type frame struct {
	payload [2048]byte
	n       int
}

var frames = sync.Pool{New: func() any { return new(frame) }}

// ErrShort is returned for a message that is shorter than its header says.
var ErrShort = errors.New("message is too short")

// Checksum adds up the payload of a message: one byte of length, then the payload.
func Checksum(message string) (sum int, err error) {
	f := frames.Get().(*frame)
	f.n = 0
	if message == "" {
		return 0, nil
	}
	f.n = int(message[0])
	if len(message)-1 < f.n {
		return 0, ErrShort
	}
	copy(f.payload[:f.n], message[1:])
	for _, b := range f.payload[:f.n] {
		sum += int(b)
	}
	frames.Put(f)
	return sum, nil
}
