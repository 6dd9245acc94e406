/** Constructors of the standard library whose values are large and have a Reset, and how a pool reuses them. */
export interface ConstructorForm {
  /** "gzip reader": what a message calls the value. */
  readonly what: string;
  /** Name of the package-level pool. */
  readonly pool: string;
  /** What the pool holds, with `$` for the local name of the constructor's package. */
  readonly type: string;
  /** What the pool's New returns: an expression, `$` as above, `$1`… for the arguments behind the first. */
  readonly make: string;
  /** The call that makes it new again: `@` is the variable, `$0` the first argument. */
  readonly reset: string;
  /** The constructor, or its Reset, can fail: the results are the value and an error. */
  readonly fails?: 'reset' | 'constructor';
  /** The call that lets go of the source or destination; absent where the type has no safe one. */
  readonly release?: string;
  /** Methods that do not hand out the value's own memory. */
  readonly methods: ReadonlySet<string>;
  /** Fields that may be read. */
  readonly fields?: ReadonlySet<string>;
  /** Imports that `type`, `reset` and `release` need. */
  readonly imports?: readonly string[];
  /**
   * Bytes that it takes with what its first use makes, where that is over 1 KiB: by our measurement (Go 1.26, runtime.MemStats.TotalAlloc, a stream of
   * 1 KB). A constant size that is given takes its place.
   */
  readonly bytes?: number;
  /** The constructor gives back its argument when that is already of the type; then a pooled one behaves otherwise. */
  readonly passesThrough?: true;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const writing = words('Write Flush Close');

const reading = words('Read Close');

const hashing = words('Write Sum Sum32 Sum64 Size BlockSize Reset');

const header = words('Comment Extra ModTime Name OS');

const hash = (what: string, pool: string, make: string, type = 'hash.Hash'): ConstructorForm => ({
  what,
  pool,
  type,
  make,
  reset: '@.Reset()',
  methods: hashing,
  imports: ['hash'],
});

/** By import path and name. */
export const constructorForms: Readonly<Record<string, ConstructorForm>> = {
  'compress/gzip.NewReader': {
    what: 'gzip reader',
    bytes: 41_000,
    pool: 'gzipReaderPool',
    type: '*$.Reader',
    make: 'new($.Reader)',
    reset: '@.Reset($0)',
    fails: 'reset',
    methods: words('Read Close Multistream WriteTo'),
    fields: header,
  },
  'compress/gzip.NewWriter': {
    what: 'gzip writer',
    bytes: 814_000,
    pool: 'gzipWriterPool',
    type: '*$.Writer',
    make: '$.NewWriter(nil)',
    reset: '@.Reset($0)',
    release: '@.Reset(nil)',
    methods: writing,
  },
  'compress/gzip.NewWriterLevel': {
    what: 'gzip writer',
    bytes: 814_000,
    pool: 'gzipWriterPool',
    type: '*$.Writer',
    make: '$.NewWriterLevel(nil, $1)',
    reset: '@.Reset($0)',
    fails: 'constructor',
    release: '@.Reset(nil)',
    methods: writing,
  },
  'compress/zlib.NewReader': {
    what: 'zlib reader',
    bytes: 41_000,
    pool: '',
    type: '',
    make: '',
    reset: '',
    fails: 'reset',
    methods: reading,
  },
  'compress/zlib.NewWriter': {
    what: 'zlib writer',
    bytes: 814_000,
    pool: 'zlibWriterPool',
    type: '*$.Writer',
    make: '$.NewWriter(nil)',
    reset: '@.Reset($0)',
    release: '@.Reset(nil)',
    methods: writing,
  },
  'compress/flate.NewReader': {
    what: 'flate reader',
    bytes: 40_000,
    pool: 'flateReaderPool',
    type: 'io.ReadCloser',
    make: '$.NewReader(nil)',
    reset: '@.($.Resetter).Reset($0, nil)',
    release: '@.($.Resetter).Reset(nil, nil)',
    methods: reading,
    imports: ['io'],
  },
  'compress/flate.NewWriter': {
    what: 'flate writer',
    bytes: 814_000,
    pool: 'flateWriterPool',
    type: '*$.Writer',
    make: '$.NewWriter(nil, $1)',
    reset: '@.Reset($0)',
    fails: 'constructor',
    release: '@.Reset(nil)',
    methods: writing,
  },
  'compress/lzw.NewReader': {
    what: 'LZW reader',
    bytes: 22_000,
    pool: 'lzwReaderPool',
    type: '*$.Reader',
    make: 'new($.Reader)',
    reset: '@.Reset($0, $1, $2)',
    release: '@.Reset(nil, $1, $2)',
    methods: reading,
  },
  'compress/lzw.NewWriter': {
    what: 'LZW writer',
    bytes: 78_000,
    pool: 'lzwWriterPool',
    type: '*$.Writer',
    make: 'new($.Writer)',
    reset: '@.Reset($0, $1, $2)',
    release: '@.Reset(nil, $1, $2)',
    methods: words('Write Close'),
  },
  'bufio.NewReader': {
    what: 'buffered reader',
    bytes: 4_200,
    pool: 'bufioReaderPool',
    type: '*$.Reader',
    make: '$.NewReader(nil)',
    reset: '@.Reset($0)',
    release: '@.Reset(nil)',
    methods: words('Read ReadByte ReadRune ReadString ReadBytes Discard UnreadByte UnreadRune Buffered Size'),
    passesThrough: true,
  },
  'bufio.NewReaderSize': {
    what: 'buffered reader',
    pool: 'bufioReaderPool',
    type: '*$.Reader',
    make: '$.NewReaderSize(nil, $1)',
    reset: '@.Reset($0)',
    release: '@.Reset(nil)',
    methods: words('Read ReadByte ReadRune ReadString ReadBytes Discard UnreadByte UnreadRune Buffered Size'),
    passesThrough: true,
  },
  'bufio.NewWriter': {
    what: 'buffered writer',
    bytes: 4_200,
    pool: 'bufioWriterPool',
    type: '*$.Writer',
    make: '$.NewWriter(nil)',
    reset: '@.Reset($0)',
    release: '@.Reset(nil)',
    methods: words('Write WriteByte WriteRune WriteString Flush Available Buffered Size'),
    passesThrough: true,
  },
  'bufio.NewWriterSize': {
    what: 'buffered writer',
    pool: 'bufioWriterPool',
    type: '*$.Writer',
    make: '$.NewWriterSize(nil, $1)',
    reset: '@.Reset($0)',
    release: '@.Reset(nil)',
    methods: words('Write WriteByte WriteRune WriteString Flush Available Buffered Size'),
    passesThrough: true,
  },
  'crypto/sha256.New': hash('SHA-256 hash', 'sha256Pool', '$.New()'),
  'crypto/sha256.New224': hash('SHA-224 hash', 'sha224Pool', '$.New224()'),
  'crypto/sha512.New': hash('SHA-512 hash', 'sha512Pool', '$.New()'),
  'crypto/sha512.New384': hash('SHA-384 hash', 'sha384Pool', '$.New384()'),
  'crypto/sha1.New': hash('SHA-1 hash', 'sha1Pool', '$.New()'),
  'crypto/md5.New': hash('MD5 hash', 'md5Pool', '$.New()'),
  'hash/crc32.NewIEEE': hash('CRC-32 hash', 'crc32Pool', '$.NewIEEE()', 'hash.Hash32'),
  'hash/adler32.New': hash('Adler-32 hash', 'adler32Pool', '$.New()', 'hash.Hash32'),
  'hash/fnv.New32': hash('FNV-1 hash', 'fnv32Pool', '$.New32()', 'hash.Hash32'),
  'hash/fnv.New32a': hash('FNV-1a hash', 'fnv32aPool', '$.New32a()', 'hash.Hash32'),
  'hash/fnv.New64': hash('FNV-1 hash', 'fnv64Pool', '$.New64()', 'hash.Hash64'),
  'hash/fnv.New64a': hash('FNV-1a hash', 'fnv64aPool', '$.New64a()', 'hash.Hash64'),
};
