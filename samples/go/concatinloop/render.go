// Package concatinloop writes texts piece by piece.
package concatinloop

import "strings"

// Row joins the cells of a table's row.
func Row(cells []string) string {
	row := "|"
	for _, cell := range cells {
		row += " " + cell + " |"
	}
	return row
}

// Rule underlines a row of the given widths.
func Rule(cells []string) string {
	var rule string
	for range cells {
		rule += "+------"
	}
	return rule + "+"
}

// Snake converts FieldName to field_name.
func Snake(name string) string {
	s := ""
	for i, r := range name {
		if 'A' <= r && r <= 'Z' {
			if i > 0 && s != "" {
				s += "_"
			}
			r += 'a' - 'A'
		}
		s += string(r)
	}
	return s
}

// Query makes a query string of names and values.
func Query(names, values []string) string {
	query := ""
	for i, name := range names {
		query += name + "=" + values[i] + "&"
	}
	query = strings.TrimSuffix(query, "&")
	return "?" + query
}
