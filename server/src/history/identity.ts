import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { Finding } from '../../../rules/model';
import { normalised } from '../../../rules/sites';
import { importPathsOf } from '../hotspots/packages';
import type { CodeMap } from '../service/engine';
import { displayPath } from '../service/walk';

/** What tells a finding from another, wherever its line has moved to. Those that share it are counted. */
export interface FindingIdentity {
  /** Go: the import path of its package; TypeScript: its file, relative to a folder that the reader knows, with slashes. */
  readonly unit: string;
  /** The declaration around it; see SiteIdentity. Empty outside of functions. */
  readonly function: string;
  readonly rule: string;
  /** See `normalised`. */
  readonly expression: string;
}

/** Where the findings are. */
export interface IdentifiedCode {
  readonly textOf: (file: string) => string;
  readonly mapOf: (file: string) => Promise<CodeMap | undefined>;
}

/**
 * @param root absolute; what the units of TypeScript are relative to
 * @returns as the findings
 */
export async function identitiesOf(
  findings: readonly Finding[],
  { textOf, mapOf }: IdentifiedCode,
  root: string,
): Promise<readonly FindingIdentity[]> {
  const unitOf = await unitsOf(
    findings.map(({ file }) => file),
    root,
  );
  const files = new Map<string, { readonly text: string; readonly map: CodeMap | undefined }>();
  const identities: FindingIdentity[] = [];
  for (const { file, ruleId: rule, span } of findings) {
    let known = files.get(file);
    if (!known) files.set(file, (known = { text: textOf(file), map: await mapOf(file) }));
    const { text, map } = known;
    const around =
      map?.functions.filter((one) => one.span.start <= span.start && span.end <= one.span.end) ?? [];
    const site = map?.sites.find((one) => one.span.start === span.start && one.span.end === span.end);
    identities.push({
      unit: unitOf(file),
      function:
        site?.function ??
        around
          .map(({ name }) => name)
          .filter((name) => name !== '')
          .join('.'),
      rule,
      // What has a body is told by its head: a change inside makes no other loop or function of it.
      expression: site?.expression ?? normalised(text.slice(span.start, span.end).split('\n', 1)[0]!),
    });
  }
  return identities;
}

/** The units of files; see FindingIdentity. A Go package outside of a module is its folder, relative to the root. */
export async function unitsOf(files: readonly string[], root: string): Promise<(file: string) => string> {
  const packages = await importPathsOf(files.filter((file) => file.endsWith('.go')));
  return (file) => {
    if (!file.endsWith('.go')) return displayPath(root, file);
    const folder = dirname(file);
    return packages.get(folder) ?? displayPath(root, folder);
  };
}

/** The identity as one text. */
export function identityKey({ unit, function: name, rule, expression }: FindingIdentity): string {
  return JSON.stringify([unit, name, rule, expression]);
}

export interface Fingerprint {
  /** 32 hexadecimal digits, of the identity. */
  readonly hash: string;
  /** Which it is among its equals, from 1. */
  readonly order: number;
}

/**
 * The same in every report until the code itself changes.
 * @param identities in source order
 */
export function fingerprintsOf(identities: readonly FindingIdentity[]): Fingerprint[] {
  const seen = new Map<string, number>();
  return identities.map((identity) => {
    const hash = createHash('sha256').update(identityKey(identity)).digest('hex').slice(0, 32);
    const order = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, order);
    return { hash, order };
  });
}
