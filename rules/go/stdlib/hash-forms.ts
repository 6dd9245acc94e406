/** Hash constructors of the standard library that return an interface, and the functions that give the same value at once. */
export interface HashForm {
  /** "SHA-256 hash": what a message calls the value. */
  readonly what: string;
  /** The method that gives the value; `Sum` gives bytes. */
  readonly sum: 'Sum' | 'Sum32' | 'Sum64';
  /** The value of `@`, with `$` for the local name of the package and `$0` for the constructor's argument; absent: none. */
  readonly direct?: string;
  /** The constant that says how many bytes `Sum` gives. */
  readonly size?: string;
  /** The compiler does not see that Write only reads: a text that is converted for it is copied. */
  readonly copiesText?: true;
}

const digest = (what: string, direct: string, size: string): HashForm => ({
  what,
  sum: 'Sum',
  direct: `$.${direct}(@)`,
  size: `$.${size}`,
  copiesText: true,
});

const fnv = (what: string, sum: 'Sum32' | 'Sum64'): HashForm => ({ what, sum });

/** By import path and name. Each pair is the same computation in the standard library's own source. */
export const hashForms: Readonly<Record<string, HashForm>> = {
  'crypto/md5.New': digest('MD5 hash', 'Sum', 'Size'),
  'crypto/sha1.New': digest('SHA-1 hash', 'Sum', 'Size'),
  'crypto/sha256.New': digest('SHA-256 hash', 'Sum256', 'Size'),
  'crypto/sha256.New224': digest('SHA-224 hash', 'Sum224', 'Size224'),
  'crypto/sha512.New': digest('SHA-512 hash', 'Sum512', 'Size'),
  'crypto/sha512.New384': digest('SHA-384 hash', 'Sum384', 'Size384'),
  'crypto/sha512.New512_256': digest('SHA-512/256 hash', 'Sum512_256', 'Size256'),
  'crypto/sha512.New512_224': digest('SHA-512/224 hash', 'Sum512_224', 'Size224'),
  'hash/adler32.New': { what: 'Adler-32 hash', sum: 'Sum32', direct: '$.Checksum(@)' },
  'hash/crc32.New': { what: 'CRC-32 hash', sum: 'Sum32', direct: '$.Checksum(@, $0)', copiesText: true },
  'hash/crc32.NewIEEE': { what: 'CRC-32 hash', sum: 'Sum32', direct: '$.ChecksumIEEE(@)', copiesText: true },
  'hash/crc64.New': { what: 'CRC-64 hash', sum: 'Sum64', direct: '$.Checksum(@, $0)' },
  'hash/fnv.New32': fnv('FNV-1 hash', 'Sum32'),
  'hash/fnv.New32a': fnv('FNV-1a hash', 'Sum32'),
  'hash/fnv.New64': fnv('FNV-1 hash', 'Sum64'),
  'hash/fnv.New64a': fnv('FNV-1a hash', 'Sum64'),
};

/** The method that makes a digest's bytes, as the listing names it when the compiler knows the hash behind the interface. */
export const digestSum = /^crypto\/[\w/]*\b(?:md5|sha1|sha256|sha512)\.\(\*[dD]igest\)\.Sum$/;
