// Package largeobject lets the other side of a stream decide how much memory is allocated.
package largeobject

import (
	"encoding/binary"
	"io"
)

// Relay copies src to dst, by way of memory.
func Relay(dst io.Writer, src io.Reader) error {
	data, err := io.ReadAll(src)
	if err != nil {
		return err
	}
	_, err = dst.Write(data)
	return err
}

// Frame reads a frame: its size in four bytes, and its content.
func Frame(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	body := make([]byte, binary.BigEndian.Uint32(head[:]))
	_, err := io.ReadFull(r, body)
	return body, err
}
