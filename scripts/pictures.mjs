// npm run pictures
// Makes the README's animated picture and the pictures of the walkthrough out of what `npm test -- first-steps` left in
// test-artifacts/: the newest VS Code in Chromium, dark and light.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { root, Sentence, step } from './lib/run.mjs';

const artifacts = join(root, 'test-artifacts');
const media = join(root, 'media');

/** Milliseconds that each picture of the animation stays: thirty seconds in all. */
const story = [
  ['01-walkthrough', 2500],
  ['02-hotspots', 3500],
  ['03-heaviest', 3000],
  ['04-applied', 3500],
  ['05-next', 2500],
  ['06-proving', 2000],
  ['07-proven', 4000],
  ['08-applied', 2500],
  ['09-benchmarks', 2000],
  ['10-recorded', 4500],
];

/** Parts of the window, in pixels of the screenshot, for the walkthrough: small enough to be read where it shows them. */
const steps = {
  hotspots: { from: '03-heaviest', left: 48, top: 30, width: 840, height: 500 },
  proof: { from: '07-proven', left: 48, top: 190, width: 840, height: 500 },
  record: { from: '09-benchmarks', left: 280, top: 30, width: 640, height: 300 },
};

step('Animate the first steps');
const frames = await Promise.all(story.map(([name]) => picture('dark', name)));
await sharp(frames, { join: { animated: true } })
  .gif({ delay: story.map(([, milliseconds]) => milliseconds), colours: 128, loop: 0 })
  .toFile(join(media, 'first-steps.gif'));

step('Cut the pictures of the walkthrough');
for (const theme of ['dark', 'light'])
  for (const [name, { from, ...part }] of Object.entries(steps))
    await sharp(await picture(theme, from))
      .extract(part)
      .png({ palette: true, colours: 64, effort: 10 })
      .toFile(join(media, 'walkthrough', `${name}-${theme}.png`));

/** The newest screenshot of that name: those of older versions may lie beside it. */
async function picture(theme, name) {
  const wanted = `-in-chromium-steps-${theme}-${name}.png`;
  const names = (await readdir(artifacts)).filter((file) => file.endsWith(wanted));
  if (names.length === 0)
    throw new Sentence(`test-artifacts/ has no picture *${wanted}: run “npm test -- first-steps” first.`);
  const written = await Promise.all(
    names.map(async (file) => ({ file, time: (await stat(join(artifacts, file))).mtimeMs })),
  );
  return join(artifacts, written.sort((x, y) => y.time - x.time)[0].file);
}
