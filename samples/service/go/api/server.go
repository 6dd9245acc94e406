// Package api answers the requests.
package api

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"example.com/catalogue/store"
)

// Server is an http.Handler for all routes.
type Server struct {
	store   *store.Store
	cache   *store.Cache
	now     func() time.Time
	handler http.Handler
}

// New returns a server that writes a line for each request to the log.
func New(s *store.Store, log io.Writer, now func() time.Time) *Server {
	server := &Server{store: s, cache: store.NewCache(1000, time.Minute, now), now: now}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /articles", server.list)
	mux.HandleFunc("GET /articles/{id}", server.article)
	mux.HandleFunc("PUT /articles/{id}/photo", server.photo)
	mux.HandleFunc("POST /orders", server.order)
	mux.HandleFunc("POST /prices", server.prices)
	mux.HandleFunc("GET /report", server.report)
	mux.HandleFunc("GET /export.csv", server.export)
	server.handler = logged(mux, log, now)
	return server
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handler.ServeHTTP(w, r)
}

// respond writes the value as JSON, compressed if the client takes that.
func respond(w http.ResponseWriter, r *http.Request, status int, value any) error {
	w.Header().Set("Content-Type", "application/json")
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.WriteHeader(status)
		return json.NewEncoder(w).Encode(value)
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	zw := gzip.NewWriter(w)
	if err := json.NewEncoder(zw).Encode(value); err != nil {
		return err
	}
	return zw.Close()
}

// fail answers with the error.
func fail(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	if errors.Is(err, store.ErrNotFound) {
		status = http.StatusNotFound
	}
	http.Error(w, err.Error(), status)
}
