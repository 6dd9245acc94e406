import { formatTxtar } from '../../support/txtar';
import { analyseTypeScript, newTypeScriptEngine } from '../../support/typescript';
import type { Difference } from './compare';
import type { Program } from './program';

/** A counterexample as a marker case: what is found there, and a driver that shows the difference. */
export async function markerCase(
  { path, text, driver, neighbour }: Program,
  { kind, text: what }: Difference,
): Promise<string> {
  const { findings } = await analyseTypeScript(newTypeScriptEngine(), path, text);
  const lines = text.split('\n');
  for (const { span, ruleId, message } of findings.toReversed()) {
    const line = text.slice(0, span.start).split('\n').length - 1;
    const known = lines[line]!.includes(' // want ');
    lines[line] += `${known ? '' : ' // want'} ${ruleId} "${escaped(message)}"`;
  }
  return formatTxtar({
    comment: `A fix changed what this ${kind === 'types' ? 'means to TypeScript' : 'does'}: ${what}\n`,
    files: new Map([
      [path, lines.join('\n')],
      ...(neighbour === undefined ? [] : [['b.ts', neighbour] as const]),
      [`@run/${path}`, driver],
    ]),
  });
}

/** For a marker's regular expression, which stands between double quotes. */
const escaped = (message: string): string =>
  message.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('"', '\\"');
