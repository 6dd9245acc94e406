package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"example.com/catalogue/store"
)

// row is an article as the list shows it.
type row struct {
	ID       int      `json:"id"`
	Name     string   `json:"name"`
	Tags     []string `json:"tags"`
	Price    string   `json:"price"`
	InStock  bool     `json:"in_stock"`
	Modified string   `json:"modified"`
}

func rowOf(a store.Article) row {
	return row{
		ID:       a.ID,
		Name:     a.Name,
		Tags:     a.Tags,
		Price:    price(a.Price),
		InStock:  a.Stock > 0,
		Modified: a.Changed.Format(time.RFC3339),
	}
}

// price is an amount of cents as people write it.
func price(cents int) string {
	return fmt.Sprintf("%d.%02d", cents/100, cents%100)
}

// list answers with a page of the articles that have a tag.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	offset, err := number(query.Get("offset"), 0)
	if err != nil {
		fail(w, err)
		return
	}
	limit, err := number(query.Get("limit"), 50)
	if err != nil {
		fail(w, err)
		return
	}
	found := s.store.Tagged(query.Get("tag"))
	page := found[min(offset, len(found)):min(offset+limit, len(found))]
	rows := []row{}
	for _, a := range page {
		rows = append(rows, rowOf(a))
	}
	respond(w, r, http.StatusOK, map[string]any{"total": len(found), "articles": rows})
}

// number is the value of a parameter, or what it is without one.
func number(text string, otherwise int) (int, error) {
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is no number", text)
	}
	return n, nil
}

// article answers with one article, out of the cache if it can.
func (s *Server) article(w http.ResponseWriter, r *http.Request) {
	key := fmt.Sprintf("article:%s", r.PathValue("id"))
	body, ok := s.cache.Get(key)
	if !ok {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil {
			fail(w, err)
			return
		}
		a, err := s.store.Get(id)
		if err != nil {
			fail(w, err)
			return
		}
		body, err = json.Marshal(rowOf(a))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		s.cache.Put(key, body)
	}
	tag := etag(body)
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(body)
}

func etag(body []byte) string {
	h := sha256.New()
	h.Write(body)
	return `"` + hex.EncodeToString(h.Sum(nil)[:12]) + `"`
}
