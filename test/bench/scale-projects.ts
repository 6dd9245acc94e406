import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Projects of any size, made by rule: most of the code allocates nothing of note, some of it has findings and fixes. */

/** A project on the disk. */
export interface Written {
  readonly files: number;
  readonly lines: number;
}

/**
 * A Go module of so many packages; each imports up to three that were made before it, and every fourth has tests with a benchmark.
 * @param module its path: the build cache keeps modules apart by it
 */
export function writeGoModule(folder: string, module: string, packages: number): Written {
  const write = writer(folder);
  write('go.mod', `module ${module}\n\ngo 1.21\n`);
  for (let i = 0; i < packages; i++) {
    const name = `p${i}`;
    const place = (number: number): string => `group${Math.floor(number / 40)}/p${number}`;
    const used = [...new Set([i - 1, Math.floor(i / 2), Math.floor(i / 40) * 40])].filter(
      (n) => n >= 0 && n < i,
    );
    write(
      `${place(i)}/${name}.go`,
      `// Package ${name} is one of many.
package ${name}

import (
	"bytes"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"sync"
${used.map((n) => `\n\t"${module}/${place(n)}"`).join('')}
)

// Limit is the largest size.
const Limit = ${100 + (i % 900)}

var errEmpty = errors.New("${name}: empty")

// Item is what the package is about.
type Item struct {
	ID    int
	Name  string
	Tags  []string
	Count map[string]int
}

// Store keeps items.
type Store struct {
	mu    sync.Mutex
	items map[int]*Item
	order []int
}

// New makes a store.
func New() *Store { return &Store{items: map[int]*Item{}} }

// Put adds an item.
func (s *Store) Put(item *Item) error {
	if item == nil || item.Name == "" {
		return errEmpty
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.items[item.ID]; !known {
		s.order = append(s.order, item.ID)
	}
	s.items[item.ID] = item
	return nil
}

// Sum adds what is counted.
func (s *Store) Sum(word string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := 0
	for _, id := range s.order {
		sum += s.items[id].Count[word]
	}
	return sum
}

// Names has them sorted.
func (s *Store) Names() []string {
	var names []string
	for _, item := range s.items {
		names = append(names, strings.ToLower(item.Name))
	}
	sort.Strings(names)
	return names
}

// Line writes an item.
func (item *Item) Line(out *bytes.Buffer) {
	out.WriteString(strconv.Itoa(item.ID))
	out.WriteByte(' ')
	out.WriteString(item.Name)
	for _, tag := range item.Tags {
		out.WriteByte(',')
		out.WriteString(tag)
	}
}
${i % 3 === 0 ? goFindings : ''}${used.map((n) => `\n// From${n} takes one over.\nfunc (s *Store) From${n}(other *p${n}.Item) error {\n\treturn s.Put(&Item{ID: other.ID, Name: other.Name, Tags: other.Tags, Count: other.Count})\n}\n`).join('')}
// Describe is for logs.
func Describe(item *Item) string { return fmt.Sprintf("%d %s (%d)", item.ID, item.Name, len(item.Tags)) }
`,
    );
    if (i % 4 === 0)
      write(
        `${place(i)}/${name}_test.go`,
        `package ${name}

import "testing"

func TestPut(t *testing.T) {
	s := New()
	if err := s.Put(&Item{ID: 1, Name: "One"}); err != nil || len(s.Names()) != 1 {
		t.Fatal(err, s.Names())
	}
}

func BenchmarkNames(b *testing.B) {
	s := New()
	for i := 0; i < 10; i++ {
		_ = s.Put(&Item{ID: i, Name: "Name"})
	}
	for i := 0; i < b.N; i++ {
		_ = s.Names()
	}
}
`,
      );
  }
  return write.written;
}

const goFindings = `
// Encode is what a reader of the code would ask about.
func Encode(ids []int) []byte {
	var out []byte
	for _, id := range ids {
		out = append(out, fmt.Sprintf("%d", id)...)
		out = append(out, ';')
	}
	return out
}

// Keys has an element for each.
func Keys(items []*Item) map[string]bool {
	keys := map[string]bool{}
	for _, item := range items {
		keys[item.Name] = true
	}
	return keys
}
`;

/** A project of TypeScript with about so many lines, in files of some 250. */
export function writeTypeScriptProject(folder: string, lines: number): Written {
  const write = writer(folder);
  write('package.json', '{ "name": "scale", "private": true }\n');
  for (let i = 0; write.written.lines < lines; i++) {
    const parts = [...Array(12).keys()].map((part) => typescriptPart(i, part)).join('\n');
    write(
      `src/module${Math.floor(i / 40)}/file${i}.ts`,
      `import { EventEmitter } from 'node:events';\n\nexport const limit${i} = ${i};\n\n${parts}`,
    );
  }
  return write.written;
}

function typescriptPart(file: number, part: number): string {
  const name = `Part${part}`;
  return `/** One of many. */
export interface ${name} {
  readonly id: number;
  readonly name: string;
  readonly tags: readonly string[];
}

export class ${name}Store extends EventEmitter {
  readonly #items = new Map<number, ${name}>();

  put(item: ${name}): void {
    if (item.id > limit${file}) throw new RangeError(\`\${item.name} is too large\`);
    this.#items.set(item.id, item);
    this.emit('put', item);
  }

  sum(): number {
    let sum = 0;
    for (const item of this.#items.values()) sum += item.id;
    return sum;
  }
}
${
  (file + part) % 8 === 0
    ? `
export function index${name}(items: readonly ${name}[]): Record<string, ${name}> {
  return items.reduce<Record<string, ${name}>>((all, item) => ({ ...all, [item.name]: item }), {});
}
`
    : ''
}`;
}

interface Write {
  (name: string, text: string): void;
  readonly written: { files: number; lines: number };
}

function writer(folder: string): Write {
  const written = { files: 0, lines: 0 };
  const write = (name: string, text: string): void => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    written.files++;
    written.lines += text.split('\n').length - 1;
  };
  return Object.assign(write, { written });
}
