// Package loopallocation reads frames and writes rows, each by way of a buffer that is declared in the loop.
package loopallocation

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// Sum adds up the bytes of frames: four bytes of length, then so many bytes, at most 64 KiB.
func Sum(frames []io.Reader) (sum uint64, err error) {
	for _, frame := range frames {
		var head [4]byte
		if _, err := io.ReadFull(frame, head[:]); err != nil {
			return sum, err
		}
		left := int(binary.BigEndian.Uint32(head[:]))
		buf := make([]byte, 4096)
		for left > 0 {
			n, err := frame.Read(buf)
			for _, c := range buf[:n] {
				sum += uint64(c)
			}
			if left -= n; err != nil && left > 0 {
				return sum, err
			}
		}
	}
	return sum, nil
}

// Rows writes a line for each number, and each line at once.
func Rows(w io.Writer, numbers []int) error {
	for _, n := range numbers {
		var line bytes.Buffer
		fmt.Fprintf(&line, "row %d\n", n)
		if _, err := w.Write(line.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
