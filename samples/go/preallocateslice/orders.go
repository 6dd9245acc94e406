// Package preallocateslice builds slices whose length is known before the first append.
package preallocateslice

import (
	"errors"
	"strings"
)

// An Order of a shop.
type Order struct {
	ID       int
	Customer string
	Cents    int
}

var errFree = errors.New("an order costs nothing")

// Customers joins the customers' names; the slice does not leave the function.
func Customers(orders []Order) string {
	var names []string
	for _, o := range orders {
		names = append(names, o.Customer)
	}
	return strings.Join(names, ", ")
}

// IDs returns the orders' numbers, nil when there are none.
func IDs(orders []Order) []int {
	var ids []int
	for _, o := range orders {
		ids = append(ids, o.ID)
	}
	return ids
}

// Prices returns the orders' prices; an order without a price is an error.
func Prices(orders []Order) ([]int, error) {
	prices := []int{}
	for _, o := range orders {
		if o.Cents <= 0 {
			return nil, errFree
		}
		prices = append(prices, o.Cents)
	}
	return prices, nil
}

// Totals returns what each customer spent, in no particular order.
func Totals(spent map[string]int) (names []string, cents []int) {
	for name, c := range spent {
		names = append(names, name)
		cents = append(cents, c)
	}
	return names, cents
}

// Squares returns the first n squares; none for a negative n.
func Squares(n int) []int {
	squares := make([]int, 0)
	for i := range n {
		squares = append(squares, i*i)
	}
	return squares
}

// Pairs returns every customer with every product.
func Pairs(customers, products []string) []string {
	pairs := []string{}
	for _, c := range customers {
		for _, p := range products {
			pairs = append(pairs, c, p)
		}
	}
	return pairs
}

// Regulars joins the names of the customers with an order of at least min cents; most have one.
func Regulars(orders []Order, min int) string {
	var names []string
	for _, o := range orders {
		if o.Cents >= min {
			names = append(names, o.Customer)
		}
	}
	return strings.Join(names, ", ")
}

// Report has a line of regulars for each day.
func Report(days [][]Order, min int) []string {
	lines := make([]string, len(days))
	for i, orders := range days {
		lines[i] = Regulars(orders, min)
	}
	return lines
}
