// Package firstroom fills slices from nothing.
package firstroom

// Errors collects what went wrong.
type Errors struct {
	texts []string
}

// Add keeps one more.
func (e *Errors) Add(text string) {
	e.texts = append(e.texts, text)
}

// Collect makes an owner, and fills it.
func Collect(n int) *Errors {
	e := new(Errors)
	for range n {
		e.Add("text")
	}
	return e
}

// Page is a part of a sorted list.
type Page struct {
	keys []int
	next *Page
}

const pageSize = 64

// Insert puts a key behind the others; a page that is full is halved.
func (p *Page) Insert(key int) *Page {
	if len(p.keys) == pageSize {
		p = p.split(pageSize / 2)
	}
	p.keys = append(p.keys, key)
	return p
}

func (p *Page) split(at int) *Page {
	half := new(Page)
	half.keys = append(half.keys, p.keys[at:]...)
	p.keys = p.keys[:at]
	half.next, p.next = p.next, half
	return half
}

// Fill inserts n keys.
func Fill(n int) *Page {
	first := new(Page)
	last := first
	for key := range n {
		last = last.Insert(key)
	}
	return first
}
