import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** "if making the text has no effects" */
export const eagerLogText: readonly Pattern[] = [
  { suggestions: true, typedOnly: true, globals: ['JSON'], write: logged },
];

/** A log that is off, or on for one of its levels, is given texts. */
function logged(pen: Pen): Core {
  const text = pen.mostly(['JSON.stringify(x)', '`got ${JSON.stringify(x)}`', "'got ' + JSON.stringify([x])"], ['JSON.stringify(lines.push(String(x)))', 'JSON.stringify(count++)'], 0.2); // prettier-ignore
  const call = pen.one(`logger.debug(${text});`, `logger.trace(${text});`, `this_.log.debug(${text});`, `if (x) logger.debug(${text});`, `if (x) {\nlogger.debug(${text});\n} else logger.trace('none');`); // prettier-ignore
  return {
    module: `const lines: string[] = [];
      let count = 0;
      class Logger {
        level = 'debug';
        isLevelEnabled(level: string): boolean {
          return level === this.level;
        }
        debug(line: string): void {
          if (this.level === 'debug') lines.push(line);
        }
        trace(line: string): void {
          if (this.level === 'trace') lines.push(line);
        }
      }
      const logger: Logger = new Logger();
      const this_: { log: Logger } = { log: logger };`,
    inputs: [
      pen.input('xs', 'unknown[]', () => pen.list(() => pen.one('1', "'a'", '{ id: 1 }', 'null', '[2]'))),
      pen.input('level', 'string', () => pen.one("'debug'", "'trace'", "'off'")),
    ],
    body: `logger.level = level;\nfor (const x of xs) {\n${pen.between(['x === 1'], { inLoop: true })}\n${call}\n${pen.maybe('this_.log.debug(String(x));')}\n}`,
    result: pen.one('[lines.length, count]', '[...lines]', 'count'),
  };
}
