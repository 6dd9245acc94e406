// Package pointerelements hands small events on as pointers: through a channel, in a slice and in a map.
package pointerelements

// Event is something that was measured.
type Event struct {
	Sensor int
	Value  float64
	Unit   string
}

// line is as large as a cache line.
type line struct {
	from, to [2]int32
	values   [6]int64
}

func send(n int, events chan<- *Event) {
	for i := range n {
		events <- &Event{Sensor: i % 8, Value: float64(i), Unit: "V"}
	}
	close(events)
}

// Total adds up n events that come through a channel.
func Total(n int) float64 {
	events := make(chan *Event, 64)
	go send(n, events)
	total := 0.0
	for e := range events {
		total += e.Value
	}
	return total
}

// Mean collects n events and gives their mean.
func Mean(n int) float64 {
	events := make([]*Event, 0, n)
	for i := range n {
		events = append(events, &Event{Sensor: i % 8, Value: float64(i)})
	}
	sum := 0.0
	for _, e := range events {
		sum += e.Value
	}
	return sum / float64(len(events))
}

// Lines fills n lines and adds up their ends.
func Lines(n int) int64 {
	lines := make([]*line, 0, n)
	for i := range n {
		l := &line{}
		l.to[1] = int32(i)
		lines = append(lines, l)
	}
	sum := int64(0)
	for _, l := range lines {
		sum += int64(l.to[1]) + l.values[0]
	}
	return sum
}

type pair struct{ n, square int }

// Squares adds up the squares of even numbers below n, in a slice that grows.
func Squares(n int) int {
	var pairs []*pair
	for i := 0; i < n; i += 2 {
		pairs = append(pairs, &pair{i, i * i})
	}
	sum := 0
	for _, p := range pairs {
		sum += p.square
	}
	return sum
}

// Last keeps the last event of each sensor.
type Last struct {
	bySensor map[int]*Event
}

// Record keeps the event when it is the last of its sensor so far.
func (l *Last) Record(sensor int, value float64) {
	if l.bySensor == nil {
		l.bySensor = make(map[int]*Event)
	}
	l.bySensor[sensor] = &Event{Sensor: sensor, Value: value}
}

// Value is the last value of the sensor.
func (l *Last) Value(sensor int) (float64, bool) {
	e, ok := l.bySensor[sensor]
	if !ok {
		return 0, false
	}
	return e.Value, true
}
