package returnedbuffer

import (
	"fmt"
	"strings"
	"testing"
)

var event = &Event{ID: 1, Name: "a name", Tags: strings.Fields(strings.Repeat("some tags <b> & more ", 20))}

func Test(t *testing.T) {
	for _, e := range []*Event{event, {}, {Name: "x"}, event} {
		data, err := JSON(e)
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf(`{"ID":%d,"Name":%q,"Tags":`, e.ID, e.Name); !strings.HasPrefix(string(data), want) {
			t.Errorf("got %s, want %s", data, want)
		}
		want := e.Name + "\n"
		if len(e.Tags) > 0 {
			want += strings.Join(e.Tags, "\n") + "\n"
		}
		if got := Text(e); string(got) != want || Lines(e) != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	first, _ := JSON(event)
	kept := string(first)
	JSON(&Event{Name: "another"})
	if string(first) != kept {
		t.Error("the second call changed what the first returned")
	}
}

// Escapes, so that no benchmark is optimised away.
var data []byte

func BenchmarkJSON(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		data, _ = JSON(event)
	}
}

func BenchmarkText(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		data = Text(event)
	}
}
