// Package hashinterface makes keys, checksums and entity tags with the hashes of the standard library.
package hashinterface

import (
	"crypto/sha256"
	"encoding/hex"
	"hash/fnv"
	"io"
)

// Shard chooses one of n shards for a key.
func Shard(key string, n uint64) uint64 {
	h := fnv.New64a()
	io.WriteString(h, key)
	return h.Sum64() % n
}

// Tag appends the first bytes of a text's SHA-256 sum to dst, in hexadecimal.
func Tag(dst, text []byte) []byte {
	h := sha256.New()
	h.Write(text)
	return hex.AppendEncode(dst, h.Sum(nil)[:8])
}

// Same says whether the parts together have the sum.
func Same(sum [sha256.Size]byte, parts ...[]byte) bool {
	h := sha256.New()
	for _, part := range parts {
		h.Write(part)
	}
	return [sha256.Size]byte(h.Sum(nil)) == sum
}
