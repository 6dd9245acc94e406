import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** `delete o.p` of a named property. */
export const deleteProperty: readonly Pattern[] = [{ suggestions: true, write: deletion }];

/** "if nobody asks whether the object has the key": its value is read, and nothing else. */
function deletion(pen: Pen): Core {
  const [type, target] = pen.one(
    ['{ old?: number; id: number }[]', 'x'],
    ['{ old?: number; id: number }[]', 'x'],
    ['{ old?: number; id: number }[]', 'x'],
    ['{ old?: number[]; id: number }[]', 'x'],
    ['{ inner: { old?: string }; id: number }[]', 'x.inner'],
    ['{ dataset: Record<string, string>; id: number }[]', 'x.dataset'],
    ['{ old?: number; id: number }[]', '(x as any)'],
    ['any[]', '(x as any)'],
  ); // prettier-ignore
  const value = (): string => {
    const old = type.includes('number[]') ? '[1, 2]' : type.includes('string') ? "'s'" : '1';
    if (target === 'x.inner') return `{ inner: { old: ${old} }, id: 1 }`;
    if (target === 'x.dataset') return "{ dataset: texts({ old: 's' }), id: 1 }";
    return pen.one(`{ old: ${old}, id: 1 }`, `{ id: 2, old: ${old} }`, '{ id: 3 }');
  };
  const env = pen.chance(0.15);
  const member = target.startsWith('(') ? '.old' : pen.one('.old', '.old', '.old', "['old']", '?.old');
  const remove = env ? 'delete env.old;' : `delete ${target}${member};`;
  const before = pen.one(
    '',
    'all.push(...[x.id]);',
    'all.push(x.id);',
    'all.push(x.id);\nlog;',
    'const f = log;\nf(x.id);',
  );
  const objects = pen.input(
    'xs',
    type,
    () => `[${Array.from({ length: pen.one(0, 1, 3) }, value).join(', ')}]`,
  );
  return {
    module: "const env = texts<Record<string, string>>({ old: 'o' });",
    inputs: [{ ...objects, hidden: true }],
    body: `const all: unknown[] = [];
      for (const x of xs) ${pen.body(pen.between(['x.id === 2'], { inLoop: true }), before, remove, pen.one('', '[1].forEach((n) => all.push(n));', '(log)(1);', '`a`.trim();'))}`,
    result: env ? '[all, env.old]' : `[all, xs.map((x) => ${target}.old)]`,
  };
}
