// Package growbuilder writes texts whose length follows from what they are made of.
package growbuilder

import (
	"bytes"
	"strings"
)

const digits = "0123456789abcdef"

// Fingerprint spells a digest like ab:cd:ef.
func Fingerprint(digest []byte) string {
	var b strings.Builder
	for i, c := range digest {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}

// Escape doubles quotes.
func Escape(s string) []byte {
	var b bytes.Buffer
	for i := 0; i < len(s); i++ {
		if s[i] == '"' {
			b.WriteString(`""`)
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.Bytes()
}

// Placeholders makes the list of an SQL statement's values: (?, ?, ?).
func Placeholders(values []any) string {
	var b strings.Builder
	b.WriteByte('(')
	for i := range values {
		if i == 0 {
			b.WriteString("?")
		} else {
			b.WriteString(", ?")
		}
	}
	b.WriteByte(')')
	return b.String()
}
