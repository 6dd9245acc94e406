// Package writeformat writes a report, the slow way: each line becomes a string before it is written.
package writeformat

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Item is a line of the report.
type Item struct {
	Name  string
	Count int
}

// Line writes one item.
func Line(w io.Writer, item Item) error {
	_, err := w.Write([]byte(fmt.Sprintf("%s: %d items\n", item.Name, item.Count)))
	return err
}

// List returns the items as one text.
func List(items []Item) string {
	var sb strings.Builder
	for _, item := range items {
		sb.WriteString(fmt.Sprintf("%s=%d;", item.Name, item.Count))
	}
	return sb.String()
}

// Body writes what was rendered before.
func Body(w io.Writer, rendered []byte) error {
	_, err := io.WriteString(w, string(rendered))
	return err
}

// Title writes a heading.
func Title(w *bufio.Writer, title string) {
	w.Write([]byte(title))
	w.WriteByte('\n')
}

// Echo answers with the path that was asked for.
func Echo(w http.ResponseWriter, r *http.Request) {
	w.Write([]byte(r.URL.Path))
}
