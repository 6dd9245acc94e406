// Package librarycall has calls of the standard library beside the forms that allocate less.
package librarycall

import (
	"bytes"
	"context"
	"math/big"
	"net/http"
	"regexp"
)

type key int

const (
	routeKey key = iota
	varsKey
)

// Twice copies the request for each value.
func Twice(r *http.Request, route string, vars map[string]string) *http.Request {
	return with(with(r, routeKey, route), varsKey, vars)
}

//go:noinline
func with(r *http.Request, key key, value any) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), key, value))
}

// Once sets both values, and copies the request then.
func Once(r *http.Request, route string, vars map[string]string) *http.Request {
	ctx := context.WithValue(r.Context(), routeKey, route)
	return r.WithContext(context.WithValue(ctx, varsKey, vars))
}

var number = regexp.MustCompile(`^[0-9]+$`)

// Found makes a slice to know whether there is something.
func Found(s string) bool {
	return number.FindStringIndex(s) != nil
}

// Matches asks.
func Matches(s string) bool {
	return number.MatchString(s)
}

// Digits writes the number into a new string.
func Digits(v *big.Int) int {
	return len(v.String())
}

// Counter keeps the memory for the digits.
type Counter struct {
	digits []byte
}

// Digits appends them.
func (c *Counter) Digits(v *big.Int) int {
	c.digits = v.Append(c.digits[:0], 10)
	return len(c.digits)
}

// Reader makes a reader for each text.
func Reader(feed func(*bytes.Reader), text []byte) {
	feed(bytes.NewReader(text))
}

// Feeder keeps one.
type Feeder struct {
	reader bytes.Reader
}

// Reader resets it.
func (f *Feeder) Reader(feed func(*bytes.Reader), text []byte) {
	f.reader.Reset(text)
	feed(&f.reader)
}
