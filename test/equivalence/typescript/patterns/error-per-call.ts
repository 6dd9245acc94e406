import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** Errors on an expected path. */
export const errorPerCall: readonly Pattern[] = [{ suggestions: true, globals: ['Error'], write: expected }];

/** "if nobody changes it or reads its stack", and nobody tells one from another */
function expected(pen: Pen): Core {
  const name = pen.one('Error', 'TypeError', 'RangeError');
  const made = `new ${name}(${pen.one("'no'", '', 'TEXT', '`none`')})`;
  const fn = pen.one(
    `function check(x: number) {\nif (x > 1) return ${made};\nreturn x;\n}`,
    `function check(x: number) {\nif (x > 1) return { error: ${made} }.error;\nreturn null;\n}`,
    `function check(x: number) {\ntry {\nif (x > 1) throw ${made};\nreturn 'fine';\n} catch (error) {\nreturn String(error);\n}\n}`,
    `const check = (x: number) => (x > 1 ? ${made} : x);`,
  );
  return {
    module: `const TEXT = 'text';\n/** @hot */\n${fn}`,
    inputs: [pen.input('xs', 'number[]', () => pen.list(() => pen.number()))],
    body: `const all: string[] = [];
      for (const x of xs) {
      ${pen.between(['x === 2'], { inLoop: true })}
      all.push(String(check(x)));
      }`,
    result: 'all',
  };
}
