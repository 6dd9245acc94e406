// Package needlessconversion reads lines as bytes and calls the functions for strings.
package needlessconversion

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"
)

var date = regexp.MustCompile(`^\d{4}-\d{2}-\d{2} `)

// IsError reports whether the line is about an error.
func IsError(line []byte) bool {
	return strings.HasPrefix(string(line), "ERROR") || strings.Contains(string(line), " level=error ")
}

// IsDated reports whether the line starts with a date.
func IsDated(line []byte) bool {
	return date.MatchString(string(line))
}

// IsText reports whether the line is valid UTF-8.
func IsText(line []byte) bool {
	return utf8.ValidString(string(line))
}

// Quote puts the line in quotes.
func Quote(dst, line []byte) []byte {
	dst = append(dst, '"')
	dst = append(dst, string(line)...)
	return append(dst, '"')
}

// Mentions counts the words that occur in the line.
func Mentions(line []byte, words []string) int {
	n := 0
	for _, word := range words {
		if strings.Contains(string(line), word) {
			n++
		}
	}
	return n
}

// Parameter finds the first value of a key in a query.
func Parameter(query, key string) string {
	rest := []byte(query)
	for len(rest) > 0 {
		name := rest
		if i := bytes.IndexByte(name, '&'); i >= 0 {
			name, rest = name[:i], name[i+1:]
		} else {
			rest = rest[:0]
		}
		var value []byte
		if i := bytes.IndexByte(name, '='); i >= 0 {
			name, value = name[:i], name[i+1:]
		}
		if string(name) == key {
			return string(value)
		}
	}
	return ""
}
