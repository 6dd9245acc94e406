// Package returnedbuffer encodes into a buffer and returns its bytes.
package returnedbuffer

import (
	"bytes"
	"encoding/json"
	"io"
)

// Event is something to send.
type Event struct {
	ID   int
	Name string
	Tags []string
}

// JSON returns the event as JSON, without escapes for HTML.
func JSON(e *Event) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// Encoder writes events as lines.
type Encoder struct {
	w io.Writer
}

// Encode writes one.
func (enc *Encoder) Encode(e *Event) {
	enc.text(e.Name)
	for _, tag := range e.Tags {
		enc.text(tag)
	}
}

func (enc *Encoder) text(s string) {
	io.WriteString(enc.w, s)
	enc.w.Write([]byte{'\n'})
}

// Lines returns the event as lines.
func Lines(e *Event) string {
	out := new(bytes.Buffer)
	enc := &Encoder{w: out}
	enc.Encode(e)
	return out.String()
}

// Text returns the event as lines, in bytes.
func Text(e *Event) []byte {
	var out bytes.Buffer
	write(&out, e)
	return out.Bytes()
}

func write(w io.Writer, e *Event) {
	(&Encoder{w: w}).Encode(e)
}
