/**
 * The size-class pool that go/sized-pool writes. A slice put into a sync.Pool by value is boxed (24 bytes each time), so
 * the slices travel in headers that are pooled themselves.
 */
export function sizedPoolText(type: string, sync: string, bits: string): string {
  return `// ${type} keeps byte slices for reuse, in one pool for each power of two up to 16 MiB. The zero value is ready for
// use, by several goroutines at once.
type ${type} struct {
	classes [25]${sync}.Pool // of *[]byte; class i: capacities from 1<<i
	headers ${sync}.Pool     // of *[]byte that hold no slice, so that Put need not allocate one
}

// Get returns a slice of length n, with whatever its last user left in it.
func (p *${type}) Get(n int) []byte {
	if n <= 0 || n > 1<<(len(p.classes)-1) {
		return make([]byte, n)
	}
	class := ${bits}.Len(uint(n - 1))
	header, _ := p.classes[class].Get().(*[]byte)
	if header == nil {
		return make([]byte, n, 1<<class)
	}
	b := (*header)[:n]
	*header = nil
	p.headers.Put(header)
	return b
}

// Put takes b back, which must not be used afterwards.
func (p *${type}) Put(b []byte) {
	class := ${bits}.Len(uint(cap(b))) - 1
	if class < 0 || class >= len(p.classes) {
		return
	}
	header, _ := p.headers.Get().(*[]byte)
	if header == nil {
		header = new([]byte)
	}
	*header = b[:0]
	p.classes[class].Put(header)
}
`;
}
