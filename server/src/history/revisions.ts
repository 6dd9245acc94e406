import { join, relative } from 'node:path';
import type { Finding, Note } from '../../../rules/model';
import { codeOf } from '../hotspots/code';
import type { EngineHost } from '../service/engine';
import { ProcessRunner } from '../host/process';
import { TemporaryFolder } from '../host/temporary-folder';
import type { Analyser } from '../service/analyser';
import { scan, type ScanResult } from '../service/scan';
import type { Settings } from '../service/settings';
import { displayPath } from '../service/walk';
import { affectedFiles, isOutsideOfFunctions } from './affected';
import { compare } from './baseline';
import type { GoSide } from './changed-code';
import { Repository, type Commit } from './git';
import { identitiesOf, unitsOf, type FindingIdentity } from './identity';
import { diffSites, type ComparedSite, type SiteDiff, type SitePair } from './site-diff';

export interface RevisionsRun {
  readonly analyser: Analyser;
  readonly host: EngineHost;
  readonly settings: Settings;
  /** Absolute; a folder in the repository. */
  readonly cwd: string;
  readonly from: string;
  /** The files as they lie on the disk when undefined. */
  readonly to: string | undefined;
  /** Begin where the histories of the two part: what only the other side has changed since is no news. */
  readonly mergeBase: boolean;
  /**
   * The source files that a person asked for, on either side; none when there are none.
   * @param root where `cwd` is on that side
   */
  readonly filesIn: (root: string) => Promise<readonly string[]>;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number, what: string) => void;
}

/** What has changed. Files are named as in the repository, wherever they lay to be compared. */
export interface RevisionsDiff {
  /** As the user named it, or the merge base. */
  readonly from: string;
  readonly to: string | undefined;
  /** `go1.26.8`: what compiled both sides; undefined when there was no Go to compile. */
  readonly toolchain: string | undefined;
  /** Files that were analysed for it, after the change; or before, where there are none after it. */
  readonly files: number;
  readonly sites: SiteDiff;
  /** Those of rules that only the newer side has, in published order. */
  readonly findings: readonly Finding[];
  /** What was not compared, and why. */
  readonly notes: readonly Note[];
  /** Whether that is more than a remark: part of the answer is missing. */
  readonly isPartial: boolean;
}

/** A comparison, with the folders that it was made in while `use` runs. */
export interface ComparedRevisions extends RevisionsDiff {
  readonly after: Side;
  readonly before: Side;
  /** The newer text of a file of the findings. */
  readonly textOf: (file: string) => string;
  /** Where a file of the newer side is in the repository. */
  readonly inHome: (file: string) => string;
  /** With the toolchain that compiled both sides. */
  readonly settings: Settings;
  /** What the change touches of Go, where each side lies. */
  readonly go: { readonly before: GoSide; readonly after: GoSide; readonly isElsewhere: boolean };
}

/** One side: where it lies, and what was found there. */
export interface Side {
  /** Absolute folder that stands for the repository's root. */
  readonly root: string;
  readonly files: readonly string[];
  readonly scanned: ScanResult;
}

/**
 * Analyses what a change touches on both sides of it. The older side (and the newer one, when it is a commit) lies in a temporary folder, which
 * goes when `use` has ended or a signal ends the process; nothing is checked out in place.
 * @throws GitError, UntrustedError, AbortError
 */
export async function withRevisions<T>(
  run: RevisionsRun,
  use: (compared: ComparedRevisions | 'nothing there') => Promise<T>,
): Promise<T> {
  const { host, signal, cwd } = run;
  const repository = await Repository.at(cwd, new ProcessRunner(host.trust, host.logger), signal);
  const newer = run.to === undefined ? undefined : await repository.commit(run.to);
  const named = await repository.commit(run.from);
  const older = run.mergeBase
    ? await repository.mergeBase(named, newer ?? (await repository.commit('HEAD')))
    : named;
  const changed = (await repository.changed(older, newer)).map((file) => relative(repository.root, file));
  const temporary = await TemporaryFolder.create();
  try {
    run.progress(0, 0, `the files of ${older.revision}`);
    const before = await sideOf(await repository.checkOut(older, temporary), repository, changed, run);
    const root = newer === undefined ? repository.root : await repository.checkOut(newer, temporary);
    const after = await sideOf(root, repository, changed, run);
    if (before.named + after.named === 0) return await use('nothing there');
    return await use(await compareSides(before, after, { ...run, older, changed, home: repository.root }));
  } finally {
    await temporary.dispose();
  }
}

interface Located {
  readonly root: string;
  /** How many source files there are. */
  readonly named: number;
  /** Absolute paths of those that the change touches. */
  readonly files: readonly string[];
}

async function sideOf(
  root: string,
  repository: Repository,
  changed: readonly string[],
  { cwd, filesIn }: RevisionsRun,
): Promise<Located> {
  const named = await filesIn(join(root, relative(repository.root, cwd)));
  const files = await affectedFiles(
    changed.map((name) => join(root, name)),
    named,
  );
  return { root, named: named.length, files };
}

interface Comparison extends RevisionsRun {
  /** Names of what differs, relative to the repository's root. */
  readonly changed: readonly string[];
  readonly older: Commit;
  /** The repository's root. */
  readonly home: string;
}

async function compareSides(before: Located, after: Located, run: Comparison): Promise<ComparedRevisions> {
  const { settings, toolchain, notes: apart } = await oneToolchain(before.files, after.files, run);
  const scanSide = async ({ root, files }: Located): Promise<Side> => {
    const { analyser, signal, progress } = run;
    return { root, files, scanned: await scan(analyser, files, { settings, signal, progress }) };
  };
  const [older, newer] = [await scanSide(before), await scanSide(after)];
  const [old, now] = [await contentsOf(older, run), await contentsOf(newer, run)];
  const left = new Set([...old.missing, ...now.missing]);
  const isCompared = ({ unit }: { readonly unit: string }): boolean => !left.has(unit);
  const { added } = compare(
    now.findings.filter(({ identity }) => isCompared(identity)),
    ({ identity }) => identity,
    old.findings.map(({ identity }) => identity),
  );
  const { home } = run;
  const sites = diffSites(old.sites.filter(isCompared), now.sites.filter(isCompared));
  const [wasAt, isAt] = [homeOf(older.root, home), homeOf(newer.root, home)];
  const pairInHome = ({ before: one, after: other }: SitePair): SitePair => ({
    before: inHome(wasAt)(one),
    after: inHome(isAt)(other),
  });
  return {
    from: run.older.revision,
    to: run.to,
    toolchain,
    files: Math.max(older.files.length, newer.files.length),
    sites: {
      same: sites.same,
      added: sites.added.map(inHome(isAt)),
      removed: sites.removed.map(inHome(wasAt)),
      moved: sites.moved.map(pairInHome),
      changed: sites.changed.map(pairInHome),
    },
    findings: added.map(({ finding }) => ({
      ...inHome(isAt)(finding),
      fixes: finding.fixes.map((fix) => ({ ...fix, edits: fix.edits.map(inHome(isAt)) })),
      related: finding.related.map((one) => ({ ...one, location: inHome(isAt)(one.location) })),
    })),
    notes: [...apart, ...notesOf(older.scanned, wasAt, run.older.revision), ...notesOf(newer.scanned, isAt)],
    isPartial: left.size > 0 || [older, newer].some(({ scanned }) => scanned.notes.some(isHindrance)),
    before: older,
    after: newer,
    textOf: (file) => codeOf(newer.scanned, run.analyser).textOf(homeOf(home, newer.root)(file)),
    inHome: isAt,
    settings,
    go: {
      before: goOf(older, run),
      after: goOf(newer, run),
      isElsewhere: isOutsideOfFunctions(run.changed),
    },
  };
}

const homeOf = (root: string, home: string) => (file: string) => join(home, relative(root, file));
const inHome =
  (at: (file: string) => string) =>
  <T extends { readonly file: string }>(item: T): T => ({ ...item, file: at(item.file) });

const isHindrance = ({ wayOut }: Note): boolean => wayOut !== undefined;

/** What stands in the way of the comparison; remarks about single files belong to a scan. */
function notesOf({ notes, incomplete }: ScanResult, at: (file: string) => string, revision?: string): Note[] {
  const broken = new Set(incomplete);
  return notes
    .filter((note) => isHindrance(note) || (note.file !== undefined && broken.has(note.file)))
    .map((note) => ({
      ...note,
      ...(note.file !== undefined && { file: at(note.file) }),
      message: revision === undefined ? note.message : `At ${revision}: ${note.message}`,
    }));
}

/** Tests allocate for their own sake. */
const isTest = (file: string): boolean => /_test\.go$|[._](?:test|spec|bench)\.[cm]?[jt]sx?$/.test(file);

function goOf({ root, files, scanned }: Side, { analyser }: RevisionsRun): GoSide {
  const go = files.filter((file) => file.endsWith('.go') && !isTest(file));
  return { root, files: go, ...codeOf(scanned, analyser) };
}

interface Contents {
  readonly sites: readonly ComparedSite[];
  readonly findings: readonly { readonly finding: Finding; readonly identity: FindingIdentity }[];
  /** Units that could not be analysed as a whole. */
  readonly missing: ReadonlySet<string>;
}

async function contentsOf({ root, files, scanned }: Side, { analyser }: RevisionsRun): Promise<Contents> {
  const code = codeOf(scanned, analyser);
  const unitOf = await unitsOf(files, root);
  const broken = new Set(scanned.incomplete);
  const sites: ComparedSite[] = [];
  for (const file of files.filter((one) => !isTest(one) && !broken.has(one))) {
    const found = (await code.mapOf(file))?.sites ?? [];
    const judged = code.findingsOf(file);
    for (const site of found) {
      const { start, end } = site.span;
      // Whether the callee allocates the compiler does not say here; a rule may know.
      const isKnown = site.cost === 'always' || site.cost === 'conditional';
      if (isKnown || judged.some(({ span }) => span.start === start && span.end === end))
        sites.push({ ...site, unit: site.language === 'go' ? site.unit : displayPath(root, file) });
    }
  }
  const shown = scanned.findings.filter(({ file }) => !isTest(file));
  const identities = await identitiesOf(shown, code, root);
  return {
    sites,
    findings: shown.map((finding, i) => ({ finding, identity: identities[i]! })),
    missing: new Set([...broken].filter((file) => !isTest(file)).map(unitOf)),
  };
}

/** One compiler for both sides, or what differs would be the compilers: the newer one of the two. */
async function oneToolchain(
  before: readonly string[],
  after: readonly string[],
  { analyser, settings, signal }: RevisionsRun,
): Promise<{
  readonly settings: Settings;
  readonly toolchain: string | undefined;
  readonly notes: readonly Note[];
}> {
  const found: string[] = [];
  for (const files of [before, after]) {
    const file = files.find((one) => one.endsWith('.go'));
    const report = file === undefined ? undefined : await analyser.findToolchain(file, settings, signal);
    if (report && 'version' in report) found.push(report.version);
  }
  const [toolchain, other] = found.sort((a, b) => (isNewer(a, b) ? -1 : 1));
  if (toolchain === undefined || other === undefined || toolchain === other)
    return { settings, toolchain, notes: [] };
  const environment = { ...settings.go.environment, GOTOOLCHAIN: toolchain };
  return {
    settings: { ...settings, go: { ...settings.go, environment } },
    toolchain,
    notes: [
      { message: `${toolchain} compiles both sides, although go.mod asks for ${other} on one of them.` },
    ],
  };
}

function isNewer(a: string, b: string): boolean {
  const numbers = (text: string): number[] => [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  const [x, y] = [numbers(a), numbers(b)];
  const at = x.findIndex((number, i) => number !== (y[i] ?? 0));
  return at >= 0 && x[at]! > (y[at] ?? 0);
}
