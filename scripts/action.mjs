// The GitHub Action: runs `alloclens diff`, writes the job's summary, and keeps one comment of the pull request up to date.
// node scripts/action.mjs CLI, with the variables of action.yml and those that GitHub sets.
import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const { env } = process;
/** What server/src/report/diff.ts begins the Markdown with. */
const marker = '<!-- alloclens diff -->';
/** Characters that GitHub takes in a comment. */
const longest = 65_536;

const [cli] = process.argv.slice(2);
const { status, stdout } = diff();
const report = stdout.startsWith(marker) ? stdout : undefined;
write(env.GITHUB_OUTPUT, `status=${status}\n`);
if (report) write(env.GITHUB_STEP_SUMMARY, report);
if (report && env.ALLOCLENS_COMMENT !== 'false') await comment(report);
process.exitCode = status;

function diff() {
  const paths = (env.ALLOCLENS_PATHS ?? '.').split(/\s+/).filter((path) => path !== '');
  const options = paths.find((path) => path.startsWith('-'));
  if (options !== undefined)
    return refused(`paths has ${options}, which is no path; write ./${options} for a file of that name.`);
  const base = env.ALLOCLENS_BASE ?? '';
  if (base === '' || base.startsWith('-') || /^0+$/.test(base))
    return refused(
      'there is no commit to compare with: this is neither a pull request nor a push to a branch that was there. Give the input base.',
    );
  const failOn = env.ALLOCLENS_FAIL_ON === 'sites' ? [] : ['--fail-on', env.ALLOCLENS_FAIL_ON || 'hot'];
  // With the value in the same word no expression can be taken for an option.
  const bench = env.ALLOCLENS_BENCH ? [`--bench=${env.ALLOCLENS_BENCH}`] : [];
  const prove = env.ALLOCLENS_PROVE === 'true' ? ['--prove', ...bench] : [];
  // With a dot in front a path cannot be taken for the newer side, which is what was checked out.
  const targets = paths.map((path) => (/^\.|\.\.\.$/.test(path) ? path : `./${path}`));
  const args = [cli, 'diff', '--merge-base', '--format', 'markdown', ...failOn, ...prove, base, ...targets];
  const run = spawnSync(process.execPath, args, {
    cwd: resolve(env.GITHUB_WORKSPACE ?? '.', env.ALLOCLENS_FOLDER || '.'),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (run.error) return refused(run.error.message);
  return { status: run.status ?? 2, stdout: run.stdout };
}

function refused(why) {
  console.log(`::error title=AllocLens::${why}`);
  return { status: 2, stdout: '' };
}

function write(file, text) {
  if (file) appendFileSync(file, text);
}

/** A comment that could not be written fails nothing: a pull request of a fork has a token that may only read. */
async function comment(markdown) {
  const number = numberOf(env.GITHUB_EVENT_PATH);
  if (number === undefined) return;
  const comments = `${env.GITHUB_API_URL}/repos/${env.GITHUB_REPOSITORY}/issues/${number}/comments`;
  try {
    const known = await commentOf(comments);
    // Nothing to say, and nothing was said before.
    if (!known && markdown.includes('Allocations: no change')) return;
    const body =
      markdown.length <= longest
        ? markdown
        : `${markdown.slice(0, longest - 100)}\n\n…cut: see the summary of the job.`;
    await (known ? ask('PATCH', known.url, { body }) : ask('POST', comments, { body }));
  } catch (error) {
    console.log(`::warning title=AllocLens::The comment was not written: ${error.message}`);
  }
}

function numberOf(file) {
  if (!file) return undefined;
  const event = JSON.parse(readFileSync(file, 'utf8'));
  return event.pull_request?.number;
}

async function commentOf(comments) {
  for (let page = 1; ; page++) {
    const found = await ask('GET', `${comments}?per_page=100&page=${page}`);
    const own = found.find(({ body }) => body?.startsWith(marker));
    if (own || found.length < 100) return own;
  }
}

async function ask(method, url, body) {
  const response = await fetch(url, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${env.ALLOCLENS_TOKEN}`,
      'x-github-api-version': '2022-11-28',
    },
    ...(body && { body: JSON.stringify(body) }),
    redirect: 'error',
  });
  if (!response.ok)
    throw new Error(`${method} ${new URL(url).pathname} was answered with ${response.status}.`);
  return response.json();
}
