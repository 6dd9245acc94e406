// Package retainedtime keeps failed operations until they are tried again.
package retainedtime

import "time"

// ID is the key of an operation.
type ID [20]byte

// attempt is an operation that is to be tried again.
type attempt struct {
	id ID
	at time.Time
}

// Queue is a ring of buckets, each for the attempts of one second.
type Queue struct {
	buckets [][]attempt
	start   time.Time
	next    int
}

// NewQueue returns a queue for attempts up to the given number of seconds ahead, with room for some in each second.
func NewQueue(seconds, room int, now time.Time) *Queue {
	q := &Queue{buckets: make([][]attempt, seconds), start: now}
	for i := range q.buckets {
		q.buckets[i] = make([]attempt, 0, room)
	}
	return q
}

// Add puts in an operation that is to be tried at a time; too early and too late ones come into the nearest bucket.
func (q *Queue) Add(id ID, at time.Time) {
	ahead := min(max(int(at.Sub(q.start)/time.Second), 0), len(q.buckets)-1)
	i := (q.next + ahead) % len(q.buckets)
	q.buckets[i] = append(q.buckets[i], attempt{id: id, at: at})
}

// Due calls retry with the operations whose time has come, and gives their number.
func (q *Queue) Due(now time.Time, retry func(ID)) int {
	n := 0
	bucket := q.buckets[q.next]
	rest := bucket[:0]
	for i := range bucket {
		if bucket[i].at.IsZero() || !bucket[i].at.After(now) {
			retry(bucket[i].id)
			n++
		} else {
			rest = append(rest, bucket[i])
		}
	}
	q.buckets[q.next] = rest
	if len(rest) == 0 && now.Sub(q.start) >= time.Second {
		q.next = (q.next + 1) % len(q.buckets)
		q.start = q.start.Add(time.Second)
	}
	return n
}
