import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** Sets, maps, regular expressions and tables of constants, made where they are used. */
export const constantCollectionPerCall: readonly Pattern[] = [
  { weight: 3, globals: ['Set', 'Map'], write: collection },
  { weight: 3, globals: ['RegExp'], write: regularExpression },
  { weight: 2, write: table },
];

const words = (pen: Pen) => pen.input('words', 'string[]', () => pen.list(() => pen.text(), { dense: true }));

function loop(pen: Pen, before: string, inside: string, use: string): string {
  const when = ["word === 'a'", "word === ''"];
  return `let found = 0;
    ${before}
    for (const word of words) {
    ${pen.between(when, { inLoop: true })}
    ${inside}
    ${use}
    ${pen.between(when, { inLoop: true })}
    }`;
}

/** The creation where it is used, or in a constant before that: inside the loop, or in front of it. */
function placed(pen: Pen, creation: string, use: (value: string) => string): Pick<Core, 'body' | 'result'> {
  const name = pen.one('made', 'known', 'count');
  const inside = pen.chance(0.5);
  const guarded = pen.chance(0.1) ? `if (words.length < 9) ` : '';
  const body = pen.one(
    loop(pen, '', '', `${guarded}${use(creation)}`),
    loop(pen, inside ? '' : `const ${name} = ${creation};`, inside ? `const ${name} = ${creation};` : '', `${guarded}${use(name)}`), // prettier-ignore
    loop(pen, '', '', `try {\n${use(creation)}\n} catch (error) {\nfound += 100;\nlog(String(error));\n}`),
  );
  return { body, result: 'found' };
}

function collection(pen: Pen): Core {
  const constants = pen.maybe("const FIRST = 'a';", 0.3);
  const enumeration = constants === '' && pen.chance(0.2) ? "enum Word { A = 'a', B = 'b' }" : '';
  const first = constants ? 'FIRST' : enumeration ? 'Word.A' : pen.one("'a'", '`a`', "'toString'");
  if (pen.chance(0.5)) {
    const creation = `new Set${pen.one('', '<string>')}([${first}, 'b', ''])`;
    const use = (value: string): string =>
      pen.one(
        `if (${value}.has(word)) found++;`,
        `found += ${value}.size;`,
        `for (const each of ${value}) if (each === word) found++;`,
        `found += [...${value}].indexOf(word);`,
        `found += ${value}.add(word).size;`,
      );
    return { module: constants + enumeration, inputs: [words(pen)], ...placed(pen, creation, use) };
  }
  const creation = `new Map${pen.one('', '<string, number>')}([[${first}, 1], ['b', -0], ['', NaN]])`;
  const use = (value: string): string =>
    pen.one(`found += ${value}.get(word) ?? 0;`, `if (${value}.has(word)) found += ${value}.size;`, `for (const [, n] of ${value}) found += n;`); // prettier-ignore
  return { module: constants + enumeration, inputs: [words(pen)], ...placed(pen, creation, use) };
}

function regularExpression(pen: Pen): Core {
  const creation = `new RegExp('${pen.mostly(['a', '^x', '[a-c]+', 'ä', '\\\\d'], ['('], 0.1)}'${pen.mostly(['', '', ", 'i'", ", 'u'"], [", 'g'", ", 'q'"], 0.1)})`; // prettier-ignore
  const use = (value: string): string =>
    pen.one(
      `if (${value}.test(word)) found++;`,
      `found += ${value}.exec(word)?.[0].length ?? 0;`,
      `found += word.replace(${value}, '-').length;`,
      `found += word.split(${value}).length;`,
      `found += word.search(${value});`,
      `found += ${value}.lastIndex;`,
    );
  const shared = pen.chance(0.25) ? `const shared = ${creation};\nlog(shared.source);` : '';
  return { module: shared, inputs: [words(pen)], ...placed(pen, creation, use) };
}

function table(pen: Pen): Core {
  const rows = ['a', 'b', 'toString', 'x', 'y', 'z', 'w', 'v'].map((key, i) => `${key}: ${i}`);
  if (pen.chance(0.2)) rows.push('__proto__: null');
  const creation = `{ ${rows.join(', ')} }`;
  const name = pen.one('table', 'byWord');
  const use = pen.one(
    `found += ${name}[word] ?? 0;`,
    `if (${name}[word]) found++;`,
    `found += Number(word in ${name});`,
  );
  return {
    inputs: [words(pen)],
    body: loop(pen, '', `const ${name}: Record<string, number> = ${creation};`, use),
    result: 'found',
  };
}
