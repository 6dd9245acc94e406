/**
 * What functions and methods of the standard library do, as their documentation and source say (Go 1.26). Names are import
 * path, type without pointer, and name: `os.Exit`, `testing.T.Fatal`. What is not listed may do anything.
 */

const tests = 'FailNow|Fatal|Fatalf|Skip|Skipf|SkipNow';

const neverReturning: readonly (readonly [RegExp, 'panic' | 'ends'])[] = [
  [/^(?:os\.Exit|syscall\.Exit|runtime\.Goexit|log\.Fatal(?:f|ln)?|log\.Logger\.Fatal(?:f|ln)?)$/, 'ends'],
  // common holds the methods of T, B and F, and is what the compiler lists.
  [new RegExp(`^testing\\.(?:T|B|F|TB|common)\\.(?:${tests})$`), 'ends'],
  [/^log\.(?:Logger\.)?Panic(?:f|ln)?$/, 'panic'],
];

/** How a call ends that never comes back; undefined: it comes back, or may. */
export function libraryEnding(name: string): 'panic' | 'ends' | undefined {
  return neverReturning.find(([names]) => names.test(name))?.[1];
}

/** Functions that are given a function, which they call. */
const calling =
  /(?:Func|\.Map|\.Walk|\.WalkDir|\.Once|\.AfterFunc)$|^(?:sort\.(?:Slice|Search)|slices\.Collect|maps\.Collect)/;

const quietPackages =
  /^(?:bytes|cmp|crypto\/(?:md5|sha1|sha256|sha512)|encoding\/(?:ascii85|base32|base64|binary|hex)|hash(?:\/\w+)?|html|maps|math(?:\/\w+)?|net\/netip|net\/url|path|path\/filepath|regexp|slices|strconv|strings|sync\/atomic|time|unicode(?:\/\w+)?|unsafe)\./;
const quietElsewhere =
  /^(?:errors\.New|os\.(?:Getenv|Getpid|LookupEnv)|runtime\.(?:GC|GOMAXPROCS|KeepAlive|NumCPU|NumGoroutine)|sort\.(?:Float64s|Ints|Strings|Search(?:Float64s|Ints|Strings))|sync\.(?:Mutex|RWMutex|WaitGroup)\.\w+)$/;
const streams = /\.(?:ReadFrom|WriteTo|Read|Write|WriteString|NewReader|NewWriter)$/;
const ownMemory = /^(?:bytes\.(?:Buffer|Reader)|strings\.(?:Builder|Reader))\.(?!ReadFrom$|WriteTo$)/;

/**
 * True for what runs no code but its own, and reads and writes nothing but what it is given: no method or function of the
 * program is called by it.
 */
export function isQuiet(name: string): boolean {
  if (ownMemory.test(name)) return true;
  if (calling.test(name) || streams.test(name)) return false;
  return quietPackages.test(name) || quietElsewhere.test(name);
}

const pure =
  /^(?:cmp|html|math(?:\/\w+)?|net\/url|path|path\/filepath|strconv|strings|time|unicode(?:\/\w+)?)\.(?!Append|Encode)\p{Lu}\w*$/u;

/** True for a quiet function, no method, that writes nothing either. */
export function isPure(name: string): boolean {
  return pure.test(name) && isQuiet(name);
}

const calm =
  /^(?:errors\.New|math\.\w+|strconv\.(?:Atoi|FormatBool|Itoa|Parse\w+|Quote\w*|Unquote)|strings\.(?!Repeat$|NewReplacer$|Map$|\w+Func$)\w+|strings\.Builder\.(?!Grow$)\w+|bytes\.Buffer\.(?:Bytes|Len|Reset|String|Write(?:Byte|Rune|String)?)|time\.(?:Now|Since|Until)|unicode\.(?:Is|To)\w+|unicode\/utf8\.(?:DecodeRune|RuneCount|RuneLen|Valid|ValidRune|AppendRune)(?:InString)?)$/;

/** True for what cannot panic, whatever it is given. */
export function isCalm(name: string): boolean {
  return calm.test(name);
}

const prompt =
  /^(?:fmt\.(?:Append|Errorf|Print|Sprint)\w*|log\.\w+|log\/slog\.(?!Handler)\w+|net\/http\.(?:Error|Header\.\w+|NotFound|Redirect|ResponseWriter\.\w+)|encoding\/(?:json|xml)\.(?:Marshal|Unmarshal|Valid)\w*|os\.(?:Read|Write)File|errors\.\w+)$/;
const waiting = /^(?:sync\.|time\.(?:After|Sleep|Timer|Ticker))/;

/** True for what does not wait for another goroutine of the program, or for as long as it takes to write a few bytes. */
export function isPrompt(name: string): boolean {
  if (waiting.test(name)) return /\.R?Unlock$/.test(name);
  return prompt.test(name) || isQuiet(name);
}

/**
 * Functions that keep none of the arguments with these indexes beyond the call; those under `changes` they write to. Of
 * slices of bytes, readers and writers.
 */
interface ArgumentUse {
  readonly passes: readonly number[];
  readonly changes?: readonly number[];
}

const reads = (...passes: readonly number[]): ArgumentUse => ({ passes });
const fills = (index: number, ...passes: readonly number[]): ArgumentUse => ({
  passes: [index, ...passes],
  changes: [index],
});

const functions: Readonly<Record<string, ArgumentUse>> = {
  'io.ReadFull': fills(1, 0),
  'io.ReadAtLeast': fills(1, 0),
  'io.CopyBuffer': fills(2, 0, 1),
  'io.Copy': reads(0, 1),
  'io.CopyN': reads(0, 1),
  'io.WriteString': reads(0),
  'io.ReadAll': reads(0),
  'fmt.Fprint': reads(0),
  'fmt.Fprintf': reads(0),
  'fmt.Fprintln': reads(0),
  'encoding/binary.Write': reads(0),
  'encoding/binary.Read': reads(0),
  'encoding/binary.PutUvarint': fills(0),
  'encoding/binary.PutVarint': fills(0),
  'encoding/binary.Uvarint': reads(0),
  'encoding/binary.Varint': reads(0),
  'encoding/json.Indent': reads(0, 1),
  'encoding/json.Compact': reads(0, 1),
  'encoding/json.HTMLEscape': reads(0, 1),
  'encoding/hex.Encode': fills(0, 1),
  'encoding/hex.Decode': fills(0, 1),
  'crypto/rand.Read': fills(0),
  'bytes.Equal': reads(0, 1),
  'bytes.Compare': reads(0, 1),
  'bytes.Contains': reads(0, 1),
  'bytes.Count': reads(0, 1),
  'bytes.EqualFold': reads(0, 1),
  'bytes.HasPrefix': reads(0, 1),
  'bytes.HasSuffix': reads(0, 1),
  'bytes.Index': reads(0, 1),
  'bytes.IndexByte': reads(0),
  'bytes.LastIndex': reads(0, 1),
  'bytes.LastIndexByte': reads(0),
  'unicode/utf8.Valid': reads(0),
  'unicode/utf8.RuneCount': reads(0),
  'unicode/utf8.DecodeRune': reads(0),
  'unicode/utf8.DecodeLastRune': reads(0),
  'unicode/utf8.EncodeRune': fills(0),
  'hash/crc32.ChecksumIEEE': reads(0),
  'hash/crc32.Checksum': reads(0),
  'hash/crc32.Update': reads(2),
  'hash/adler32.Checksum': reads(0),
  'crypto/sha1.Sum': reads(0),
  'crypto/sha256.Sum256': reads(0),
  'crypto/sha512.Sum512': reads(0),
  'crypto/md5.Sum': reads(0),
};

/** True for an argument that the function forgets when it returns: bytes, or a reader or writer that it used. */
export function isForgotten(name: string, argument: number): boolean {
  return functions[name]?.passes.includes(argument) ?? false;
}

/** True for an argument whose bytes the function writes. */
export function isFilled(name: string, argument: number): boolean {
  return functions[name]?.changes?.includes(argument) ?? false;
}

/**
 * Functions whose callers get memory that was allocated for them, whatever they do with it. None that the compiler inlines
 * (`errors.New`): whether their memory is on the heap depends on the caller. `always`: whatever the arguments are; `conditional`: for
 * most, not for an empty text or one that stays as it is.
 */
export const allocating: Readonly<Record<'always' | 'conditional', readonly string[]>> = {
  always: [
    'bufio.NewReaderSize',
    'bufio.NewWriterSize',
    'compress/flate.NewReader',
    'compress/flate.NewWriter',
    'compress/gzip.NewWriterLevel',
    'context.WithCancel',
    'context.WithDeadline',
    'context.WithTimeout',
    'context.WithValue',
    'encoding/json.Marshal',
    'encoding/json.MarshalIndent',
    'fmt.Errorf',
    'io.ReadAll',
    'net/http.NewRequest',
    'net/http.NewRequestWithContext',
    'net/url.Parse',
    'os.ReadFile',
    'reflect.MakeMap',
    'reflect.MakeSlice',
    'reflect.New',
    'regexp.Compile',
    'regexp.MustCompile',
    'strings.NewReplacer',
    'time.NewTicker',
    'time.NewTimer',
  ],
  conditional: [
    'bytes.Fields',
    'bytes.Join',
    'bytes.Repeat',
    'bytes.Replace',
    'bytes.Split',
    'bytes.SplitN',
    'bytes.ToLower',
    'bytes.ToUpper',
    'encoding/base64.Encoding.DecodeString',
    'encoding/base64.Encoding.EncodeToString',
    'encoding/hex.DecodeString',
    'encoding/hex.EncodeToString',
    'errors.Join',
    'fmt.Sprint',
    'fmt.Sprintf',
    'fmt.Sprintln',
    'html.EscapeString',
    'net/url.QueryEscape',
    'net/url.Values.Encode',
    'path.Join',
    'path/filepath.Join',
    'regexp.Regexp.FindAllString',
    'regexp.Regexp.FindStringSubmatch',
    'regexp.Regexp.ReplaceAllString',
    'strconv.FormatInt',
    'strconv.FormatUint',
    'strconv.Itoa',
    'strconv.Quote',
    'strings.Fields',
    'strings.FieldsFunc',
    'strings.Join',
    'strings.Map',
    'strings.Repeat',
    'strings.Replace',
    'strings.ReplaceAll',
    'strings.Split',
    'strings.SplitAfter',
    'strings.SplitN',
    'strings.ToLower',
    'strings.ToUpper',
    'time.Time.Format',
    'time.Time.String',
  ],
};

const costs = new Map(
  (['always', 'conditional'] as const).flatMap((cost) =>
    allocating[cost].map((name) => [name, cost] as const),
  ),
);

/** Whether a call allocates what it returns; undefined: nobody has said so. See `allocating`. */
export function allocationOf(name: string): 'always' | 'conditional' | undefined {
  return costs.get(name);
}
