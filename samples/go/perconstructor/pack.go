// Package perconstructor packs and unpacks texts with a compressor that is made for each of them.
package perconstructor

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"io"
	"strings"
)

// Unpack writes the text behind the compressed bytes.
func Unpack(w io.Writer, packed []byte) (int64, error) {
	zr, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return 0, err
	}
	defer zr.Close()
	return io.Copy(w, zr)
}

// Pack compresses the text.
func Pack(w io.Writer, text []byte) error {
	zw := gzip.NewWriter(w)
	if _, err := zw.Write(text); err != nil {
		return err
	}
	return zw.Close()
}

// Digest appends the SHA-256 sum of what can be read to dst.
func Digest(dst []byte, r io.Reader) ([]byte, error) {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return dst, err
	}
	return h.Sum(dst), nil
}

// Lines counts the lines of a text.
func Lines(text *strings.Reader) (n int) {
	br := bufio.NewReader(text)
	for {
		c, err := br.ReadByte()
		if err != nil {
			return n
		}
		if c == '\n' {
			n++
		}
	}
}
