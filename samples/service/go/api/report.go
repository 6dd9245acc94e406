package api

import (
	_ "embed"
	"html/template"
	"net/http"
	"sort"
	"time"

	"example.com/catalogue/store"
)

//go:embed report.html
var reportText string

var reportPage = template.Must(template.New("report").Parse(reportText))

// group is what the report says of a tag.
type group struct {
	Tag      string
	Articles int
	Value    string
	Dearest  string
}

// report answers with a page for people.
func (s *Server) report(w http.ResponseWriter, r *http.Request) {
	counts := map[string]int{}
	values := map[string]int{}
	dearest := map[string]store.Article{}
	s.store.Each(func(a *store.Article) error {
		for _, tag := range a.Tags {
			counts[tag]++
			values[tag] += a.Price * a.Stock
			if a.Price > dearest[tag].Price {
				dearest[tag] = *a
			}
		}
		return nil
	})
	var groups []group
	for tag, n := range counts {
		groups = append(groups, group{Tag: tag, Articles: n, Value: price(values[tag]), Dearest: dearest[tag].Name})
	}
	sort.Slice(groups, func(i, j int) bool { return groups[i].Tag < groups[j].Tag })
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	reportPage.Execute(w, map[string]any{"Made": s.now().Format(time.RFC1123), "Groups": groups})
}
