import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** `Array.from` with a callback. */
export const pessimisedIteration: readonly Pattern[] = [{ globals: ['Array'], write: spread }];

function spread(pen: Pen): Core {
  const objects = pen.chance(0.4);
  const element = (): string => (objects ? pen.object({ id: 'number' }) : pen.number());
  const type = objects ? '{ id: number }' : 'number';
  const [source, input] = pen.one(
    ['xs', pen.input('xs', `${type}[]`, () => pen.list(element))],
    ['xs', pen.input('xs', `readonly ${type}[]`, () => pen.list(element))],
    ['xs', pen.input('xs', `Set<${type}>`, () => `new Set(${pen.list(element)})`)],
    ['xs.values()', pen.input('xs', `Map<string, ${type}>`, () => `new Map([['a', ${element()}], ['b', ${element()}]])`)],
    ['xs.entries()', pen.input('xs', `${type}[]`, () => pen.list(element))],
    ['xs', pen.input('xs', `(${type} | undefined)[]`, () => pen.list(() => pen.one(element(), 'undefined')))],
  ); // prettier-ignore
  const aliasable = input.type === `${type}[]`;
  const body = pen.one(
    objects && source === 'xs' && !input.type.includes('undefined') ? 'x.id' : 'typeof x',
    'x',
    '[x, i]',
    'String(x)',
    '({ x })',
    '{\nconst y = i;\nreturn [x, y];\n}',
    '{\nlog(i);\nreturn x;\n}',
    '(seen = i)',
    ...(aliasable ? ['(alias.length = 2)', '(alias.length > 1 ? alias.pop() : i)', '{\nalias[2] = alias[0]!;\nreturn x;\n}'] : []),
  ) as string; // prettier-ignore
  const made = `Array.from(${source}, (x, i) => ${body})`;
  return {
    inputs: [input],
    body: `let seen = 0;\n${aliasable ? 'const alias = xs;\n' : ''}${pen.maybe("log('before');", 0.3)}\nconst all = ${made};\n${pen.maybe(`${made}.forEach((one) => log(one));`, 0.3)}`,
    result: pen.one('[all, seen]', `[all.length, ...${made}]`),
  };
}
