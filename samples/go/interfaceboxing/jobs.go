// Package interfaceboxing sorts, logs and writes jobs with functions that take interfaces.
package interfaceboxing

import (
	"bytes"
	"encoding/binary"
	"log/slog"
	"sort"
)

// Job is something to do.
type Job struct {
	ID       uint32
	Name     string
	Priority int
}

// Order sorts each queue by priority, the highest first; jobs of the same priority keep their order.
func Order(queues [][]Job) {
	for _, jobs := range queues {
		sort.SliceStable(jobs, func(i, j int) bool { return jobs[i].Priority > jobs[j].Priority })
	}
}

// Names sorts each list.
func Names(lists [][]string) {
	for _, names := range lists {
		sort.Sort(sort.StringSlice(names))
	}
}

// Trace logs each job.
func Trace(log *slog.Logger, jobs []Job) {
	for _, job := range jobs {
		log.Debug("job", "id", job.ID, "name", job.Name, "priority", job.Priority)
	}
}

// Write appends the jobs' numbers to the buffer.
func Write(buf *bytes.Buffer, jobs []Job) {
	for _, job := range jobs {
		binary.Write(buf, binary.BigEndian, job.ID)
	}
}
