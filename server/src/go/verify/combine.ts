import type { FileEdit, TextEdit } from '../../../../rules/model';
import { importEdits, nameFor } from '../../../../rules/go/edit/imports';
import type { GoFile, GoFix, GoPackage } from '../../../../rules/go/rule';
import { topLevelAt } from '../../../../rules/go/syntax/nodes';
import { applyEdits, normaliseEdits } from '../../text/edits';

/** A fix made complete: the rule's edits and the imports that go with them. */
export interface CompleteFix {
  readonly edits: readonly FileEdit[];
}

/** Why a fix cannot be offered, as a sentence for the log. */
export interface Withheld {
  readonly withheld: string;
}

/**
 * The edits of several fixes at once, with the imports that they need and those that they leave unused. Earlier fixes
 * win: one that does not go together with those before it is left out of `applied`.
 */
export function combineFixes<F extends Pick<GoFix, 'title' | 'edits' | 'imports'>>(
  pkg: GoPackage,
  fixes: readonly F[],
): { edits: FileEdit[]; applied: F[]; withheld: Map<F, string> } {
  const withheld = new Map<F, string>();
  const applied: F[] = [];
  let edits: FileEdit[] = [];
  const added = new Map<string, string>();
  const named: F[] = [];
  for (const fix of fixes) {
    const names = namesAdded(pkg, fix);
    const taken = [...names].find(([name, edit]) => (added.get(name) ?? edit) !== edit)?.[0];
    if (taken === undefined) {
      named.push(fix);
      for (const [name, edit] of names) added.set(name, edit);
    } else withheld.set(fix, `another fix that is applied with it declares ${taken}, too`);
  }
  // Mostly all go together; what does not is found by halves, because each attempt looks at whole files.
  const join = (more: readonly F[]): void => {
    if (more.length === 0) return;
    const attempt = complete(pkg, [...applied, ...more]);
    if (!('withheld' in attempt)) {
      applied.push(...more);
      edits = [...attempt.edits];
    } else if (more.length === 1) withheld.set(more[0]!, attempt.withheld);
    else {
      const middle = more.length >> 1;
      join(more.slice(0, middle));
      join(more.slice(middle));
    }
  };
  join(named);
  return { edits, applied, withheld };
}

function complete(
  pkg: GoPackage,
  fixes: readonly Pick<GoFix, 'edits' | 'imports'>[],
): CompleteFix | Withheld {
  const byFile = new Map<string, FileEdit[]>();
  for (const fix of fixes) {
    for (const edit of fix.edits) {
      const edits = byFile.get(edit.file);
      if (!edits) byFile.set(edit.file, [edit]);
      else if (!edits.some((other) => same(other, edit))) edits.push(edit);
    }
  }
  const imports = [...new Set(fixes.flatMap((fix) => fix.imports ?? []))];
  const result: FileEdit[] = [];
  for (const [path, edits] of [...byFile].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const file = pkg.files.find((candidate) => candidate.path === path);
    if (!file) return { withheld: `${path} is not a file of the package` };
    let sorted: FileEdit[];
    try {
      sorted = normaliseEdits(edits);
    } catch {
      return { withheld: 'its edits overlap those of another fix' };
    }
    const needed = imports.filter((path) => uses(sorted, nameFor(file.imports, path)));
    const added = importEdits(file.root, file.text, sorted, needed, declaredNames(pkg));
    if (!added) return { withheld: `an imported name is taken in ${path}` };
    result.push(...normaliseEdits([...sorted, ...added.map((edit) => ({ ...edit, file: path }))]));
  }
  return { edits: result };
}

/** Names that the fix declares at the top level of the package, with the edit that does. */
function namesAdded(pkg: GoPackage, fix: Pick<GoFix, 'edits'>): Map<string, string> {
  const names = new Map<string, string>();
  for (const edit of fix.edits) {
    const file = pkg.files.find(({ path }) => path === edit.file);
    const inside =
      file &&
      topLevelAt(file.root, edit.span).some(
        (node) => node.startIndex < edit.span.start && edit.span.end < node.endIndex,
      );
    if (inside) continue;
    for (const [, name] of edit.newText.matchAll(/^(?:var|const|type|func)\s+(\w+)/gm)) {
      names.set(name!, JSON.stringify(edit));
    }
  }
  return names;
}

function same(a: FileEdit, b: FileEdit): boolean {
  return a.span.start === b.span.start && a.span.end === b.span.end && a.newText === b.newText;
}

function uses(edits: readonly TextEdit[], name: string): boolean {
  const written = new RegExp(`(?<![\\w.])${name.replace(/\$/g, '\\$')}\\.`);
  return edits.some(({ newText }) => written.test(newText));
}

const declared = new WeakMap<GoPackage, ReadonlySet<string>>();

/** Names that the package declares at its top level. */
export function declaredNames(pkg: GoPackage): ReadonlySet<string> {
  const known = declared.get(pkg);
  if (known) return known;
  const names = new Set<string>();
  for (const file of pkg.files) {
    for (const node of file.root.namedChildren) {
      if (node.type === 'function_declaration') names.add(node.childForFieldName('name')?.text ?? '');
      else if (/^(?:type|var|const)_declaration$/.test(node.type)) {
        for (const spec of node.descendantsOfType(['type_spec', 'type_alias', 'var_spec', 'const_spec'])) {
          for (const name of spec.childrenForFieldName('name')) names.add(name.text);
        }
      }
    }
  }
  declared.set(pkg, names);
  return names;
}

/** The texts of the edited files, by path. */
export function fixedTexts(files: readonly GoFile[], edits: readonly FileEdit[]): Map<string, string> {
  const texts = new Map<string, string>();
  for (const file of files) {
    const own = edits.filter((edit) => edit.file === file.path);
    if (own.length > 0) texts.set(file.path, applyEdits(file.text, own));
  }
  return texts;
}
