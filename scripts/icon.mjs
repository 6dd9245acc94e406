// node scripts/icon.mjs: draws media/icon.png (256 px; marketplaces take no SVG) from media/icon.svg, in Chromium.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { root, Sentence, which } from './lib/run.mjs';

const executablePath = process.env.CHROMIUM_PATH ?? which('chromium') ?? which('google-chrome');
if (!executablePath) throw new Sentence('Chromium is not on the PATH; set CHROMIUM_PATH.');
const svg = await readFile(join(root, 'media', 'icon.svg'), 'utf8');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 256, height: 256 } });
await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg}`);
await page.screenshot({ path: join(root, 'media', 'icon.png'), omitBackground: true });
await browser.close();
