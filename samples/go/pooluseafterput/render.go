// Package pooluseafterput hands out memory that is back in its pool: the results of two calls overwrite each other.
package pooluseafterput

import (
	"bytes"
	"strconv"
	"sync"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Greeting returns a line for the name.
func Greeting(name string) []byte {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	buf.WriteString("hello ")
	buf.WriteString(name)
	return buf.Bytes()
}

// Numbers returns the numbers below n, each followed by a blank.
func Numbers(n int) []byte {
	buf := buffers.Get().(*bytes.Buffer)
	buf.Reset()
	for i := range n {
		buf.WriteString(strconv.Itoa(i))
		buf.WriteByte(' ')
	}
	text := buf.Bytes()
	buffers.Put(buf)
	return text
}

// Response is what the handler of the article fills.
type Response struct {
	Data [100]byte
}

var responses = sync.Pool{New: func() any { return &Response{} }}

// Handle returns an object that is in the pool again: reported, and left to the reader.
func Handle(n byte) *Response {
	resp := responses.Get().(*Response)
	defer responses.Put(resp)
	resp.Data[0] = n
	return resp
}
