// Command go-cfg prints what golang.org/x/tools/go/cfg says about the Go files that standard input names, one a line.
//
// For each file it prints a line `file PATH`, then for each function that has a body `func START`, and for each node of
// the function's graph `START END 1`, or 0 at the end when control never gets there. Offsets count bytes from 0.
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"

	"golang.org/x/tools/go/cfg"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, in.Text(), nil, 0)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Fprintln(out, "file", in.Text())
		ast.Inspect(file, func(n ast.Node) bool {
			switch fn := n.(type) {
			case *ast.FuncDecl:
				print(out, fset, fn.Pos(), fn.Body)
			case *ast.FuncLit:
				print(out, fset, fn.Pos(), fn.Body)
			}
			return true
		})
	}
}

func print(out *bufio.Writer, fset *token.FileSet, start token.Pos, body *ast.BlockStmt) {
	if body == nil {
		return
	}
	fmt.Fprintln(out, "func", fset.Position(start).Offset)
	for _, block := range cfg.New(body, mayReturn).Blocks {
		live := 0
		if block.Live {
			live = 1
		}
		for _, node := range block.Nodes {
			if node.Pos() == body.Rbrace {
				continue // The return that cfg adds at the end.
			}
			fmt.Fprintln(out, fset.Position(node.Pos()).Offset, fset.Position(node.End()).Offset, live)
		}
	}
}

// mayReturn is false for the predeclared panic. The parser resolves names of the same file.
func mayReturn(call *ast.CallExpr) bool {
	name, ok := ast.Unparen(call.Fun).(*ast.Ident)
	return !ok || name.Name != "panic" || name.Obj != nil
}
