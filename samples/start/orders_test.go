package orders

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

var (
	cents []int
	line  []byte
)

func BenchmarkRelay(b *testing.B) {
	body := strings.Repeat("2f5c;1499\n", 200)
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		Relay(discard{}, &http.Request{Body: io.NopCloser(strings.NewReader(body))})
	}
}

func BenchmarkCents(b *testing.B) {
	orders := make([]Order, 1000)
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		cents = Cents(orders)
	}
}

func BenchmarkLine(b *testing.B) {
	order := Order{ID: "2f5c", At: time.Unix(1764500000, 0).UTC(), Cents: 1499}
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		line = Line(line[:0], order)
	}
}

// discard is a response that nobody reads.
type discard struct{}

func (discard) Header() http.Header         { return nil }
func (discard) WriteHeader(int)             {}
func (discard) Write(p []byte) (int, error) { return len(p), nil }
