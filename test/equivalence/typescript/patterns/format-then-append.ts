import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** Buffers that are concatenated in a loop, and text that is encoded only to be copied. */
export const formatThenAppend: readonly Pattern[] = [
  { weight: 4, globals: ['Buffer'], write: collected },
  { suggestions: true, weight: 2, globals: ['Buffer', 'TextEncoder'], write: straight },
];

const texts = (pen: Pen) => pen.input('texts', 'string[]', () => pen.list(() => pen.text(), { dense: true }));

function collected(pen: Pen): Core {
  const chunk = pen.one('Buffer.from(text)', "Buffer.from(text, 'latin1')", 'Buffer.alloc(2)', 'Buffer.from([1, 2])', 'encoder.encode(text)', 'Buffer.from(`${text}!`)', 'view', 'view.subarray(0, 1)'); // prettier-ignore
  const when = ["text === 'a'", "text === ''"];
  const between = (): string => pen.between(when, { inLoop: true });
  const keyword = pen.one('let out', 'let out: Buffer');
  const add = `out = Buffer.concat([out, ${pen.maybe('Buffer.from([0]), ', 0.2)}${chunk}]);`;
  return {
    module: pen.one('', 'const encoder = new TextEncoder();') || 'const encoder = new TextEncoder();',
    inputs: [texts(pen)],
    body: `const view = Buffer.from('view');
      ${keyword} = ${pen.one('Buffer.alloc(0)', "Buffer.from('')", 'Buffer.from([])', 'Buffer.concat([])')};
      ${pen.maybe("log('between');\n", 0.2)}for (const text of texts) ${pen.body(between(), add, pen.maybe('view[0]!++;', 0.1), between())}
      ${pen.maybe('out = out.subarray(1);', 0.2)}`,
    result: pen.one('out', '[out.length, view]', "out.toString('hex')", '[out, out]'),
  };
}

/** "has room for all of it": it has. */
function straight(pen: Pen): Core {
  const copy = pen.one(
    'target.set(encoder.encode(text), at);\nat += 3;',
    'const bytes = encoder.encode(text);\ntarget.set(bytes, at);\nat += bytes.length;',
    'const bytes = Buffer.from(text);\nbytes.copy(target, at);\nat += bytes.length;',
    'Buffer.from(text).copy(target, at);\nat += 2;',
    "Buffer.from(text, 'latin1').copy(target, at);\nat += 2;",
    'at += Buffer.from(text).copy(target, at);',
  );
  return {
    module: 'const encoder = new TextEncoder();',
    inputs: [texts(pen)],
    body: `const target = Buffer.alloc(400);
      let at = 0;
      for (const text of texts) {
      ${pen.between(["text === 'a'"], { inLoop: true })}
      ${copy}
      }`,
    result: "[target.toString('hex', 0, at), at]",
  };
}
