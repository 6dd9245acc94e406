// Package perbuffer moves messages between readers and writers. Each call makes its buffer anew and drops it again.
package perbuffer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
)

// Relay copies r to w and returns the number of lines that went through.
func Relay(w io.Writer, r io.Reader) (lines int, err error) {
	buf := make([]byte, 32*1024)
	for {
		n, err := r.Read(buf)
		lines += bytes.Count(buf[:n], []byte{'\n'})
		if _, err := w.Write(buf[:n]); err != nil {
			return lines, err
		}
		if err == io.EOF {
			return lines, nil
		}
		if err != nil {
			return lines, err
		}
	}
}

// Checksum reads a frame of size bytes and returns its checksum.
func Checksum(r io.Reader, size int) (uint32, error) {
	frame := make([]byte, size)
	if _, err := io.ReadFull(r, frame); err != nil {
		return 0, fmt.Errorf("frame of %d bytes: %w", size, err)
	}
	return crc32.ChecksumIEEE(frame), nil
}

// Send writes v as a line of JSON, or nothing if v cannot be encoded.
func Send(w io.Writer, v any) error {
	body := new(bytes.Buffer)
	if err := json.NewEncoder(body).Encode(v); err != nil {
		return err
	}
	_, err := w.Write(body.Bytes())
	return err
}

// Row writes the values as a line of a table.
func Row(w io.Writer, values []int) error {
	line := make([]byte, 0, 1024)
	for _, v := range values {
		line = strconv.AppendInt(line, int64(v), 10)
		line = append(line, ';')
	}
	line = append(line, '\n')
	_, err := w.Write(line)
	return err
}

// Greeting answers a request.
func Greeting(w http.ResponseWriter, r *http.Request) {
	var page bytes.Buffer
	fmt.Fprintf(&page, "<p>Hello, %s.</p>", r.URL.Path)
	if _, err := page.WriteTo(w); err != nil && !errors.Is(err, io.ErrClosedPipe) {
		panic(err)
	}
}

// Pairs counts the different pairs of neighbouring bytes.
func Pairs(text string) (n int) {
	seen := make([]bool, 1<<16+1)
	for i := 1; i < len(text); i++ {
		key := int(text[i-1])<<8 | int(text[i])
		if !seen[key] {
			seen[key] = true
			n++
		}
	}
	return n
}

// Response collects what a request is answered with.
type Response struct {
	Status int
	Data   []byte
}

// Hello answers a request out of a Response of its own.
func Hello(w http.ResponseWriter, r *http.Request) {
	resp := &Response{Data: make([]byte, 0, 1024)}
	resp.Status = http.StatusOK
	resp.Data = append(resp.Data, "Hello, "...)
	resp.Data = append(resp.Data, r.URL.Path...)
	w.WriteHeader(resp.Status)
	if _, err := w.Write(resp.Data); err != nil {
		panic(err)
	}
}
