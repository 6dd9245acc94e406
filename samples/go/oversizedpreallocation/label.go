// Package oversizedpreallocation makes small slices with a lot of room.
package oversizedpreallocation

import "strconv"

// An Order of a shop.
type Order struct {
	ID           int64
	Paid, Urgent bool
}

// Tags returns what is special about the order.
func Tags(o Order) []string {
	tags := make([]string, 0, 64)
	if o.Paid {
		tags = append(tags, "paid")
	}
	if o.Urgent {
		tags = append(tags, "urgent")
	}
	return tags
}

// Key returns the order's key in the store.
func Key(o Order) []byte {
	key := make([]byte, 0, 1024)
	key = append(key, "orders/"...)
	key = strconv.AppendInt(key, o.ID, 10)
	return key
}
