// Package needlesssplit reads header lines and lists part by part.
package needlesssplit

import "strings"

// Accepts reports whether a list of media types, with parameters or without, names the type.
func Accepts(header, want string) bool {
	for _, item := range strings.Split(header, ",") {
		if strings.TrimSpace(strings.Split(item, ";")[0]) == want {
			return true
		}
	}
	return false
}

// Pair reads name=value.
func Pair(text string) (name, value string, ok bool) {
	kv := strings.SplitN(text, "=", 2)
	if len(kv) != 2 {
		return "", "", false
	}
	return strings.TrimSpace(kv[0]), strings.TrimSpace(kv[1]), true
}

// Letters counts what is no space.
func Letters(text string) (n int) {
	for _, word := range strings.Fields(text) {
		n += len(word)
	}
	return n
}

// Depth is the number of elements of a path.
func Depth(path string) int {
	return len(strings.Split(path, "/"))
}
