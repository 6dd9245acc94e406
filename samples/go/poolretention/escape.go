// Package poolretention puts its buffers back whatever a call has made of them.
package poolretention

import (
	"bytes"
	"sync"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// EscapedLen returns the length of the text when each byte that is no printable ASCII takes four: \x00.
func EscapedLen(text string) int {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	const hex = "0123456789abcdef"
	for i := range len(text) {
		if c := text[i]; c >= ' ' && c <= '~' {
			buf.WriteByte(c)
		} else {
			buf.WriteString(`\x`)
			buf.WriteByte(hex[c>>4])
			buf.WriteByte(hex[c&15])
		}
	}
	return buf.Len()
}
