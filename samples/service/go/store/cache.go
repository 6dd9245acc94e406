package store

import (
	"sync"
	"time"
)

// A Cache keeps rendered answers for a while. Safe for use by several goroutines.
type Cache struct {
	mu      sync.Mutex
	entries map[string]entry
	limit   int
	ttl     time.Duration
	now     func() time.Time
}

type entry struct {
	body    []byte
	expires time.Time
}

// NewCache returns a cache of at most limit answers.
func NewCache(limit int, ttl time.Duration, now func() time.Time) *Cache {
	return &Cache{entries: map[string]entry{}, limit: limit, ttl: ttl, now: now}
}

// Get returns what was kept under the key, if it is still good.
func (c *Cache) Get(key string) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.entries[key]
	if !ok || c.now().After(found.expires) {
		return nil, false
	}
	return found.body, true
}

// Put keeps the answer. A full cache is emptied first: what is asked for often comes back at once.
func (c *Cache) Put(key string, body []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= c.limit {
		clear(c.entries)
	}
	c.entries[key] = entry{body: body, expires: c.now().Add(c.ttl)}
}

// Forget drops all answers.
func (c *Cache) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.entries)
}
