// Package orders is a place to try AllocLens. Nothing here is run.
//
// A squiggle marks an expression that allocates. Put the cursor on it, press Ctrl+. (macOS: Cmd+.) and choose the fix.
package orders

import (
	"net/http"
	"time"
)

// Order is a row of the report.
type Order struct {
	ID    string
	At    time.Time
	Cents int
}

// Relay makes a buffer for each request and drops it at the end.
func Relay(w http.ResponseWriter, r *http.Request) {
	buffer := make([]byte, 32*1024)
	for {
		n, err := r.Body.Read(buffer)
		if _, failed := w.Write(buffer[:n]); failed != nil || err != nil {
			return
		}
	}
}

// Cents grows its result from nothing, although it is known how long it becomes.
func Cents(orders []Order) []int {
	var cents []int
	for _, order := range orders {
		cents = append(cents, order.Cents)
	}
	return cents
}

// Line formats a time into a string that is garbage as soon as it has been copied.
func Line(line []byte, order Order) []byte {
	line = append(line, order.ID...)
	line = append(line, ' ')
	return append(line, order.At.Format(time.RFC3339)...)
}
