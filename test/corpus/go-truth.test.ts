/**
 * `npm run test:corpus`: what is said to allocate does. Every Go finding of every level whose cost is `always` or
 * `conditional` is held against the listing of the same compiler, read here without the product's parser: an allocation
 * call stands on its lines, or a call of a function that allocates inside; what
 * is said of a type, where the type is allocated. Prints the counts by rule.
 *
 * ALLOCLENS_PROJECT names one project; ALLOCLENS_VERBOSE prints what rests on a callee, the explanations of go/escape left
 * out: theirs are decisions about what was inlined into the line.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, it } from 'node:test';
import Table from 'cli-table3';
import { alloclens, type Scan, type ScanFinding } from './cli';
import { checkOut, projects, type Checkout, type Project } from './projects';

/** What the listing has for one line of a file. */
interface Line {
  /** `runtime.newobject` and the like. */
  readonly allocations: Set<string>;
  /** Functions that are called or were inlined here: what they allocate stands on lines of theirs. */
  readonly callees: Set<string>;
}

interface Listing {
  /** File, relative to the folder of the scan → line, 1-based. */
  readonly files: ReadonlyMap<string, ReadonlyMap<number, Line>>;
  /** Names of types that code refers to at run time, as each allocation of one does. */
  readonly types: ReadonlySet<string>;
}

const atTheType = 'where the package allocates the type; the message begins with its name';
const inThePool = "in the pool's New, when Get finds nothing";

/** Rules whose findings do not stand where the allocation is, and where it is. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['go/struct-padding', atTheType],
  ['go/retained-time', atTheType],
  ['go/pool-missing-put', inThePool],
  ['go/pool-unbounded-retention', inThePool],
]);

/** cmd/compile/internal/typecheck/builtin.go and, for Go 1.27, the size classes of runtime/malloc_generated.go. */
const allocation =
  /^runtime\.(?:new|malloc|make(?:slice|map|chan)|growslice|mapassign|convT|concat|slicebytetostring|stringtoslice|slicerunetostring|intstring|moveSlice|newproc|deferproc)/;

async function listingOf(project: Project, { cwd }: Checkout): Promise<Listing> {
  const listed = execFileSync('go', ['list', '-f', '{{.ImportPath}}', '.'], { cwd, encoding: 'utf8' }).trim();
  const tests = project.kind === 'std' ? [] : ['-test'];
  const args = ['list', '-e', '-export', ...tests, '-trimpath', '-gcflags=-m -S', './...'];
  const go = spawn('go', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const files = new Map<string, Map<number, Line>>();
  const types = new Set<string>();
  const add = (name: string, line: number, kind: keyof Line, callee: string): void => {
    if (!name.startsWith(`${listed}/`) && !name.startsWith(`${listed}_test/`)) return;
    const file = name.slice(name.indexOf('/', listed.length) + 1);
    let lines = files.get(file);
    if (!lines) files.set(file, (lines = new Map()));
    let entry = lines.get(line);
    if (!entry) lines.set(line, (entry = { allocations: new Set(), callees: new Set() }));
    entry[kind].add(callee);
  };
  for await (const text of createInterface({ input: go.stderr })) {
    const call = /^\t0x\S+ \d+ \((.+):(\d+)\)\tCALL\t(\S+)/.exec(text);
    if (call) {
      const callee = call[3]!.replace('(SB)', '');
      if (allocation.test(callee)) add(call[1]!, Number(call[2]), 'allocations', callee);
      else if (!callee.startsWith('runtime.')) add(call[1]!, Number(call[2]), 'callees', callee);
      continue;
    }
    const type = /\ttype:\S*?\.?([\w]+)\(SB\)/.exec(text);
    if (type) types.add(type[1]!);
    const inlined = /^(.+\.go):(\d+):\d+: inlining call to (.+)$/.exec(text);
    if (inlined) add(inlined[1]!, Number(inlined[2]), 'callees', inlined[3]!);
  }
  return { files, types };
}

interface Figures {
  findings: number;
  onLine: number;
  inCallee: number;
  elsewhere: number;
  readonly nothing: string[];
}
const byRule = new Map<string, Figures>();

function judge(project: Project, finding: ScanFinding, listing: Listing): void {
  const {
    ruleId,
    file,
    range,
    message,
    allocation: { cost },
  } = finding;
  if (cost !== 'always' && cost !== 'conditional') return;
  const key = `${ruleId}\t${cost}`;
  const figures = byRule.get(key) ?? { findings: 0, onLine: 0, inCallee: 0, elsewhere: 0, nothing: [] };
  byRule.set(key, figures);
  figures.findings++;
  const lines: Line[] = [];
  for (let at = range.start.line; at <= range.end.line; at++) {
    const line = listing.files.get(file.split(path.sep).join('/'))?.get(at + 1);
    if (line) lines.push(line);
  }
  const where = `${project.name} ${file}:${range.start.line + 1} ${ruleId} (${cost}): ${message}`;
  const place = elsewhere.get(ruleId);
  if (lines.some(({ allocations }) => allocations.size > 0)) figures.onLine++;
  else if (place === inThePool || (place === atTheType && listing.types.has(/\w+/.exec(message)![0])))
    figures.elsewhere++;
  else if (lines.some(({ callees }) => callees.size > 0)) {
    figures.inCallee++;
    const callees = lines.flatMap((line) => [...line.callees]).join(', ');
    if (process.env['ALLOCLENS_VERBOSE'] && ruleId !== 'go/escape')
      console.log(`${where}\n    in a callee: ${callees}`);
  } else figures.nothing.push(where);
}

describe('what is said to allocate does', () => {
  const only = process.env['ALLOCLENS_PROJECT'];
  for (const project of projects) {
    if (project.kind === 'npm' || (only && only !== project.name)) continue;
    it(project.name, async () => {
      const checkout = checkOut(project);
      const scan = JSON.parse(
        alloclens(['scan', checkout.target, '--show', 'all', '--format', 'json'], checkout.cwd).stdout,
      ) as Scan;
      const listing = await listingOf(project, checkout);
      assert.ok(listing.files.size > 0, 'the listing of the compiler');
      for (const finding of scan.findings) judge(project, finding, listing);
    });
  }

  it('nothing is reported where the compiler emits no allocation and no call', () => {
    const nothing = [...byRule.values()].flatMap((figures) => figures.nothing);
    assert.equal(nothing.length, 0, nothing.join('\n'));
  });

  after(() => {
    const table = new Table({
      head: ['rule', 'cost', 'findings', 'allocation on its lines', 'in a callee', 'elsewhere', 'nothing'],
      style: { head: [], border: [] },
    });
    for (const [key, { findings, onLine, inCallee, elsewhere, nothing }] of [...byRule].sort()) {
      table.push([
        ...key.split('\t'),
        ...[findings, onLine, inCallee, elsewhere, nothing.length].map(String),
      ]);
    }
    console.log(table.toString());
    for (const [rule, place] of elsewhere) console.log(`elsewhere: ${rule}: ${place}`);
  });
});
