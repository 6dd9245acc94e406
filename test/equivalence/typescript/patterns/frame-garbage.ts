import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** "if nobody replaces the method, or goes through the fields" */
export const frameGarbage: readonly Pattern[] = [{ suggestions: true, globals: [], write: bound }];

/** A method that each frame binds, to be called later. */
function bound(pen: Pen): Core {
  const base = pen.chance(0.15);
  const bind = pen.mostly(
    ['this.frame.bind(this)'],
    ['this.frame.bind(this, 1)', 'this.frame.bind(null)', 'this.other.bind(this)'],
    0.25,
  );
  const method = pen.one(
    'frame(): void {',
    'frame(by = 1): void {',
    'protected async frame(): Promise<void> {',
  );
  const members = [
    pen.maybe('/** How many. */\nprotected count = 0;', 0.9) || 'protected count = 1;',
    pen.maybe('constructor(n = 2) {\n' + (base ? 'super();\n' : '') + 'this.count = n;\n}'),
    `render(): void {\n${pen.between(['this.count > 2'])}\nlater(${bind});\n}`,
    `${method}\n${pen.one('this.count++;', 'log(this.count);', 'this.count += 2;')}\n}`,
    'get all(): unknown {\nreturn [this.count];\n}',
    'other = (): void => log(this.count);',
  ];
  return {
    module: `const waiting: (() => void)[] = [];
      function later(callback: (...all: any[]) => unknown): void {
        waiting.push(callback as () => void);
      }
      class Base {
        ${pen.maybe('constructor() {\n(this as any).render();\n}', 0.5)}
        ${pen.maybe('sum = 0;')}
      }
      class Loop ${base ? 'extends Base ' : ''}{
        ${members.join('\n')}
      }`,
    inputs: [pen.input('n', 'number', () => pen.size())],
    body: `const loop = new Loop();
      for (let i = 0; i < n; i++) {
      ${pen.between(['i > 1'], { inLoop: true })}
      loop.render();
      if (i % 2 === 0) for (const next of waiting.splice(0)) next();
      }`,
    result: pen.one('loop.all', '[loop.all, waiting.length]'),
  };
}
