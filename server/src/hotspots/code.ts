import type { Analyser } from '../service/analyser';
import type { ScanResult } from '../service/scan';
import { readSource, textOnDisk } from '../service/source';
import { findingsByFile } from './lines';
import type { Code } from './report';

/** What was scanned, as profiles are joined with it. */
export function codeOf({ findings, analyses, maps }: ScanResult, analyser: Analyser): Code {
  const byFile = findingsByFile(findings);
  return {
    findingsOf: (file) => byFile.get(file) ?? [],
    textOf: (file) => analyses.get(file)?.text ?? textOnDisk(file),
    mapOf: async (file) => maps.get(file) ?? analyser.codeMap(await readSource(file)),
  };
}
