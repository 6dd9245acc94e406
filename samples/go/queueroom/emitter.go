// Package queueroom keeps what is not written yet in a queue.
package queueroom

// Event is something to write.
type Event struct {
	Kind int
	Text string
}

// Emitter writes an event when it knows the one that follows.
type Emitter struct {
	events []Event
	next   int
	// Written is the number of characters so far.
	Written int
}

// Emit queues an event and writes those that are ready.
func (e *Emitter) Emit(event Event) {
	e.events = append(e.events, event)
	for len(e.events)-e.next > 1 {
		e.Written += len(e.events[e.next].Text)
		e.events[e.next] = Event{}
		e.next++
	}
}

// EmitAll writes n events.
func EmitAll(n int) int {
	var e Emitter
	for i := range n {
		e.Emit(Event{Kind: i, Text: "text"})
	}
	return e.Written
}
