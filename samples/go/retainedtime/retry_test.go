package retainedtime

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"time"
)

func TestQueue(t *testing.T) {
	now := time.Now()
	q := NewQueue(3, 2, now)
	q.Add(ID{1}, now.Add(100*time.Millisecond))
	q.Add(ID{2}, now.Add(time.Second))
	q.Add(ID{3}, time.Time{})
	var got []byte
	retry := func(id ID) { got = append(got, id[0]) }
	for i := range 3 {
		q.Due(now.Add(time.Duration(i)*time.Second), retry)
	}
	if string(got) != "\x03\x01\x02" {
		t.Errorf("tried in the order %v", got)
	}
	q.buckets[0] = append(q.buckets[0], attempt{})
	if !q.buckets[0][0].at.IsZero() {
		t.Error("the zero attempt has a time")
	}
}

const kept = 60_000

// filled returns a queue with attempts for a minute.
func filled(now time.Time) *Queue {
	q := NewQueue(60, kept/60, now)
	for i := range kept {
		q.Add(ID{byte(i)}, now.Add(time.Duration(i%60)*time.Second))
	}
	return q
}

// scanned-B is what the kept queue adds to the part of the heap that the collector scans, in steps of 10 kB.
//
//measure:bytes/op -10%
func BenchmarkAdd(b *testing.B) {
	b.ReportAllocs()
	now := time.Now()
	scanned := uint64(0)
	for b.Loop() {
		q := filled(now)
		b.StopTimer()
		with := scannable()
		runtime.KeepAlive(q)
		q = nil
		scanned = with - min(with, scannable())
		b.StartTimer()
	}
	b.ReportMetric(float64(scanned/10_000*10_000), "scanned-B/op")
}

func scannable() uint64 {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/scan/heap:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
