package main

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"sort"
	"strings"
	"unicode/utf8"
)

// An answer has tables of strings and types, and for each file rows of numbers that point into them.
type answer struct {
	ID      int       `json:"id"`
	Errors  []string  `json:"errors,omitempty"`
	Strings []string  `json:"strings"`
	Types   []typeRow `json:"types"`
	Files   []fileRow `json:"files"`
}

// A typeRow describes a type. References are indexes + 1 into the table of types; 0 is none.
type typeRow struct {
	Kind string `json:"k"`
	// Text spells the type as the package sees it; packages stand in it as «path|name».
	Text string `json:"t"`
	// Path and Name are those of a declared type; the path is empty for the universe.
	Path string `json:"p,omitempty"`
	Name string `json:"n,omitempty"`
	// Local is a type of a function, or a type parameter: its name means it only there.
	Local bool `json:"l,omitempty"`
	// Basic is the predeclared type below a type of kind basic.
	Basic  string `json:"b,omitempty"`
	Elem   int    `json:"e,omitempty"`
	Key    int    `json:"y,omitempty"`
	Length int64  `json:"c,omitempty"`
	// Parts are the types of a tuple.
	Parts []int `json:"a,omitempty"`
	// Layout is size, alignment and end of the last pointer in bytes.
	Layout []int64 `json:"z,omitempty"`
	// Methods are the exported ones of a value, PointerMethods what a pointer to it has besides: indexes of
	// "Name(params) results" in the table of strings.
	Methods        []int `json:"m,omitempty"`
	PointerMethods []int `json:"q,omitempty"`
	Comparable     bool  `json:"w,omitempty"`
}

// A fileRow has what is known of the expressions of a file, in order of their start, the longer first.
type fileRow struct {
	// Expressions: for each the distance of its start from that of the one before, its length (UTF-16 units), and
	// its type's index × 4 + mode.
	Expressions []int `json:"x"`
	// Constants: ordinal of an expression, index of its value in the table of strings.
	Constants []int `json:"v"`
	// Calls: ordinal of a call, way × 1 of it, index of the callee in the table of strings.
	Calls []int `json:"f"`
}

// What an expression is.
const (
	value = iota
	// A variable, a field of one, an element, what a pointer points to: it has an address.
	variable
	typeName
)

// How a callee is found.
const (
	static = iota
	// The method of an interface; the callee is named after it.
	dynamic
	// A value of a function type.
	functionValue
	conversion
	builtin
)

// longestConstant is the number of bytes of the longest constant whose value is told.
const longestConstant = 4096

type describer struct {
	*answer
	pkg     *types.Package
	sizes   types.Sizes
	info    *types.Info
	strings map[string]int
	types   map[types.Type]int
	methods map[types.Type][]int
}

func describe(out *answer, pkg *types.Package, sizes types.Sizes, fset *token.FileSet, files []parsed, info *types.Info) {
	d := &describer{out, pkg, sizes, info, map[string]int{}, map[types.Type]int{}, map[types.Type][]int{}}
	out.Strings, out.Types, out.Files = []string{}, []typeRow{}, []fileRow{}
	for _, file := range files {
		row := fileRow{[]int{}, []int{}, []int{}}
		if file.syntax != nil {
			d.file(&row, fset.File(file.syntax.FileStart), file)
		}
		out.Files = append(out.Files, row)
	}
}

type expression struct {
	node  ast.Expr
	start int
	end   int
	typed types.TypeAndValue
	mode  int
}

func (d *describer) file(row *fileRow, at *token.File, file parsed) {
	var found []expression
	ast.Inspect(file.syntax, func(node ast.Node) bool {
		expr, ok := node.(ast.Expr)
		if !ok {
			return true
		}
		typed, mode := d.typeOf(expr)
		if typed.Type != nil {
			found = append(found, expression{expr, at.Offset(expr.Pos()), at.Offset(expr.End()), typed, mode})
		}
		return true
	})
	sort.SliceStable(found, func(i, j int) bool {
		if found[i].start != found[j].start {
			return found[i].start < found[j].start
		}
		return found[i].end > found[j].end
	})
	units := unitsOf(file.text)
	ordinal, last := 0, 0
	for i, one := range found {
		// Of two with the same place the outer comes first, and says what both are.
		if i > 0 && found[i-1].start == one.start && found[i-1].end == one.end {
			continue
		}
		start, end := units(one.start), units(one.end)
		row.Expressions = append(row.Expressions, start-last, end-start, d.typeIndex(one.typed.Type)*4+one.mode)
		last = start
		if text, ok := constantText(one.typed.Value); ok {
			row.Constants = append(row.Constants, ordinal, d.stringIndex(text))
		}
		if call, ok := one.node.(*ast.CallExpr); ok {
			if way, callee, ok := d.callee(call); ok {
				row.Calls = append(row.Calls, ordinal, way, d.stringIndex(callee))
			}
		}
		ordinal++
	}
}

// typeOf gives the type of an expression or of the variable, constant or function that an identifier declares or names. A
// comma-ok form has the type of its value, what stays untyped its default type.
func (d *describer) typeOf(expr ast.Expr) (types.TypeAndValue, int) {
	typed, ok := d.info.Types[expr]
	mode := value
	switch {
	case ok && typed.IsBuiltin():
		return types.TypeAndValue{}, 0
	case ok && typed.IsType():
		mode = typeName
	case ok && typed.Addressable():
		mode = variable
	case !ok:
		ident, isIdent := expr.(*ast.Ident)
		if !isIdent {
			return typed, mode
		}
		object := d.info.Defs[ident]
		if object == nil {
			object = d.info.Uses[ident]
		}
		switch object := object.(type) {
		case *types.Var:
			typed.Type, mode = object.Type(), variable
		case *types.Const:
			typed.Type, typed.Value = object.Type(), object.Val()
		case *types.Func:
			typed.Type = object.Type()
		case *types.TypeName:
			typed.Type, mode = object.Type(), typeName
		}
	}
	if tuple, ok := typed.Type.(*types.Tuple); ok && typed.HasOk() {
		typed.Type = tuple.At(0).Type()
	}
	switch typ := typed.Type.(type) {
	case *types.Basic:
		if typ.Kind() == types.Invalid {
			return types.TypeAndValue{}, 0
		}
	case *types.Union:
		// A piece of a constraint.
		return types.TypeAndValue{}, 0
	}
	if typed.Type != nil {
		typed.Type = types.Default(typed.Type)
	}
	return typed, mode
}

func (d *describer) stringIndex(text string) int {
	index, ok := d.strings[text]
	if !ok {
		index = len(d.Strings)
		d.strings[text] = index
		d.Strings = append(d.Strings, text)
	}
	return index
}

// typeIndex describes the type, once.
func (d *describer) typeIndex(typ types.Type) int {
	if index, ok := d.types[typ]; ok {
		return index
	}
	index := len(d.Types)
	d.types[typ] = index
	d.Types = append(d.Types, typeRow{})
	row := typeRow{Text: types.TypeString(typ, d.qualify)}
	switch named := unalias(typ).(type) {
	case *types.Named:
		d.name(&row, named.Obj())
	case *types.TypeParam:
		d.name(&row, named.Obj())
	}
	switch below := typ.Underlying().(type) {
	case *types.Basic:
		row.Kind, row.Basic = "basic", below.Name()
	case *types.Slice:
		row.Kind, row.Elem = "slice", d.typeIndex(below.Elem())+1
	case *types.Array:
		row.Kind, row.Elem, row.Length = "array", d.typeIndex(below.Elem())+1, below.Len()
	case *types.Map:
		row.Kind, row.Key, row.Elem = "map", d.typeIndex(below.Key())+1, d.typeIndex(below.Elem())+1
	case *types.Chan:
		row.Kind, row.Elem = "channel", d.typeIndex(below.Elem())+1
	case *types.Pointer:
		row.Kind, row.Elem = "pointer", d.typeIndex(below.Elem())+1
	case *types.Struct:
		row.Kind = "struct"
	case *types.Signature:
		row.Kind = "function"
	case *types.Interface:
		row.Kind = "interface"
	case *types.Tuple:
		row.Kind = "tuple"
		for i := 0; i < below.Len(); i++ {
			row.Parts = append(row.Parts, d.typeIndex(below.At(i).Type())+1)
		}
	}
	if _, ok := unalias(typ).(*types.TypeParam); ok {
		row.Kind = "parameter"
	}
	if row.Kind != "tuple" {
		row.Comparable = types.Comparable(typ)
		row.Layout = d.layout(typ)
		row.Methods = d.methodsOf(typ)
		if row.Kind != "interface" && row.Kind != "pointer" && row.Kind != "parameter" {
			row.PointerMethods = without(d.methodsOf(types.NewPointer(typ)), row.Methods)
		}
	}
	d.Types[index] = row
	return index
}

func (d *describer) name(row *typeRow, object *types.TypeName) {
	row.Name = object.Name()
	if pkg := object.Pkg(); pkg != nil {
		row.Path = pkg.Path()
		row.Local = object.Parent() != nil && object.Parent() != pkg.Scope()
	}
}

func (d *describer) qualify(pkg *types.Package) string {
	if pkg == d.pkg {
		return ""
	}
	return "«" + pkg.Path() + "|" + pkg.Name() + "»"
}

func (d *describer) methodsOf(typ types.Type) []int {
	var methods []int
	set := types.NewMethodSet(typ)
	for i := 0; i < set.Len(); i++ {
		method := set.At(i).Obj()
		if method.Exported() {
			signature := strings.TrimPrefix(types.TypeString(method.Type(), d.qualify), "func")
			methods = append(methods, d.stringIndex(method.Name()+signature))
		}
	}
	return methods
}

func without(all, some []int) []int {
	known := map[int]bool{}
	for _, one := range some {
		known[one] = true
	}
	var left []int
	for _, one := range all {
		if !known[one] {
			left = append(left, one)
		}
	}
	return left
}

// layout gives size, alignment and the end of the last pointer in bytes; nothing for what depends on a type parameter.
func (d *describer) layout(typ types.Type) (layout []int64) {
	defer func() {
		if recover() != nil {
			layout = nil
		}
	}()
	if d.sizes == nil || isOpen(typ, 0) {
		return nil
	}
	return []int64{d.sizes.Sizeof(typ), d.sizes.Alignof(typ), d.pointers(typ)}
}

// isOpen tells whether the size of a type depends on a type parameter.
func isOpen(typ types.Type, depth int) bool {
	if _, ok := unalias(typ).(*types.TypeParam); ok || depth > 20 {
		return true
	}
	switch below := typ.Underlying().(type) {
	case *types.Array:
		return isOpen(below.Elem(), depth+1)
	case *types.Struct:
		for i := 0; i < below.NumFields(); i++ {
			if isOpen(below.Field(i).Type(), depth+1) {
				return true
			}
		}
	}
	return false
}

// pointers is PtrDataSize of cmd/compile/internal/types: what the garbage collector has to scan.
func (d *describer) pointers(typ types.Type) int64 {
	word := d.sizes.Sizeof(types.Typ[types.Uintptr])
	switch below := typ.Underlying().(type) {
	case *types.Basic:
		if below.Kind() == types.String || below.Kind() == types.UnsafePointer {
			return word
		}
		return 0
	case *types.Interface:
		return 2 * word
	case *types.Array:
		inner := d.pointers(below.Elem())
		if below.Len() == 0 || inner == 0 {
			return 0
		}
		return (below.Len()-1)*d.sizes.Sizeof(below.Elem()) + inner
	case *types.Struct:
		fields := make([]*types.Var, below.NumFields())
		for i := range fields {
			fields[i] = below.Field(i)
		}
		offsets := d.sizes.Offsetsof(fields)
		for i := len(fields) - 1; i >= 0; i-- {
			if inner := d.pointers(fields[i].Type()); inner > 0 {
				return offsets[i] + inner
			}
		}
		return 0
	default:
		return word
	}
}

// callee names what a call reaches as the linker does: path.F, path.T.M, path.(*T).M; for an interface path.I.M.
func (d *describer) callee(call *ast.CallExpr) (way int, name string, ok bool) {
	if typed := d.info.Types[call.Fun]; typed.IsType() {
		return conversion, types.TypeString(typed.Type, nil), true
	}
	var object types.Object
	switch fun := uninstantiated(call.Fun).(type) {
	case *ast.Ident:
		object = d.info.Uses[fun]
	case *ast.SelectorExpr:
		object = d.info.Uses[fun.Sel]
		if selection := d.info.Selections[fun]; selection != nil && selection.Kind() == types.MethodExpr {
			object = nil
		}
	}
	switch object := object.(type) {
	case *types.Builtin:
		return builtin, object.Name(), true
	case *types.Func:
		return named(object.Origin())
	}
	if typed, ok := d.info.Types[call.Fun]; ok && typed.Type != nil {
		if _, ok := typed.Type.Underlying().(*types.Signature); ok {
			return functionValue, types.TypeString(typed.Type, nil), true
		}
	}
	return 0, "", false
}

func named(object *types.Func) (way int, name string, ok bool) {
	path := ""
	if object.Pkg() != nil {
		path = object.Pkg().Path() + "."
	}
	receiver := object.Type().(*types.Signature).Recv()
	if receiver == nil {
		return static, path + object.Name(), true
	}
	typ, star := unalias(receiver.Type()), false
	if pointer, ok := typ.(*types.Pointer); ok {
		typ, star = unalias(pointer.Elem()), true
	}
	owner, isNamed := typ.(*types.Named)
	switch {
	case types.IsInterface(typ) && isNamed:
		return dynamic, path + owner.Obj().Name() + "." + object.Name(), true
	case types.IsInterface(typ):
		return dynamic, "interface." + object.Name(), true
	case !isNamed:
		return static, path + object.Name(), true
	case star:
		return static, path + "(*" + owner.Obj().Name() + ")." + object.Name(), true
	}
	return static, path + owner.Obj().Name() + "." + object.Name(), true
}

// uninstantiated is F of F[int] and of (F).
func uninstantiated(expr ast.Expr) ast.Expr {
	for {
		switch outer := expr.(type) {
		case *ast.ParenExpr:
			expr = outer.X
		case *ast.IndexExpr:
			expr = outer.X
		case *ast.IndexListExpr:
			expr = outer.X
		default:
			return expr
		}
	}
}

// unalias follows aliases. Before Go 1.23 go/types has made them go away already.
func unalias(typ types.Type) types.Type {
	for {
		alias, ok := typ.(interface{ Rhs() types.Type })
		if !ok {
			return typ
		}
		typ = alias.Rhs()
	}
}

// constantText is exact: a string itself, numbers in decimal or as a fraction, true and false.
func constantText(value constant.Value) (string, bool) {
	if value == nil || value.Kind() == constant.Unknown {
		return "", false
	}
	text := ""
	if value.Kind() == constant.String {
		text = constant.StringVal(value)
	} else {
		text = value.ExactString()
	}
	return text, len(text) <= longestConstant && utf8.ValidString(text)
}

// unitsOf turns offsets in bytes into such in UTF-16 units.
func unitsOf(text string) func(int) int {
	plain := true
	for i := 0; i < len(text) && plain; i++ {
		plain = text[i] < utf8.RuneSelf
	}
	if plain {
		return func(offset int) int { return offset }
	}
	units := make([]int, len(text)+1)
	count := 0
	for at, char := range text {
		units[at] = count
		count++
		if char > 0xffff {
			count++
		}
	}
	units[len(text)] = count
	return func(offset int) int { return units[offset] }
}
