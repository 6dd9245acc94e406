package api

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	n, err := r.ResponseWriter.Write(p)
	r.bytes += n
	return n, err
}

// logged writes a line for each request.
func logged(next http.Handler, log io.Writer, now func() time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := now()
		answer := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		line := fmt.Sprintf("%s %s %s %d %d %s\n", began.UTC().Format(time.RFC3339Nano), r.Method, r.URL.Path,
			answer.status, answer.bytes, now().Sub(began))
		io.WriteString(log, line)
	})
}
