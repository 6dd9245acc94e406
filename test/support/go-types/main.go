// Command go-types prints what go/types says of each expression of the files that are named, with imports checked from their
// sources: an answer that is independent of export data, and of the type checker that ships. One line an expression:
// file, start, end (bytes), mode, type with import paths, constant, static callee, size, methods; tabs between them.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"runtime"
	"strconv"
	"strings"
	"unicode/utf8"
)

func main() {
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range os.Args[2:] {
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			panic(err)
		}
		files = append(files, file)
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{},
		Defs:  map[*ast.Ident]types.Object{},
		Uses:  map[*ast.Ident]types.Object{},
	}
	sizes := types.SizesFor("gc", runtime.GOARCH)
	config := types.Config{Importer: importer.ForCompiler(fset, "source", nil), Sizes: sizes}
	if _, err := config.Check(os.Args[1], fset, files, info); err != nil {
		panic(err)
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for i, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			expr, ok := node.(ast.Expr)
			if !ok {
				return true
			}
			known, ok := info.Types[expr]
			if _, ok := known.Type.(*types.Union); ok {
				return true
			}
			if !ok || known.IsBuiltin() || known.IsVoid() || known.Type == types.Typ[types.Invalid] {
				return true
			}
			if tuple, ok := known.Type.(*types.Tuple); ok && known.HasOk() {
				known.Type = tuple.At(0).Type()
			}
			known.Type = types.Default(known.Type)
			mode := "value"
			if known.IsType() {
				mode = "type"
			} else if known.Addressable() {
				mode = "variable"
			}
			exact := ""
			if known.Value != nil {
				exact = value(known.Value)
			}
			callee := ""
			if call, ok := expr.(*ast.CallExpr); ok {
				var name *ast.Ident
				switch fun := ast.Unparen(call.Fun).(type) {
				case *ast.Ident:
					name = fun
				case *ast.SelectorExpr:
					name = fun.Sel
				}
				if function, ok := info.Uses[name].(*types.Func); ok {
					callee = function.Origin().FullName()
				}
			}
			size := ""
			if _, ok := known.Type.(*types.Tuple); !ok && !generic(known.Type) && known.Type != types.Typ[types.UntypedNil] {
				size = strconv.FormatInt(sizes.Sizeof(known.Type), 10)
			}
			var methods []string
			set := types.NewMethodSet(known.Type)
			for j := 0; j < set.Len(); j++ {
				if set.At(j).Obj().Exported() {
					methods = append(methods, set.At(j).Obj().Name())
				}
			}
			fmt.Fprintln(out, strings.Join([]string{
				os.Args[2+i], strconv.Itoa(fset.Position(expr.Pos()).Offset), strconv.Itoa(fset.Position(expr.End()).Offset),
				mode, types.TypeString(known.Type, nil), exact, callee, size, strings.Join(methods, ","),
			}, "\t"))
			return true
		})
	}
}

func value(of constant.Value) string {
	text := of.ExactString()
	if of.Kind() == constant.String {
		text = constant.StringVal(of)
	}
	if !utf8.ValidString(text) {
		// Bytes that are no text are not told.
		return ""
	}
	json, _ := json.Marshal(text)
	return string(json)
}

// generic tells whether the size of a type may depend on a type parameter: of those, none is asked.
func generic(typ types.Type) bool {
	return strings.Contains(fmt.Sprintf("%T", typ), "TypeParam") || hasParameter(typ, 0)
}

func hasParameter(typ types.Type, depth int) bool {
	if depth > 8 {
		return false
	}
	if _, ok := typ.(*types.TypeParam); ok {
		return true
	}
	switch below := typ.Underlying().(type) {
	case *types.Array:
		return hasParameter(below.Elem(), depth+1)
	case *types.Struct:
		for i := 0; i < below.NumFields(); i++ {
			if hasParameter(below.Field(i).Type(), depth+1) {
				return true
			}
		}
	}
	return false
}
