// Package hoistconstant builds the same patterns, templates and tables on every call.
package hoistconstant

import (
	"io"
	"regexp"
	"strings"
	"text/template"
)

// ValidID tells whether s is an order's number.
func ValidID(s string) bool {
	re := regexp.MustCompile(`^[A-Z]{2}-\d{4,8}$`)
	return re.MatchString(s)
}

// Escape makes s safe for a quoted field.
func Escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// Greet writes a greeting.
func Greet(w io.Writer, name string) error {
	return template.Must(template.New("greeting").Parse("Hello {{.}},\n")).Execute(w, name)
}

// Level returns the number of a syslog level, 0 for one that there is not.
func Level(name string) int {
	levels := map[string]int{
		"emergency": 1, "alert": 2, "critical": 3, "error": 4, "warning": 5,
		"notice": 6, "info": 7, "debug": 8, "trace": 9,
	}
	return levels[name]
}

// Lines writes texts, each with its line end.
func Lines(w io.Writer, texts [][]byte) error {
	for _, text := range texts {
		if _, err := w.Write(text); err != nil {
			return err
		}
		if _, err := w.Write([]byte("\r\n")); err != nil {
			return err
		}
	}
	return nil
}
