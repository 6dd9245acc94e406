/** `npm run bench [name…]`: latency as ratios against the bare parse or compile in the same run. */
import { activation } from './activation';
import { goLatency } from './go';
import { goScan } from './go-scan';
import { hostile } from './hostile';
import { largeProfile } from './large-profile';
import { profiles } from './profiles';
import { typescriptLatency } from './typescript';
import { typescriptScan } from './typescript-scan';

const benches: Readonly<Record<string, () => Promise<void>>> = {
  'go-latency': goLatency,
  'go-scan': goScan,
  'ts-latency': typescriptLatency,
  'ts-scan': typescriptScan,
  hostile,
  profiles,
  'large-profile': largeProfile,
  // Needs Chromium and dist/alloclens.vsix.
  activation,
};

async function main(names: readonly string[]): Promise<void> {
  for (const name of names.length > 0 ? names : Object.keys(benches)) {
    const bench = benches[name];
    if (!bench)
      throw new Error(`There is no bench named ${name}; there are ${Object.keys(benches).join(', ')}.`);
    await bench();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
