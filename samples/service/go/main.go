// Catalogue serves the articles of a small shop over HTTP: lists and single articles as JSON, orders, a report for people,
// an export, and an import of prices.
package main

import (
	"errors"
	"flag"
	"log"
	"net/http"
	_ "net/http/pprof"
	"os"
	"time"

	"example.com/catalogue/api"
	"example.com/catalogue/store"
)

func main() {
	address := flag.String("listen", "localhost:8080", "address to listen on")
	debug := flag.String("debug", "localhost:6060", "address of /debug/pprof")
	articles := flag.Int("articles", 500, "how many articles to begin with")
	flag.Parse()

	go func() { log.Println(http.ListenAndServe(*debug, nil)) }()
	server := &http.Server{
		Addr:              *address,
		Handler:           api.New(store.WithArticles(*articles), os.Stdout, time.Now),
		ReadHeaderTimeout: 5 * time.Second,
	}
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}
