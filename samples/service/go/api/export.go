package api

import (
	"bufio"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// export answers with all articles as comma-separated values.
func (s *Server) export(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	out := bufio.NewWriterSize(w, 32*1024)
	out.WriteString("id,name,tags,price,stock,changed\n")
	line := make([]byte, 0, 128)
	for id := 1; id <= s.store.Len(); id++ {
		a, err := s.store.Get(id)
		if err != nil {
			break
		}
		labels := ""
		for i, tag := range a.Tags {
			if i > 0 {
				labels += " "
			}
			labels += tag
		}
		line = append(line[:0], strconv.Itoa(a.ID)...)
		line = append(line, ',')
		line = append(line, quoted(a.Name)...)
		line = append(line, ',')
		line = append(line, labels...)
		line = append(line, ',')
		line = append(line, price(a.Price)...)
		line = append(line, ',')
		line = append(line, strconv.Itoa(a.Stock)...)
		line = append(line, ',')
		line = append(line, a.Changed.Format(time.RFC3339)...)
		line = append(line, '\n')
		if _, err := out.Write(line); err != nil {
			return
		}
	}
	out.Flush()
}

// quoted is a field of the export: in quotes where it needs them.
func quoted(text string) string {
	if !strings.ContainsAny(text, ",\"\n") {
		return text
	}
	return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
}
