import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { allocating } from '../../../rules/go/flow/library';
import { rule } from '../../../rules/go/library-call';
import { libraryAdvices } from '../../../rules/go/stdlib/library-advice';
import { writeModule } from '../../support/go-module';
import { assertMeta } from '../../support/wording';

/** A call of each function with a usual argument, its result dropped: what it allocates is its own doing. */
const calls: Readonly<Record<string, string>> = {
  'bufio.NewReaderSize': 'bufio.NewReaderSize(reader, 64)',
  'bufio.NewWriterSize': 'bufio.NewWriterSize(io.Discard, 64)',
  'bytes.Fields': 'bytes.Fields(data)',
  'bytes.Join': 'bytes.Join(parts, data)',
  'bytes.Repeat': 'bytes.Repeat(data, 3)',
  'bytes.Replace': 'bytes.Replace(data, data[:1], data[1:2], -1)',
  'bytes.Split': 'bytes.Split(data, data[3:4])',
  'bytes.SplitN': 'bytes.SplitN(data, data[3:4], 2)',
  'bytes.ToLower': 'bytes.ToLower(data)',
  'bytes.ToUpper': 'bytes.ToUpper(data)',
  'compress/flate.NewReader': 'flate.NewReader(reader)',
  'compress/flate.NewWriter': 'flate.NewWriter(io.Discard, 1)',
  'compress/gzip.NewWriterLevel': 'gzip.NewWriterLevel(io.Discard, 1)',
  'context.WithCancel': 'context.WithCancel(context.Background())',
  'context.WithDeadline': 'context.WithDeadline(context.Background(), now)',
  'context.WithTimeout': 'context.WithTimeout(context.Background(), time.Hour)',
  'context.WithValue': 'context.WithValue(context.Background(), key, text)',
  'encoding/base64.Encoding.DecodeString': 'base64.StdEncoding.DecodeString("QUJDRA==")',
  'encoding/base64.Encoding.EncodeToString': 'base64.StdEncoding.EncodeToString(data)',
  'encoding/hex.DecodeString': 'hex.DecodeString("4142")',
  'encoding/hex.EncodeToString': 'hex.EncodeToString(data)',
  'encoding/json.Marshal': 'json.Marshal(values)',
  'encoding/json.MarshalIndent': 'json.MarshalIndent(values, "", " ")',
  'errors.Join': 'errors.Join(io.EOF, io.EOF)',
  'fmt.Errorf': 'fmt.Errorf("%s", text)',
  'fmt.Sprint': 'fmt.Sprint(text)',
  'fmt.Sprintf': 'fmt.Sprintf("%s", text)',
  'fmt.Sprintln': 'fmt.Sprintln(text)',
  'html.EscapeString': 'html.EscapeString("<a>")',
  'io.ReadAll': 'io.ReadAll(reader)',
  'net/http.NewRequest': 'http.NewRequest("GET", "http://localhost/", nil)',
  'net/http.NewRequestWithContext':
    'http.NewRequestWithContext(context.Background(), "GET", "http://localhost/", nil)',
  'net/url.Parse': 'url.Parse("http://localhost/a")',
  'net/url.QueryEscape': 'url.QueryEscape("a&b")',
  'net/url.Values.Encode': 'values.Encode()',
  'os.ReadFile': 'os.ReadFile("go.mod")',
  'path.Join': 'path.Join(text, text)',
  'path/filepath.Join': 'filepath.Join(text, text)',
  'reflect.MakeMap': 'reflect.MakeMap(reflect.TypeOf(values))',
  'reflect.MakeSlice': 'reflect.MakeSlice(reflect.TypeOf(texts), 2, 2)',
  'reflect.New': 'reflect.New(reflect.TypeOf(number))',
  'regexp.Compile': 'regexp.Compile("a+")',
  'regexp.MustCompile': 'regexp.MustCompile("a+")',
  'regexp.Regexp.FindAllString': 'pattern.FindAllString(text, -1)',
  'regexp.Regexp.FindStringSubmatch': 'pattern.FindStringSubmatch(text)',
  'regexp.Regexp.ReplaceAllString': 'pattern.ReplaceAllString(text, "b")',
  'strconv.FormatInt': 'strconv.FormatInt(1000, 10)',
  'strconv.FormatUint': 'strconv.FormatUint(1000, 10)',
  'strconv.Itoa': 'strconv.Itoa(number)',
  'strconv.Quote': 'strconv.Quote(text)',
  'strings.Fields': 'strings.Fields(text)',
  'strings.FieldsFunc': 'strings.FieldsFunc(text, isSpace)',
  'strings.Join': 'strings.Join(texts, text)',
  'strings.Map': 'strings.Map(upper, text)',
  'strings.NewReplacer': 'strings.NewReplacer("a", "b")',
  'strings.Repeat': 'strings.Repeat(text, 3)',
  'strings.Replace': 'strings.Replace(text, "a", "b", -1)',
  'strings.ReplaceAll': 'strings.ReplaceAll(text, "a", "b")',
  'strings.Split': 'strings.Split(text, " ")',
  'strings.SplitAfter': 'strings.SplitAfter(text, " ")',
  'strings.SplitN': 'strings.SplitN(text, " ", 2)',
  'strings.ToLower': 'strings.ToLower(text)',
  'strings.ToUpper': 'strings.ToUpper(text)',
  'time.NewTicker': 'time.NewTicker(time.Hour)',
  'time.NewTimer': 'time.NewTimer(time.Hour)',
  'time.Time.Format': 'now.Format(time.RFC3339)',
  'time.Time.String': 'now.String()',
};
const several = new Set([
  'compress/flate.NewWriter',
  'compress/gzip.NewWriterLevel',
  'context.WithCancel',
  'context.WithDeadline',
  'context.WithTimeout',
  'encoding/base64.Encoding.DecodeString',
  'encoding/hex.DecodeString',
  'encoding/json.Marshal',
  'encoding/json.MarshalIndent',
  'io.ReadAll',
  'net/http.NewRequest',
  'net/http.NewRequestWithContext',
  'net/url.Parse',
  'os.ReadFile',
  'regexp.Compile',
]);

const names = Object.values(allocating).flat();
const packageOf = (name: string): string => /^(?:[^/]+\/)*[^.]+/.exec(name)![0];

it('each function of the table allocates, called with something usual, and is not inlined away', (t) => {
  assert.deepEqual(Object.keys(calls).sort(), [...names].sort());
  const imports = new Set([
    ...names.map(packageOf),
    'bytes',
    'context',
    'io',
    'time',
    'testing',
    'fmt',
    'os',
  ]);
  const program = `package main

import (
${[...imports]
  .sort()
  .map((one) => `\t"${one}"`)
  .join('\n')}
)

type keyType struct{ n int }

var (
	key      = &keyType{}
	text     = "some A text with a words"
	texts    = []string{text, text}
	data     = []byte(text)
	parts    = [][]byte{data, data}
	number   = 123456
	now      = time.Now()
	values   = url.Values{"a": {"b"}}
	pattern  = regexp.MustCompile("a( )w")
	reader   = bytes.NewReader(data)
)

func isSpace(r rune) bool { return r == ' ' }
func upper(r rune) rune {
	if r == 'a' {
		return 'b'
	}
	return r
}

func main() {
	_ = os.Args
${Object.entries(calls)
  .map(
    ([name, call]) =>
      `\tfmt.Println(${JSON.stringify(name)}, testing.AllocsPerRun(20, func() { ${several.has(name) ? '_, _' : '_'} = ${call} }))`,
  )
  .join('\n')}
}
`;
  const folder = writeModule(t, { 'go.mod': 'module example.com/m\n\ngo 1.21\n' });
  writeFileSync(path.join(folder, 'main.go'), program);
  const env = { ...process.env, GOFLAGS: '', GOPROXY: 'off' };
  const { stdout, stderr, status } = spawnSync(
    'go',
    ['run', '-vet=off', '.'].filter((one) => one !== '-vet=off'),
    {
      cwd: folder,
      env,
      encoding: 'utf8',
    },
  );
  assert.equal(status, 0, stderr);
  const counted = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  assert.equal(counted.length, names.length);
  assert.deepEqual(
    counted.filter(([, count]) => Number(count) < 1),
    [],
  );
});

it('what is advised of each call fits into a title and a recipe', () => {
  for (const { names, does, instead } of libraryAdvices) {
    assert.ok(does.length <= 40, `${names}: ${does}`);
    assertMeta({ ...rule.meta, recipe: instead });
  }
});
