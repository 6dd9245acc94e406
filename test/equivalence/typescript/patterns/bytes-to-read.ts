import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** Bytes of a text that are counted or hashed, and views that are decoded. */
export const bytesToRead: readonly Pattern[] = [
  { weight: 3, globals: ['Buffer'], write: count },
  { suggestions: true, weight: 2, globals: ['Buffer'], write: decode },
];

function count(pen: Pen): Core {
  const type = pen.one('string', 'string', 'string', 'string | null', 'unknown');
  const text = pen.input('s', type, () => (type === 'string' ? pen.text() : pen.value('string')));
  const given = pen.one('s', 's', "s + 'ä'", '`${s}€`', "(log(s), 'x')");
  const encoding = pen.one('', '', '', ", 'utf8'", ", 'latin1'", ", 'base64'", ", 'hex'");
  const asked = `Buffer.from(${type === 'string' || given !== 's' ? given : `String(${given})`}${encoding}).${pen.one('length', 'length', 'byteLength')}`;
  return {
    inputs: [text],
    body: pen.one('', '', `const n = ${asked};`, "log('before');"),
    result: pen.one(
      asked,
      `${asked} + 1`,
      `[${asked}, ${asked}]`,
      `${asked} > 2`,
      `-${asked}`,
      `\`\${${asked}}\``,
    ),
  };
}

/** "if neither bound is negative" */
function decode(pen: Pen): Core {
  const bytes = pen.input('b', 'Buffer', () => `Buffer.from(${pen.text()})`);
  const bounds = pen.one('0', '1', '0, 2', '1, 3', '2, 1', '0, 99', 'n, n + 2', 'n');
  const view = `b.${pen.one('subarray', 'slice')}(${bounds})`;
  const asked = `${view}.toString(${pen.one('', '', "'latin1'", "'hex'", "'utf8'", "'base64'", 'encoding')})`;
  return {
    inputs: [bytes],
    body: `const n = ${pen.one('0', '1', '2')};\nconst encoding = 'latin1';\n${pen.maybe('log(encoding);', 0.2)}`,
    result: pen.one(asked, `[${asked}]`, `${asked}.length`, `${asked} + ${asked}`),
  };
}
