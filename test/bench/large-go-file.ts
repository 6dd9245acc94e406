/** A Go file of about so many lines, of the kinds of functions that services are made of, and where each begins and allocates. */
export function largeGoFile(lines: number): {
  readonly text: string;
  readonly functions: readonly {
    readonly name: string;
    /** 1-based. */
    readonly line: number;
    readonly allocates: number;
  }[];
} {
  const text = header.split('\n').slice(0, -1);
  const functions: { name: string; line: number; allocates: number }[] = [];
  for (let i = 0; text.length < lines; i++) {
    const name = `F${i}`;
    const body = shapes[i % shapes.length]!.replaceAll('NAME', name).split('\n');
    const at = body.findIndex((one) => one.includes(marked));
    functions.push({ name, line: text.length + 1, allocates: text.length + at + 1 });
    text.push(...body.map((one) => one.replace(marked, '')));
  }
  return { text: text.join('\n'), functions };
}

/** Stands on the line that allocates. */
const marked = ' // here';

const header = `package large

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
)

type item struct {
	id    int
	name  string
	tags  []string
	count map[string]int
}

var errEmpty = errors.New("empty")

`;

const shapes = [
  `func NAME(items []*item) []string {
	var names []string
	for _, one := range items {
		if one.name == "" {
			continue
		}
		names = append(names, strings.ToLower(one.name)) // here
	}
	sort.Strings(names)
	return names
}
`,
  `func NAME(out io.Writer, items []*item) error {
	for _, one := range items {
		line := fmt.Sprintf("%d %s (%d)\\n", one.id, one.name, len(one.tags)) // here
		if _, err := io.WriteString(out, line); err != nil {
			return err
		}
	}
	return nil
}
`,
  `func NAME(ids []int) []byte {
	var out bytes.Buffer
	for i, id := range ids {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(strconv.Itoa(id)) // here
	}
	return out.Bytes()
}
`,
  `func NAME(line string) (*item, error) {
	parts := strings.Split(line, ",") // here
	if len(parts) < 2 {
		return nil, errEmpty
	}
	id, err := strconv.Atoi(parts[0])
	if err != nil {
		return nil, fmt.Errorf("item %q: %w", line, err)
	}
	return &item{id: id, name: parts[1], tags: parts[2:]}, nil
}
`,
  `func NAME(items []*item, word string) map[string]int {
	sums := map[string]int{} // here
	for _, one := range items {
		for tag, n := range one.count {
			if strings.HasPrefix(tag, word) {
				sums[tag] += n
			}
		}
	}
	return sums
}
`,
  `func NAME(a, b []int) int {
	sum := 0
	for i := range a {
		if i < len(b) && a[i] > b[i] {
			sum += a[i] - b[i]
		}
	}
	return sum // here
}
`,
];
