package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strconv"
)

var errTooLarge = errors.New("the photo is too large")

// photo takes the photo of an article and answers with its size and checksum.
func (s *Server) photo(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		fail(w, err)
		return
	}
	if _, err := s.store.Get(id); err != nil {
		fail(w, err)
		return
	}
	size, sum, err := checksum(r.Body)
	if err != nil {
		fail(w, err)
		return
	}
	respond(w, r, http.StatusOK, map[string]any{"bytes": size, "sha256": sum})
}

// checksum reads all that there is.
func checksum(r io.Reader) (int, string, error) {
	buf := make([]byte, 64*1024)
	hash := sha256.New()
	size := 0
	for {
		n, err := r.Read(buf)
		hash.Write(buf[:n])
		if size += n; size > largest {
			return size, "", errTooLarge
		}
		if err == io.EOF {
			return size, hex.EncodeToString(hash.Sum(nil)), nil
		}
		if err != nil {
			return size, "", err
		}
	}
}
