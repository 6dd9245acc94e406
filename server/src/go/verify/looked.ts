import type { Span } from '../../../../rules/model';
import type { GoFile } from '../../../../rules/go/rule';
import { mapOffset } from '../../text/edits';
import type { Declared, DeclaredIn } from '../compile/declared';
import { stubbed } from '../compile/stubs';
import { declaredIn, declaredInText } from '../facts/declared';
import { changedKey, type GoSyntax } from '../facts/syntax-trees';
import type { Changed } from './again';
import { declarationOf, fileOf, homeOf, type Question } from './questions';

const known = new WeakMap<GoFile, DeclaredIn | undefined>();

function declaredInFile(file: GoFile): DeclaredIn | undefined {
  if (!known.has(file)) known.set(file, declaredIn(file));
  return known.get(file);
}

/**
 * The changed package without the bodies that no answer depends on; of each file that has such, its text. Undefined where all is compiled: the change
 * is seen outside of bodies, or most bodies are needed.
 * @param files that are compiled; absolute
 */
export function stubsFor(
  changed: Changed,
  files: readonly string[],
  syntax: GoSyntax,
): Map<string, string> | undefined {
  const { pkg, questions, edits } = changed;
  const texts = new Map<string, string>();
  const declared = new Map<string, DeclaredIn>();
  const looked = new Set<Declared>();
  const added = new Set<string>();
  for (const path of files) {
    const file = pkg.files.find((one) => one.path === path);
    const before = file && declaredInFile(file);
    if (!before) return undefined;
    const text = changed.files.get(path) ?? file.text;
    const now = text === file.text ? before : declaredInText(syntax, changedKey(path), text);
    const change = now && changeOf(before, now);
    if (!change) return undefined;
    for (const one of change.bodies) looked.add(one);
    for (const name of change.added) added.add(name);
    texts.set(path, text);
    declared.set(path, now);
  }
  for (const question of questions) {
    for (const { file, span } of judged(question)) {
      const found = declarationAt(file, span.start, edits, declared);
      // Package initialisation is the code of all that is declared.
      if (found?.kind !== 'function') return undefined;
      looked.add(found);
    }
    for (const key of question.functions) {
      const { file, node } = declarationOf(pkg, key) ?? {};
      const found = file && node && declarationAt(file.path, node.startIndex, edits, declared);
      if (found?.kind === 'function') looked.add(found);
    }
  }
  return stubbed({ texts, declared }, looked, added);
}

/** The functions that have another body, and the names that are new; undefined where more is another. */
function changeOf(
  before: DeclaredIn,
  now: DeclaredIn,
): { readonly bodies: readonly Declared[]; readonly added: readonly string[] } | undefined {
  if (before === now) return { bodies: [], added: [] };
  const had = new Set(before.map(({ text }) => text));
  const has = new Set(now.map(({ text }) => text));
  const fresh = now.filter(({ text }) => !had.has(text));
  const bodies = fresh.filter(({ kind }) => kind === 'function');
  const signatures = new Set(bodies.map(({ signature }) => signature));
  const isBody = ({ kind, text, signature }: Declared): boolean =>
    has.has(text) || (kind === 'function' && signatures.has(signature));
  if (!before.every(isBody)) return undefined;
  const old = new Set(before.flatMap(({ names }) => names));
  return { bodies, added: fresh.flatMap(({ names }) => names).filter((name) => !old.has(name)) };
}

/** Where the compiler's words are read; no span is package initialisation. */
function judged({ job, probe }: Question): { readonly file: string; readonly span: Span }[] {
  if (probe) return [{ file: fileOf(probe, job), span: probe.stays }];
  const { claim } = job.fix;
  if (!claim) return [];
  const within = claim.within.length > 0 ? claim.within : [{ start: 0, end: 0 }];
  return within.map((span) => ({ file: homeOf(job), span }));
}

/** The declaration of the changed text in which the offset of the original text lies. */
function declarationAt(
  file: string,
  offset: number,
  edits: Changed['edits'],
  declared: ReadonlyMap<string, DeclaredIn>,
): Declared | undefined {
  const at = mapOffset(offset, edits.get(file) ?? []);
  return declared.get(file)?.find(({ start, end }) => start <= at && at < end);
}
