// Package observe runs functions and writes down all that a caller can tell: results and what they share, panics, the
// order of effects, and what was allocated. It is copied into the modules of test/equivalence and of marker cases that
// are run.
package observe

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"reflect"
	"regexp"
	"runtime"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Program is a function under test with the inputs it is called with.
type Program struct {
	Name   string
	Inputs []func(*Run)
}

// Run observes the calls with one input.
type Run struct {
	text     strings.Builder
	quiet    bool     // while allocations are counted nothing is written down
	resets   []func() // before each call
	ends     []func() // after each call that is written down
	objects  uint64
	bytes    uint64
	failed   bool // the calls panic, or return an error
	unsteady bool // what is observed differs from run to run
	sink     []any
}

// Observe calls a function several times with the same arguments, then counts what a call with new ones allocates. `prepare`
// makes the arguments and a function that makes the call.
func (r *Run) Observe(prepare func() (args []any, call func() []any)) {
	r.call(prepare())
	// What is different from run to run, such as the order of a map's keys, says nothing about a fix.
	first := r.text.String()
	r.text.Reset()
	r.call(prepare())
	r.unsteady = r.text.String() != first
	_, call := prepare()
	r.measure(call)
}

// call calls f several times: the second call must not depend on the first, and neither what was returned nor what was passed
// may be shared in other ways after a fix.
func (r *Run) call(args []any, f func() []any) {
	first := r.once("call", args, f)
	kept := r.show(first)
	second := r.once("again", args, f)
	if now := r.show(first); now != kept {
		r.line("the first results became %s", now)
	}
	scribble(first)
	r.line("the second after a change of the first: %s", r.show(second))
	r.line("arguments after a change of the results: %s", r.show(args))
	third := r.once("after the change", args, f)
	scribble(args)
	r.line("the third after a change of the arguments: %s", r.show(third))
}

// measure calls f several times and keeps the least objects and bytes that a call allocated: what a pool or a package
// variable needs once does not count.
func (r *Run) measure(f func() []any) {
	r.quiet = true
	defer func() { r.quiet = false }()
	r.objects, r.bytes = 1<<62, 1<<62
	var before, after runtime.MemStats
	for i := 0; i < 6; i++ {
		r.begin()
		runtime.ReadMemStats(&before)
		r.silently(f)
		runtime.ReadMemStats(&after)
		r.objects = min(r.objects, after.Mallocs-before.Mallocs)
		r.bytes = min(r.bytes, after.TotalAlloc-before.TotalAlloc)
	}
}

func (r *Run) silently(f func() []any) {
	r.failed = true
	defer func() { _ = recover() }()
	r.sink = f()
	r.failed = false
	for _, v := range r.sink {
		if err, ok := v.(error); ok && err != nil {
			r.failed = true
		}
	}
}

func (r *Run) begin() {
	for _, reset := range r.resets {
		reset()
	}
}

func (r *Run) once(name string, args []any, f func() []any) (results []any) {
	r.begin()
	r.line("%s", name)
	defer func() {
		if e := recover(); e != nil {
			r.line("panic %s", panicText(e))
		} else {
			r.line("results %s", r.show(results))
		}
		r.line("arguments %s", r.show(args))
		for _, tell := range r.ends {
			tell()
		}
	}()
	return f()
}

// Log writes an effect down.
func (r *Run) Log(format string, args ...any) {
	if !r.quiet {
		r.line("  "+format, args...)
	}
}

func (r *Run) line(format string, args ...any) {
	fmt.Fprintf(&r.text, format+"\n", args...)
}

func (r *Run) onEnd(tell func()) {
	r.ends = append(r.ends, tell)
}

func (r *Run) onBegin(reset func()) {
	r.resets = append(r.resets, reset)
}

// Never is a question that is always answered with no.
func (r *Run) Never() func() bool { return r.At(-1) }

// At is a question that is answered with yes the n-th time it is asked.
func (r *Run) At(n int) func() bool {
	left := n
	r.onBegin(func() { left = n })
	return func() bool {
		left--
		r.Log("asked")
		return left == 0
	}
}

// PanicAt is a question that panics the n-th time it is asked.
func (r *Run) PanicAt(n int) func() bool {
	at := r.At(n)
	return func() bool {
		if at() {
			panic("asked too often")
		}
		return false
	}
}

// Closed is a channel that is always ready.
func (r *Run) Closed() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// Map is a map of n keys.
func (r *Run) Map(n int) map[string]int {
	m := make(map[string]int)
	for i := 0; i < n; i++ {
		m["key "+strconv.Itoa(i)] = i
	}
	return m
}

// See takes a value and writes it down.
func (r *Run) See() func(any) { return r.PanicSee(-1) }

// PanicSee takes values and panics the n-th time.
func (r *Run) PanicSee(n int) func(any) {
	calls := 0
	r.onBegin(func() { calls = 0 })
	return func(v any) {
		if !r.quiet {
			r.Log("saw %s", Show(v))
		}
		if calls++; calls == n {
			panic("seen too much")
		}
	}
}

// Writer is an io.Writer. How it behaves stands in `mode`: "" takes everything, "err 2" fails the second time, "short 2" takes less
// than it is given, "panic 2" panics.
func (r *Run) Writer(mode string) io.Writer {
	kind, digits, _ := strings.Cut(mode, " ")
	at, _ := strconv.Atoi(digits)
	w := &writer{run: r, kind: kind, at: at}
	r.onBegin(func() { w.calls = 0 })
	return w
}

type writer struct {
	run   *Run
	kind  string
	at    int
	calls int
}

var errWrite = errors.New("the writer failed")

func (w *writer) Write(p []byte) (int, error) {
	w.calls++
	if !w.run.quiet {
		w.run.Log("write %q", p)
	}
	if w.calls != w.at {
		return len(p), nil
	}
	switch w.kind {
	case "short":
		return len(p) / 2, io.ErrShortWrite
	case "panic":
		panic("the writer panics")
	}
	return 0, errWrite
}

// StringWriter is a Writer with a method WriteString that does the same.
func (r *Run) StringWriter(mode string) io.Writer {
	return &stringWriter{r.Writer(mode).(*writer)}
}

// Stream is an io.Writer that takes `limit` bytes and fails then. Only what it got is observed, not in how many writes.
func (r *Run) Stream(limit int) io.Writer {
	s := &Stream{limit: limit, got: make([]byte, 0, 8192)}
	r.onBegin(func() { s.got = s.got[:0] })
	r.onEnd(func() { r.line("the stream has %q", clip(string(s.got))) })
	return s
}

type Stream struct {
	got   []byte
	limit int
}

func (s *Stream) Write(p []byte) (int, error) {
	n := min(len(p), s.limit-len(s.got))
	s.got = append(s.got, p[:n]...)
	if n < len(p) {
		return n, errWrite
	}
	return n, nil
}

type stringWriter struct{ *writer }

func (w *stringWriter) WriteString(s string) (int, error) {
	w.calls++
	if !w.run.quiet {
		w.run.Log("write %q", s)
	}
	if w.calls != w.at {
		return len(s), nil
	}
	switch w.kind {
	case "short":
		return len(s) / 2, io.ErrShortWrite
	case "panic":
		panic("the writer panics")
	}
	return 0, errWrite
}

// Reader reads text in chunks, from the start in each call; after `fail` reads it fails, when that is not negative.
func (r *Run) Reader(text string, chunk, fail int) io.Reader {
	s := &reader{run: r, text: text, chunk: chunk, fail: fail}
	r.onBegin(func() { s.at, s.calls = 0, 0 })
	return s
}

type reader struct {
	run         *Run
	text        string
	chunk, fail int
	at, calls   int
}

func (s *reader) Read(p []byte) (int, error) {
	s.calls++
	if s.calls == s.fail {
		return 0, errRead
	}
	if s.at >= len(s.text) {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), s.chunk)], s.text[s.at:])
	s.at += n
	if !s.run.quiet {
		s.run.Log("read %d", n)
	}
	return n, nil
}

var errRead = errors.New("the reader failed")

// Source reads text in chunks, from the start in each call, and fails at its end if it has to. What is read is observed, not in how
// many reads.
func (r *Run) Source(text string, chunk int, fails bool) io.Reader {
	s := &source{text: text, chunk: chunk, fails: fails}
	r.onBegin(func() { s.at = 0 })
	r.onEnd(func() { r.line("the source gave %d bytes", s.at) })
	return s
}

type source struct {
	text      string
	chunk, at int
	fails     bool
}

func (s *source) Read(p []byte) (int, error) {
	n := copy(p[:min(len(p), s.chunk)], s.text[s.at:])
	s.at += n
	switch {
	case n > 0 || len(p) == 0:
		return n, nil
	case s.fails:
		return 0, errRead
	}
	return 0, io.EOF
}

// Gzip reads what gzip makes of the text.
func (r *Run) Gzip(text string) io.Reader {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	io.WriteString(w, text)
	w.Close()
	return r.Reader(packed.String(), 1000, -1)
}

// Logger writes what it logs from the level on.
func (r *Run) Logger(level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	return slog.New(slog.NewTextHandler(r.Writer(""), options))
}

func (r *Run) show(values []any) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = Show(v)
	}
	return strings.Join(texts, ", ")
}

// Show writes a value so that nil and empty, types and errors can be told apart. Capacities and addresses are not shown: they
// are no behaviour.
func Show(v any) string {
	var text strings.Builder
	show(&text, reflect.ValueOf(v), 0)
	return text.String()
}

func show(out *strings.Builder, v reflect.Value, depth int) {
	if depth > 8 {
		out.WriteString("…")
		return
	}
	if !v.IsValid() {
		out.WriteString("nil")
		return
	}
	if v.CanInterface() {
		switch x := v.Interface().(type) {
		case *bufio.Writer:
			fmt.Fprintf(out, "bufio.Writer(%d buffered)", x.Buffered())
			return
		case *Run, *writer, *stringWriter, *reader, *source, *Stream, *slog.Logger:
			out.WriteString("observed")
			return
		case time.Time:
			fmt.Fprintf(out, "time(%s)", x.Format(time.RFC3339Nano))
			return
		case error:
			if v.Kind() != reflect.Pointer || !v.IsNil() {
				fmt.Fprintf(out, "%s(%s)", v.Type(), normal(x.Error()))
				return
			}
		}
	}
	switch v.Kind() {
	case reflect.Slice:
		if v.IsNil() {
			fmt.Fprintf(out, "%s(nil)", v.Type())
			return
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			fmt.Fprintf(out, "%s(%q)", v.Type(), clip(string(v.Bytes())))
			return
		}
		fallthrough
	case reflect.Array:
		fmt.Fprintf(out, "%s{", v.Type())
		for i := 0; i < v.Len() && i < 40; i++ {
			if i > 0 {
				out.WriteString(", ")
			}
			show(out, v.Index(i), depth+1)
		}
		fmt.Fprintf(out, "}#%d", v.Len())
	case reflect.Map:
		if v.IsNil() {
			fmt.Fprintf(out, "%s(nil)", v.Type())
			return
		}
		var entries []string
		for _, key := range v.MapKeys() {
			var entry strings.Builder
			show(&entry, key, depth+1)
			entry.WriteString(": ")
			show(&entry, v.MapIndex(key), depth+1)
			entries = append(entries, entry.String())
		}
		sort.Strings(entries)
		fmt.Fprintf(out, "%s{%s}#%d", v.Type(), strings.Join(entries[:min(len(entries), 40)], ", "), v.Len())
	case reflect.Pointer:
		if v.IsNil() {
			fmt.Fprintf(out, "%s(nil)", v.Type())
			return
		}
		out.WriteByte('&')
		show(out, v.Elem(), depth+1)
	case reflect.Interface:
		show(out, v.Elem(), depth)
	case reflect.Struct:
		fmt.Fprintf(out, "%s{", v.Type())
		for i := 0; i < v.NumField(); i++ {
			fmt.Fprintf(out, "%s: ", v.Type().Field(i).Name)
			show(out, v.Field(i), depth+1)
			out.WriteString("; ")
		}
		out.WriteByte('}')
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		if v.IsNil() {
			fmt.Fprintf(out, "%s(nil)", v.Kind())
			return
		}
		out.WriteString(v.Kind().String())
	case reflect.String:
		fmt.Fprintf(out, "%q", clip(v.String()))
	case reflect.Bool:
		fmt.Fprint(out, v.Bool())
	case reflect.Float32, reflect.Float64:
		fmt.Fprint(out, v.Float())
	case reflect.Complex64, reflect.Complex128:
		fmt.Fprint(out, v.Complex())
	default:
		if v.CanInt() {
			fmt.Fprint(out, v.Int())
		} else {
			fmt.Fprint(out, v.Uint())
		}
	}
}

// clip shortens long texts to their ends and a checksum of the whole.
func clip(s string) string {
	if len(s) <= 400 {
		return s
	}
	sum := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		sum = (sum ^ uint64(s[i])) * 1099511628211
	}
	return fmt.Sprintf("%s…%s (%d bytes, %x)", s[:100], s[len(s)-100:], len(s), sum)
}

// Capacities in messages of the runtime, and the folder of the package, are not behaviour.
var (
	capacities = regexp.MustCompile(`capacity \d+`)
	folders    = regexp.MustCompile(`example\.com/m/(?:before|after)/`)
)

func normal(message string) string {
	return folders.ReplaceAllString(capacities.ReplaceAllString(message, "capacity …"), "")
}

func panicText(e any) string {
	if err, ok := e.(runtime.Error); ok {
		return "runtime error " + normal(err.Error())
	}
	return Show(e)
}

// scribble changes whatever a caller that holds the values could change, what lies between length and capacity included.
func scribble(values []any) {
	for _, v := range values {
		spoil(reflect.ValueOf(v), 0)
	}
}

func spoil(v reflect.Value, depth int) {
	if depth > 6 || !v.IsValid() {
		return
	}
	if v.CanInterface() {
		switch v.Interface().(type) {
		case *Run, *writer, *stringWriter, *reader, *source, *Stream, *slog.Logger, *bufio.Writer, time.Time, error:
			return
		}
	}
	switch v.Kind() {
	case reflect.Slice:
		all := v.Slice(0, v.Cap())
		for i := 0; i < all.Len() && i < 4096; i++ {
			spoil(all.Index(i), depth+1)
		}
	case reflect.Array:
		for i := 0; i < v.Len() && i < 4096; i++ {
			spoil(v.Index(i), depth+1)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			v.SetMapIndex(key, reflect.Zero(v.Type().Elem()))
		}
	case reflect.Pointer, reflect.Interface:
		spoil(v.Elem(), depth+1)
	case reflect.Struct:
		for i := 0; i < v.NumField(); i++ {
			spoil(v.Field(i), depth+1)
		}
	}
	if !v.CanSet() {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("§")
	case reflect.Uint8:
		v.SetUint('#')
	case reflect.Int, reflect.Int64, reflect.Int32:
		v.SetInt(-7)
	case reflect.Bool:
		v.SetBool(!v.Bool())
	}
}

// Print observes a function and prints it all, for marker cases that are run.
func Print(prepare func(*Run) (args []any, call func() []any)) {
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(-1)
	r := &Run{}
	r.Observe(func() ([]any, func() []any) { return prepare(r) })
	fmt.Print(r.text.String())
	fmt.Printf("allocates %d objects, %d bytes\n", r.objects, r.bytes)
}

// Result is what a program's input showed, one line of JSON each.
type Result struct {
	Program  string
	Input    int
	Text     string
	Objects  uint64
	Bytes    uint64
	Failed   bool
	Unsteady bool
}

// limit is the time that a program has for all its inputs.
const limit = 10 * time.Second

// Main runs the programs in order. Before each it says its name, so that whoever reads knows which one ended the process.
func Main(programs []Program, emit func(any)) {
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(1 << 30)
	for i, p := range programs {
		emit(map[string]string{"Starts": p.Name})
		watch := time.AfterFunc(limit, func() {
			fmt.Fprintf(os.Stderr, "fatal: %s did not end within %s\n", p.Name, limit)
			os.Exit(4)
		})
		for n, input := range p.Inputs {
			r := &Run{}
			input(r)
			emit(Result{p.Name, n, r.text.String(), r.objects, r.bytes, r.failed, r.unsteady})
		}
		watch.Stop()
		if i%16 == 15 {
			var now runtime.MemStats
			if runtime.ReadMemStats(&now); now.HeapAlloc > 128<<20 {
				runtime.GC()
			}
		}
	}
}
