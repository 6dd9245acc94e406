package interfaceboxing

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"slices"
	"testing"
)

func jobs() []Job {
	return []Job{{70001, "read", 300}, {70002, "write", 900}, {70003, "flush", 300}, {70004, "close", 1200}}
}

func TestOrder(t *testing.T) {
	queues := [][]Job{jobs(), nil, jobs()[:1]}
	Order(queues)
	var ids []uint32
	for _, job := range queues[0] {
		ids = append(ids, job.ID)
	}
	if want := []uint32{70004, 70002, 70001, 70003}; !slices.Equal(ids, want) {
		t.Errorf("got %v, want %v", ids, want)
	}
}

func TestNames(t *testing.T) {
	lists := [][]string{{"b", "", "a", "b"}, nil}
	Names(lists)
	if want := []string{"", "a", "b", "b"}; !slices.Equal(lists[0], want) {
		t.Errorf("got %v, want %v", lists[0], want)
	}
}

func TestTrace(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	Trace(log, jobs()[:1])
	if want := "level=DEBUG msg=job id=70001 name=read priority=300\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestWrite(t *testing.T) {
	var out bytes.Buffer
	Write(&out, jobs()[:2])
	if want := []byte{0, 1, 17, 113, 0, 1, 17, 114}; !bytes.Equal(out.Bytes(), want) {
		t.Errorf("got %v, want %v", out.Bytes(), want)
	}
}

//measure:allocs/op 0
func BenchmarkOrder(b *testing.B) {
	queues := [][]Job{jobs()}
	b.ReportAllocs()
	for b.Loop() {
		queues[0][0].Priority++
		Order(queues)
	}
}

//measure:allocs/op 0
func BenchmarkNames(b *testing.B) {
	lists := [][]string{{"b", "", "a", "b"}}
	b.ReportAllocs()
	for b.Loop() {
		Names(lists)
	}
}

//measure:allocs/op 0
func BenchmarkTrace(b *testing.B) {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if log.Enabled(context.Background(), slog.LevelDebug) {
		b.Fatal("debug messages are written")
	}
	list := jobs()
	b.ReportAllocs()
	for b.Loop() {
		Trace(log, list)
	}
}

//measure:allocs/op 0
func BenchmarkWrite(b *testing.B) {
	var buf bytes.Buffer
	list := jobs()
	b.ReportAllocs()
	for b.Loop() {
		buf.Reset()
		Write(&buf, list)
	}
}
