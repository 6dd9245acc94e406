// Package formatsimple makes the labels of metrics, the slow way: each goes through fmt.
package formatsimple

import "fmt"

// Target is where a metric comes from.
type Target struct {
	Host string
	Port int
	Zone string
	Up   bool
}

// Port returns the label of a port.
//
//alloclens:hot
func Port(t *Target) string { return fmt.Sprintf("%d", t.Port) }

// Zone returns the label of a zone.
//
//alloclens:hot
func Zone(t *Target) string { return fmt.Sprintf("%s/%s", t.Zone, t.Host) }

// Address returns a host and a port.
//
//alloclens:hot
func Address(t *Target) string { return fmt.Sprintf("%s:%d", t.Host, t.Port) }

// Up returns whether the target answers.
//
//alloclens:hot
func Up(t *Target) string { return fmt.Sprintf("%t", t.Up) }
