// npm run sample:start
// Records the profile of samples/start, which the walkthrough's sample opens with. Equal numbers of each operation, so that its lines are as
// heavy as they are written to be: a buffer for each request, a slice that grows, a time as text.
import { join } from 'node:path';
import { recordGo } from './lib/record-go.mjs';
import { root, run } from './lib/run.mjs';

await run(process.execPath, ['esbuild.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });
const folder = join(root, 'samples', 'start');
const out = join(folder, 'orders.pprof');
const how = ['--bench', '.', '--benchtime', '500x', '--interval', '1'];
await recordGo(folder, ['record', '--go', '.', ...how, '--out', out]);
