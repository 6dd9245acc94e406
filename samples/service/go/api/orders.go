package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"example.com/catalogue/store"
)

// largest is the largest body that is read, in bytes.
const largest = 1 << 20

type orderRequest struct {
	Lines []struct {
		Article int `json:"article"`
		Count   int `json:"count"`
	} `json:"lines"`
}

// order takes an order.
func (s *Server) order(w http.ResponseWriter, r *http.Request) {
	var request orderRequest
	if err := json.NewDecoder(io.LimitReader(r.Body, largest)).Decode(&request); err != nil {
		fail(w, err)
		return
	}
	var lines []store.Line
	for _, line := range request.Lines {
		lines = append(lines, store.Line{Article: line.Article, Count: line.Count})
	}
	placed, err := s.store.Place(lines)
	if err != nil {
		fail(w, err)
		return
	}
	respond(w, r, http.StatusCreated, map[string]any{"order": placed.Number, "total": price(placed.Total)})
}

// prices takes a list of new prices, a line `id;cents` for each article.
func (s *Server) prices(w http.ResponseWriter, r *http.Request) {
	scanner := bufio.NewScanner(io.LimitReader(r.Body, largest))
	changed := 0
	for scanner.Scan() {
		line := bytes.TrimSpace(scanner.Bytes())
		if len(line) == 0 {
			continue
		}
		id, cents, ok := bytes.Cut(line, []byte(";"))
		if !ok {
			fail(w, fmt.Errorf("line %d has no semicolon", changed+1))
			return
		}
		if err := s.setPrice(string(id), string(cents)); err != nil {
			fail(w, err)
			return
		}
		changed++
	}
	if err := scanner.Err(); err != nil {
		fail(w, err)
		return
	}
	s.cache.Forget()
	respond(w, r, http.StatusOK, map[string]int{"changed": changed})
}

func (s *Server) setPrice(id, cents string) error {
	article, err := strconv.Atoi(id)
	if err != nil {
		return err
	}
	price, err := strconv.Atoi(cents)
	if err != nil {
		return err
	}
	return s.store.SetPrice(article, price, s.now())
}
