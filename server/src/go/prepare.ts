import path from 'node:path';
import type { Note } from '../../../rules/model';
import type { GoPackage, GoVersion } from '../../../rules/go/rule';
import type { TrustGate } from '../host/trust';
import { NotCompiled, packageIn, type Build } from './compile/builds';
import type { Awaited } from './facts/file-facts';
import { buildPackage } from './facts/package';
import type { GoSyntax, ParsedFile } from './facts/syntax-trees';
import { isCompiled, missingPart, reasonFor } from './missing';
import type { Checked, Sources } from './publish';
import type { FolderTypes } from './types/types';

const unknownVersion: GoVersion = { major: 1, minor: 21 };

/** What is known of a folder before the rules run. */
export interface Joined {
  readonly sources: Sources;
  readonly build: Build | NotCompiled;
  readonly types: FolderTypes;
  /** Files whose hidden findings the user wants to see; absolute. */
  readonly revealed: ReadonlySet<string>;
  /** While the listing is assumed. */
  readonly awaited?: Awaited | undefined;
}

/** Parses a folder and joins the facts, so that the rules can run. The trees are alive: the leases have to be released. */
export function prepare(
  { syntax, trust }: { readonly syntax: GoSyntax; readonly trust: TrustGate },
  { sources, build, types, revealed, awaited }: Joined,
): Checked {
  const { directory, texts } = sources;
  const notes: Note[] = [];
  const leases: ParsedFile[] = [];
  const unparsed: string[] = [];
  const groups = new Map<string, ParsedFile[]>();
  for (const [file, { text }] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const parsed = syntax.parse(file, text);
    if (!parsed) {
      unparsed.push(file);
      notes.push({ file, message: `${path.basename(file)} was not analysed: parsing it took too long.` });
      continue;
    }
    leases.push(parsed);
    const name = parsed.packageName ?? '';
    groups.set(name, [...(groups.get(name) ?? []), parsed]);
  }
  const compiled = build instanceof NotCompiled ? undefined : packageIn(build, directory);
  const unit = sources.unit instanceof NotCompiled ? undefined : sources.unit;
  if (!(build instanceof NotCompiled)) {
    notes.push(...build.notes.filter(({ file }) => file === undefined || texts.has(file)));
    if (types.fault !== undefined) notes.push({ message: types.fault });
  }
  const packages: GoPackage[] = [];
  const unverifiable = new Map<string, string>();
  const incomplete = new Map<string, string>();
  // The tests of another package clause are a package of their own. The name alone does not tell: any may end so.
  const isExternal = (parsed: readonly ParsedFile[]): boolean =>
    parsed.some(({ path: file }) => compiled?.externalTestFiles.includes(file));
  const ordered = [...groups.values()].sort((a, b) => Number(isExternal(b)) - Number(isExternal(a)));
  for (const parsed of ordered) {
    for (const { path: file } of parsed) {
      const missing =
        build instanceof NotCompiled
          ? {
              note: `Only the syntax was analysed. ${build.why}`,
              short: reasonFor(trust),
              wayOut: build.wayOut,
              error: build.why.replace(/\.$/, ''),
            }
          : missingPart(build, compiled, file);
      if (!missing) continue;
      const { note: message, wayOut } = missing;
      notes.push({ file, message, ...(wayOut !== undefined && { wayOut }) });
      unverifiable.set(file, missing.short);
      if (missing.error !== undefined) incomplete.set(file, missing.error);
    }
    const external = isExternal(parsed);
    const importPath = compiled?.importPath ?? path.basename(directory);
    const pkg = buildPackage({
      importPath: external ? `${importPath}_test` : importPath,
      files: parsed,
      records: build instanceof NotCompiled ? undefined : build.records,
      compiled: (file) => isCompiled(compiled, file),
      types: types.files,
      awaited,
      externalTests: external ? undefined : packages.find(({ importPath }) => importPath.endsWith('_test')),
      toolchain: unit?.toolchain.version ?? unknownVersion,
      language: compiled?.module?.language ?? unit?.toolchain.version ?? unknownVersion,
    });
    packages.push(pkg);
  }
  return {
    sources,
    packages,
    files: [],
    unparsed,
    notes,
    leases,
    revealed,
    unverifiable,
    incomplete,
    awaits: awaited !== undefined,
    offers: new Map(),
  };
}
