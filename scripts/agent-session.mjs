// npm run sample:agent
// Records an agent's session in docs/agents.md: the hottest place of the sample service is found, explained, fixed and proven, through the SDK's own
// client, on a copy. Long answers are cut where … stands.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { root, run, Sentence, step } from './lib/run.mjs';

const page = join(root, 'docs', 'agents.md');
/** Characters of a line, an entry and an answer that a reader of the page still reads. */
const [longest, most] = [180, 24];

await run(process.execPath, ['esbuild.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });
const folder = await mkdtemp(join(tmpdir(), 'alloclens-agent-'));
const lines = [];
try {
  await cp(join(root, 'samples', 'service', 'go'), folder, { recursive: true });
  step('Talk to alloclens mcp');
  const client = new Client({ name: 'alloclens-session', version: '1' });
  const args = [join(root, 'dist', 'cli.js'), 'mcp', folder, '--trust'];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env: process.env }));
  await session(async (name, input) => {
    step(`${name} ${JSON.stringify(input)}`);
    const { content, isError } = await client.callTool({ name, arguments: input }, undefined, {
      timeout: 900_000,
    });
    const [{ text }] = content;
    lines.push(`→ ${name} ${JSON.stringify(input)}`, ...(isError ? [`error: ${text}`] : shown(text)), '');
    return isError ? undefined : JSON.parse(text);
  });
  await client.close();
} finally {
  await rm(folder, { recursive: true, force: true });
}
const before = await readFile(page, 'utf8');
const block = /(<!-- session -->)[^]*(<!-- \/session -->)/;
if (!block.test(before)) throw new Sentence('docs/agents.md has no place for the session.');
await writeFile(
  page,
  before.replace(
    block,
    (_, open, close) => `${open}\n\n\`\`\`\n${lines.join('\n').trim()}\n\`\`\`\n\n${close}`,
  ),
);

async function session(call) {
  const { items } = await call('hotspots', { paths: ['./...'] });
  const [{ id }] = items.filter(({ fixes }) => fixes > 0);
  await call('explain_site', { id });
  const fixes = await call('verified_fixes', { id });
  const [{ fix }] = fixes.items;
  await call('apply_fix', { fix, confirmed: false });
  const proof = await call('prove_fix', { fix, confirmed: true });
  if (proof?.verdict !== 'better') throw new Sentence(`The proof of ${fix} is no “better”.`);
  await call('apply_fix', { fix, confirmed: true });
  await call('hotspots', { paths: ['./...'] });
}

/** The first lines of an answer as it is, long ones cut. */
function shown(text) {
  const all = text.split('\n').map((line) => (line.length > longest ? `${line.slice(0, longest)}…` : line));
  return all.length > most ? [...all.slice(0, most), '…'] : all;
}
