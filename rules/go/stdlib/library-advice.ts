/**
 * Functions of the standard library that allocate for their caller, what they do, and what allocates less (documentation and source,
 * Go 1.26). Names as calls are resolved, see flow/calls.ts: import path, type without pointer, and name.
 */
export interface LibraryAdvice {
  readonly names: RegExp;
  /** What the call does, behind its name in a title: at most 40 UTF-16 units. */
  readonly does: string;
  /** What to write instead where it matters: one imperative sentence, see RuleMeta.recipe. */
  readonly instead: string;
  /** The rule with a fix for some of these calls, whose page says more. */
  readonly rule?: `go/${string}`;
}

export const libraryAdvices: readonly LibraryAdvice[] = [
  {
    names: /^bufio\.New(?:Reader|Writer)(?:Size)?$/,
    does: 'makes a buffer, 4 KiB unless told',
    instead:
      'Keep it with its owner and Reset it, or in a `sync.Pool`; around a `bytes.Buffer` or a `strings.Builder` none is needed',
    rule: 'go/per-call-constructor',
  },
  {
    names: /^compress\/(?:flate|gzip|lzw|zlib)\.New(?:Reader|Writer)(?:Level|Dict|LevelDict)?$/,
    does: 'makes its tables anew',
    instead: 'Keep the compressor with its owner and Reset it, or in a `sync.Pool`',
    rule: 'go/per-call-constructor',
  },
  {
    names: /^(?:bytes|strings)\.NewReader$/,
    does: 'makes a reader that outlives the call',
    instead: 'Keep one reader with who reads, and `Reset` it to each text',
  },
  {
    names: /^(?:io|io\/ioutil)\.ReadAll$/,
    does: 'copies its buffer each time it is full',
    instead:
      'Decode from the reader itself, hand it on with `io.Copy`, or read into a slice of the known size with `io.ReadFull`',
    rule: 'go/large-object',
  },
  {
    names: /^bufio\.Scanner\.Text$/,
    does: 'copies the token into a string',
    instead: 'Call `Bytes` where the token is only looked at before the next Scan',
  },
  {
    names: /^bufio\.Reader\.Read(?:String|Bytes)$/,
    does: 'copies what it has read',
    instead: 'Call `ReadSlice` where the bytes are only looked at before the next read',
  },
  {
    names: /^bytes\.(?:Buffer\.(?:Grow|ReadFrom|Write(?:Byte|Rune|String)?)|growSlice)$/,
    does: 'makes the buffer larger when it is full',
    instead: 'Keep the buffer between calls and Reset it, or Grow it once to the size that it reaches',
    rule: 'go/per-call-buffer',
  },
  {
    names: /^strings\.Builder\.(?:Grow|Write(?:Byte|Rune|String)?)$/,
    does: 'makes the room for the text',
    instead: 'Grow once, by the length that the text will have: what is too much stays with the string',
    rule: 'go/grow-builder',
  },
  {
    names: /^encoding\/(?:json|xml)\.Marshal(?:Indent)?$/,
    does: 'returns a new slice each time',
    instead: 'Encode into a buffer that is kept, with an encoder on it; structs need less than maps',
    rule: 'go/per-call-buffer',
  },
  {
    names: /^encoding\/json\.Encoder\.Encode$/,
    does: 'lists the keys of each map',
    instead: 'Encode a struct in place of a map, and through pointers: values are copied to be encoded',
    rule: 'go/per-call-buffer',
  },
  {
    names: /^encoding\/(?:json|xml)\.(?:Unmarshal|Decoder\.Decode)$/,
    does: 'allocates what it decodes',
    instead:
      'Decode into a value that is used again, whose slices keep their room, and into fields with types rather than `any`',
  },
  {
    names: /^encoding\/json\.New(?:Encoder|Decoder)$/,
    does: 'makes its state anew',
    instead: 'Keep it with its stream; of bytes that are all at hand, `json.Unmarshal` needs no decoder',
  },
  {
    names: /^encoding\/binary\.(?:Read|Write)$/,
    does: 'takes the value through an interface',
    instead: 'Use `binary.Append` (Go 1.23) and the methods of the byte order with a slice that is kept',
  },
  {
    names: /^net\/http\.Request\.(?:WithContext|Clone)$/,
    does: 'copies the request',
    instead:
      'Set all values of the context first, and copy the request once; what this package alone reads can go by a parameter',
  },
  {
    names: /^context\.WithValue$/,
    does: 'makes a context for one value',
    instead: 'Put the values that belong together into one struct, under one key',
  },
  {
    names: /^net\/url\.(?:URL\.Query|ParseQuery)$/,
    does: 'parses the query anew',
    instead: 'Call it once for each request, and hand its values on',
  },
  {
    names: /^(?:maps\.Clone|net\/http\.Header\.Clone)$/,
    does: 'copies every entry',
    instead:
      'Keep what is new beside the old map and look in both, or copy only where an entry is about to be changed',
  },
  {
    names: /^regexp\.(?:MustCompile|Compile)$/,
    does: 'compiles the expression anew',
    instead: 'Compile the expression once, in a package variable',
    rule: 'go/hoist-constant',
  },
  {
    names: /^regexp\.Regexp\.Find\w*$/,
    does: 'makes a slice for what it finds',
    instead:
      'Ask `MatchString` where the answer is enough; what a plain search finds, package strings cuts without a slice',
  },
  {
    names: /^math\/big\.Int\.(?:String|Text|Format)$/,
    does: 'writes all digits into a new string',
    instead: 'Append the digits to a buffer that is kept (`Append`); to count or to test them takes no text',
  },
  {
    names: /^math\/big\.(?:NewInt|NewFloat|NewRat)$/,
    does: 'makes a number anew',
    instead:
      'Keep numbers that are the same each time in package variables, and set one that is kept to others',
  },
  {
    names:
      /^math\/big\.(?:Int|Float|Rat)\.(?:Add|Sub|Mul|Quo|Rem|QuoRem|Div|Mod|DivMod|Exp|Set\w*|Lsh|Rsh|And|Or|Xor|Not|Sqrt|GCD|ModInverse|Neg|Abs)$/,
    does: 'makes room where its receiver has none',
    instead:
      'Let the receiver be a number that is kept; small powers come from a table, small values fit int64',
  },
  {
    names: /^fmt\.Errorf$/,
    does: 'formats its text, whoever reads it',
    instead: 'Make the error once, or a type that formats itself when it is printed',
  },
  {
    names: /^fmt\.Sprint(?:f|ln)?$/,
    does: 'makes a new string',
    instead:
      'Append with `fmt.Appendf` or `strconv.Append…` to a buffer that is kept, or print where the text goes',
    rule: 'go/append-format',
  },
  {
    names: /^strconv\.(?:Itoa|Format\w+|Quote\w*)$/,
    does: 'makes a new string',
    instead: 'Append with the `strconv.Append…` function of the same name to a buffer that is kept',
    rule: 'go/append-format',
  },
  {
    names:
      /^(?:strconv\.Append\w+|fmt\.Append(?:f|ln)?|time\.Time\.AppendFormat|encoding\/\w+\.(?:\w+\.)?Append\w+)$/,
    does: 'grows the slice where it is full',
    instead: 'Give it a slice with room, `make([]byte, 0, 64)`, or one that is kept and emptied with `[:0]`',
  },
  {
    names: /^time\.Time\.(?:Format|String)$/,
    does: 'makes a new string',
    instead: 'Append with `Time.AppendFormat` to a buffer that is kept',
    rule: 'go/append-format',
  },
  {
    names: /^time\.(?:After|NewTimer|NewTicker|Tick)$/,
    does: 'makes a timer and a channel',
    instead: 'Keep one timer for all rounds, and `Reset` it',
  },
  {
    names: /^(?:bytes|strings)\.(?:Split\w*|Fields\w*)$/,
    does: 'makes a slice of all parts',
    instead:
      'Range over `strings.SplitSeq` or `strings.FieldsSeq` (Go 1.24), or take the parts one by one with `strings.Cut`',
    rule: 'go/needless-split',
  },
  {
    names: /^(?:bytes|strings)\.(?:ToLower|ToUpper|Title|ToTitle|Map)$/,
    does: 'makes a new text where letters change',
    instead: 'Compare with `EqualFold`; do it once, where the text comes in',
  },
  {
    names: /^strings\.(?:Replace|ReplaceAll|Replacer\.Replace)$/,
    does: 'makes a new string',
    instead: 'Write through a replacer that is made once, with `WriteString`, to where the text goes',
  },
  {
    names: /^strings\.(?:Join|Repeat)$/,
    does: 'makes a new string',
    instead: 'Write the parts one by one to where the text goes',
  },
  {
    names: /^strings\.NewReplacer$/,
    does: 'makes its tables anew',
    instead: 'Make the replacer once, in a package variable',
  },
  {
    names: /^encoding\/(?:hex\.EncodeToString|base(?:32|64)\.Encoding\.EncodeToString)$/,
    does: 'makes a new string, over a slice',
    instead: 'Append with `AppendEncode` (Go 1.22) to a buffer that is kept',
  },
  {
    names: /^encoding\/(?:hex\.DecodeString|base(?:32|64)\.Encoding\.DecodeString)$/,
    does: 'makes a new slice',
    instead: 'Append with `AppendDecode` (Go 1.22) to a buffer that is kept',
  },
  {
    names: /^sort\.Slice(?:Stable)?$/,
    does: 'swaps by reflection',
    instead: 'Sort with `slices.SortFunc` or `slices.SortStableFunc` (Go 1.21)',
    rule: 'go/interface-boxing',
  },
  {
    names: /^reflect\.Value\.(?:Interface|Convert)$/,
    does: 'copies a value that has an address',
    instead:
      'Ask the `reflect.Value` itself (`Kind`, `Int`, `String`), or hand on a pointer: `Addr().Interface()`',
    rule: 'go/reflect-copy',
  },
  {
    names: /^reflect\.Value\.MapKeys$/,
    does: 'makes a slice of all keys',
    instead: 'Go through the map with `MapRange`, and fill one value again and again with `SetIterKey`',
    rule: 'go/reflect-copy',
  },
  {
    names: /^reflect\.Value\.SetMapIndex$/,
    does: 'makes the map larger when it is full',
    instead: 'Make the map with `reflect.MakeMapWithSize`, of the number of entries to come',
  },
  {
    names: /^reflect\.Value\.Call$/,
    does: 'packs arguments and results',
    instead: 'Assert the type of the function and call it as such',
  },
];

/** What is to be said of a call of that function, see LibraryAdvice. */
export function libraryAdvice(name: string): LibraryAdvice | undefined {
  return libraryAdvices.find(({ names }) => names.test(name));
}
