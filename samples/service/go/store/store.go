// Package store keeps the articles and the orders in memory.
package store

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrNotFound says that there is no article of that number.
var ErrNotFound = errors.New("no such article")

// An Article is something that can be ordered. Prices are in cents.
type Article struct {
	ID      int
	Name    string
	Tags    []string
	Price   int
	Stock   int
	Changed time.Time
}

// A Line is one position of an order.
type Line struct {
	Article int
	Count   int
}

// An Order has a number and what is to be paid for it.
type Order struct {
	Number int
	Total  int
	Lines  []Line
}

// Store is safe for use by several goroutines.
type Store struct {
	mu       sync.RWMutex
	articles []Article
	byTag    map[string][]int
	orders   int
}

var names = []string{"lamp", "chair", "table", "shelf", "mirror", "carpet", "clock", "vase"}
var tags = []string{"wood", "metal", "glass", "wool", "sale", "new"}

// WithArticles returns a store with n articles, for a start and for tests.
func WithArticles(n int) *Store {
	s := &Store{articles: make([]Article, n), byTag: make(map[string][]int, len(tags))}
	day := time.Date(2026, time.March, 1, 9, 0, 0, 0, time.UTC)
	for i := range s.articles {
		s.articles[i] = Article{
			ID:      i + 1,
			Name:    fmt.Sprintf("%s no. %d", names[i%len(names)], i+1),
			Tags:    []string{tags[i%len(tags)], tags[(i/2)%len(tags)]},
			Price:   995 + 350*(i%40),
			Stock:   i % 25,
			Changed: day.Add(time.Duration(i) * time.Hour),
		}
		for _, tag := range s.articles[i].Tags {
			s.byTag[tag] = append(s.byTag[tag], i)
		}
	}
	return s
}

// Get returns the article of that number.
func (s *Store) Get(id int) (Article, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if id < 1 || id > len(s.articles) {
		return Article{}, fmt.Errorf("article %d: %w", id, ErrNotFound)
	}
	return s.articles[id-1], nil
}

// Tagged returns all articles with the tag, or all that there are without one.
func (s *Store) Tagged(tag string) []Article {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if tag == "" {
		return append([]Article(nil), s.articles...)
	}
	var found []Article
	for _, i := range s.byTag[tag] {
		found = append(found, s.articles[i])
	}
	return found
}

// Len is the number of articles.
func (s *Store) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.articles)
}

// Each calls f for all articles until it returns an error.
func (s *Store) Each(f func(*Article) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for i := range s.articles {
		if err := f(&s.articles[i]); err != nil {
			return err
		}
	}
	return nil
}

// Place takes an order and returns it with its number and total.
func (s *Store) Place(lines []Line) (Order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := 0
	for _, line := range lines {
		if line.Article < 1 || line.Article > len(s.articles) {
			return Order{}, fmt.Errorf("article %d: %w", line.Article, ErrNotFound)
		}
		if line.Count < 1 {
			return Order{}, fmt.Errorf("article %d: a count of %d", line.Article, line.Count)
		}
		total += line.Count * s.articles[line.Article-1].Price
	}
	s.orders++
	return Order{Number: s.orders, Total: total, Lines: lines}, nil
}

// SetPrice changes the price of an article.
func (s *Store) SetPrice(id, price int, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id < 1 || id > len(s.articles) {
		return fmt.Errorf("article %d: %w", id, ErrNotFound)
	}
	s.articles[id-1].Price, s.articles[id-1].Changed = price, at
	return nil
}
