import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** Decoders and patterns that are made where they are used. */
export const setupPerCall: readonly Pattern[] = [
  { weight: 2, globals: ['TextDecoder'], write: decoder },
  { globals: ['RegExp', 'Array'], write: pattern },
];

const bytes = (pen: Pen): string =>
  pen.one('new Uint8Array()', 'Uint8Array.of(97, 98)', 'Uint8Array.of(0xef, 0xbb, 0xbf, 97)', 'Uint8Array.of(0xe2, 0x82)', 'Uint8Array.of(0xff, 97)'); // prettier-ignore

function decoder(pen: Pen): Core {
  const args = pen.mostly(
    ['', "'utf-8'", "'utf8', { ignoreBOM: true }", "'utf-8', { fatal: true }"],
    ['label', "'latin1'", "'no such encoding'"],
    0.2,
  );
  const made = `new TextDecoder(${args})`;
  const use = pen.mostly(
    [
      `all.push(${made}.decode(part));`,
      `const decoder = ${made};\nall.push(decoder.decode(part));`,
      `try {\nall.push(${made}.decode(part));\n} catch (error) {\nall.push(String(error));\n}`,
    ],
    [
      `const decoder = ${made};\nall.push(decoder.decode(part, { stream: true }), decoder.decode(part));`,
      `all.push(typeof TextDecoder === 'undefined' ? '' : ${made}.decode(part));`,
      `log(${made}.encoding);`,
    ],
    0.3,
  );
  return {
    module: pen.maybe("const decoder = 'taken';\nlog(decoder);", 0.2),
    inputs: [
      pen.input('parts', 'Uint8Array[]', () => `[${bytes(pen)}, ${bytes(pen)}]`),
      pen.input('label', 'string', () => pen.one("'utf-8'", "'latin1'")),
    ],
    body: `const all: string[] = [];\nfor (const part of parts) {\n${pen.between(['part.length > 1'], { inLoop: true })}\n${use}\n}`,
    result: 'all',
  };
}

function pattern(pen: Pen): Core {
  const made = `new RegExp(${pen.one("'[a-z]'", "'a'", 'WORD')}, ${pen.mostly(["'g'", "'gi'"], ["'y'", "'gy'"], 0.2)})`;
  const use = pen.mostly(
    [
      `all.push(text.replace(${made}, 'x'));`,
      `all.push(text.replaceAll(${made}, (found) => found + 1));`,
      `all.push(text.match(${made}));`,
      `const found = ${made};\nall.push(text.match(found), text.replace(found, ''));`,
      `all.push([...text.matchAll(${made})].length);`,
    ],
    [
      `const found = ${made};\nall.push(found.test(text), text.replace(found, ''));`,
      `const found = ${made};\nall.push(found.test(text), found.test(text), found.lastIndex);`,
      `all.push(text.replace(${made}, () => { again(); return ''; }));`,
    ],
    0.3,
  );
  return {
    module: "const WORD = '[a-c]+';",
    inputs: [pen.input('texts', 'string[]', () => `[${pen.text()}, ${pen.text()}]`)],
    body: `const all: unknown[] = [];\nfor (const text of texts) {\n${pen.between(["text === 'a'"], { inLoop: true })}\n${use}\n}`,
    result: 'all',
  };
}
