// Command typechecker answers for every expression of a package what go/types knows of it. It stays as long as its standard
// input is open: one request a line, one answer a line, both JSON. It reads the files that a request names and writes none.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"runtime"
	"runtime/debug"
)

// protocol is that of server/src/go/types/type-checker.ts; it changes with every change of a request or an answer.
const protocol = 1

type hello struct {
	Protocol int    `json:"protocol"`
	Go       string `json:"go"`
}

type request struct {
	ID int `json:"id"`
	// Path is the import path of the package.
	Path string `json:"path"`
	// Language is the version that its module names, go1.N; empty for that of the toolchain.
	Language string `json:"language"`
	Arch     string `json:"arch"`
	Files    []file `json:"files"`
	// Imports has, for each import as it is spelled, the real path and the file of its export data.
	Imports map[string]export `json:"imports"`
}

type file struct {
	Path string `json:"path"`
	// Text is absent when it is what the last request said of this path.
	Text *string `json:"text"`
}

type export struct {
	Path string `json:"path"`
	File string `json:"file"`
}

func main() {
	// The types of what is imported stay: they are most of the memory.
	debug.SetGCPercent(50)
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	if out.Encode(hello{protocol, runtime.Version()}) != nil {
		return
	}
	checker := &checker{}
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked request
		if err := json.Unmarshal(line, &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return
		}
		if out.Encode(checker.answer(asked)) != nil {
			return
		}
	}
}

// A checker keeps what the next request for the same package, or one with the same imports, can use.
type checker struct {
	fset     *token.FileSet
	importer types.ImporterFrom
	// exports has the files that the importer has read, by real path.
	exports map[string]string
	parsed  map[string]parsed
}

type parsed struct {
	text   string
	syntax *ast.File
}

// answer never fails as a whole: what cannot be typed has no type.
func (c *checker) answer(asked request) (result answer) {
	result.ID = asked.ID
	defer func() {
		if failure := recover(); failure != nil {
			// Nothing that was half done is used again.
			*c = checker{}
			result = answer{ID: asked.ID, Errors: []string{fmt.Sprint("go/types failed: ", failure)}}
		}
	}()
	fail := func(err error) {
		if len(result.Errors) < 5 {
			result.Errors = append(result.Errors, err.Error())
		}
	}
	c.open(asked.Imports)
	files := make([]parsed, 0, len(asked.Files))
	for _, one := range asked.Files {
		file, err := c.parse(one)
		if err != nil {
			fail(err)
		}
		files = append(files, file)
	}
	c.close(asked.Files)

	info := &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Defs:       map[*ast.Ident]types.Object{},
		Uses:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	sizes := types.SizesFor("gc", asked.Arch)
	config := &types.Config{
		GoVersion:   asked.Language,
		FakeImportC: true,
		Sizes:       sizes,
		Error:       fail,
		Importer: importerFunc(func(path string) (*types.Package, error) {
			if path == "unsafe" {
				return types.Unsafe, nil
			}
			found, ok := asked.Imports[path]
			if !ok {
				return nil, fmt.Errorf("no export data of %s", path)
			}
			return c.importer.ImportFrom(found.Path, "", 0)
		}),
	}
	var syntax []*ast.File
	for _, file := range files {
		if file.syntax != nil {
			syntax = append(syntax, file.syntax)
		}
	}
	pkg, _ := config.Check(asked.Path, c.fset, syntax, info)
	describe(&result, pkg, sizes, c.fset, files, info)
	return result
}

// open makes the importer anew when one of its packages has other export data now.
func (c *checker) open(imports map[string]export) {
	for _, one := range imports {
		if known, ok := c.exports[one.Path]; ok && known != one.File {
			c.importer = nil
		}
	}
	if c.importer == nil {
		// The positions of the imported packages are in the set of files, too.
		c.fset, c.exports, c.parsed = token.NewFileSet(), map[string]string{}, reparse(c.parsed)
		lookup := func(path string) (io.ReadCloser, error) {
			file, ok := c.exports[path]
			if !ok {
				return nil, errors.New("no export data of " + path)
			}
			return os.Open(file)
		}
		c.importer = importer.ForCompiler(c.fset, "gc", lookup).(types.ImporterFrom)
	}
	for _, one := range imports {
		c.exports[one.Path] = one.File
	}
}

// reparse keeps the texts alone.
func reparse(files map[string]parsed) map[string]parsed {
	texts := map[string]parsed{}
	for path, file := range files {
		texts[path] = parsed{text: file.text}
	}
	return texts
}

func (c *checker) parse(one file) (parsed, error) {
	known, ok := c.parsed[one.Path]
	if one.Text == nil && !ok {
		return parsed{}, errors.New("the text of " + one.Path + " is not known")
	}
	if one.Text != nil && (!ok || *one.Text != known.text) {
		c.forget(known)
		known = parsed{text: *one.Text}
	}
	var err error
	if known.syntax == nil {
		known.syntax, err = parser.ParseFile(c.fset, one.Path, known.text, parser.SkipObjectResolution)
	}
	c.parsed[one.Path] = known
	return known, err
}

// close forgets the files that are not of the last request.
func (c *checker) close(files []file) {
	wanted := map[string]bool{}
	for _, one := range files {
		wanted[one.Path] = true
	}
	for path, file := range c.parsed {
		if !wanted[path] {
			c.forget(file)
			delete(c.parsed, path)
		}
	}
}

func (c *checker) forget(file parsed) {
	if file.syntax != nil {
		c.fset.RemoveFile(c.fset.File(file.syntax.FileStart))
	}
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }
