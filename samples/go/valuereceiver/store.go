// Package valuereceiver has a store with value receivers: a method that hands the store on as an interface copies it to
// the heap each time it is called.
package valuereceiver

// Node is a blob, or a list of the nodes that hold its parts.
type Node struct {
	Data     []byte
	Children []int
}

// Resolver finds nodes.
type Resolver interface {
	Resolve(id int) *Node
}

// Store resolves nodes.
type Store struct {
	nodes []Node
	depth int
}

// New makes a store of a tree with the given number of leaves; its root is node 0.
func New(leaves int) *Store {
	nodes := make([]Node, 1, leaves+1)
	for i := range leaves {
		nodes = append(nodes, Node{Data: []byte("how now brown cow")})
		nodes[0].Children = append(nodes[0].Children, i+1)
	}
	return &Store{nodes, 8}
}

// Resolve returns a node.
func (s Store) Resolve(id int) *Node { return &s.nodes[id] }

// Size adds up the data below a node.
func (s Store) Size(id int) int {
	return size(s, id, s.depth)
}

func size(r Resolver, id, depth int) int {
	node := r.Resolve(id)
	n := len(node.Data)
	if depth == 0 {
		return n
	}
	for _, child := range node.Children {
		n += size(r, child, depth-1)
	}
	return n
}
