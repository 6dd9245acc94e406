// Package appendformat writes log lines into a byte slice, the slow way: each part is formatted into a string first.
package appendformat

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

const digits = "0123456789abcdef"

// ID is 20 bytes, printed as 40 digits.
type ID [20]byte

// AppendTo appends the digits of the ID to b.
func (id ID) AppendTo(b []byte) []byte {
	for _, x := range id {
		b = append(b, digits[x>>4], digits[x&15])
	}
	return b
}

// String returns the digits of the ID.
func (id ID) String() string {
	var buf [40]byte
	return string(id.AppendTo(buf[:0]))
}

// Stamp appends the time of an event.
func Stamp(line []byte, at time.Time) []byte {
	return append(line, at.Format(time.RFC3339Nano)...)
}

// Size appends a number of bytes.
func Size(line []byte, n int) []byte {
	line = append(line, " size="...)
	return append(line, strconv.Itoa(n)...)
}

// Message appends a quoted message.
func Message(line []byte, message string) []byte {
	return append(line, strconv.Quote(message)...)
}

// Ratio appends a percentage.
func Ratio(line []byte, part, whole float64) []byte {
	return append(line, fmt.Sprintf(" ratio=%.1f%%", 100*part/whole)...)
}

// Request appends the identifier of a request.
func Request(line []byte, id ID) []byte {
	return append(line, id.String()...)
}

// Table writes a row for each size.
func Table(buf *bytes.Buffer, sizes []int) {
	for row, size := range sizes {
		buf.WriteString(strconv.Itoa(row + 1000))
		buf.WriteByte('\t')
		buf.WriteString(strconv.Itoa(size))
		buf.WriteByte('\n')
	}
}

// Digest appends a checksum.
func Digest(line []byte, sum []byte) []byte {
	line = append(line, " sum="...)
	return append(line, hex.EncodeToString(sum)...)
}

// Key returns the bytes under which an event is stored.
func Key(source string, n int) []byte {
	return []byte(fmt.Sprintf("%s/%d", source, n))
}

// WriteStamp writes the time of an event.
func WriteStamp(w io.Writer, at time.Time) error {
	_, err := w.Write([]byte(at.Format(time.RFC3339)))
	return err
}

// Field copies the time of an event into a line of fixed columns.
func Field(line []byte, at time.Time) int {
	return copy(line[8:], at.Format(time.DateTime))
}

// Join returns the sizes with commas.
func Join(sizes []int) string {
	var sb strings.Builder
	sb.Grow(8 * len(sizes))
	for _, size := range sizes {
		sb.WriteString(strconv.Itoa(size))
		sb.WriteByte(',')
	}
	return sb.String()
}
