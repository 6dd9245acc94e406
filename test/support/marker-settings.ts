import type { Finding } from '../../rules/model';

/** `settings.json` of a marker case. */
export interface MarkerSettings {
  readonly show: 'hot' | 'likely' | 'all';
}

export function readSettings(json: string | undefined): MarkerSettings {
  return { show: 'all', ...(json === undefined ? {} : (JSON.parse(json) as Partial<MarkerSettings>)) };
}

const threshold = { hot: 0.6, likely: 0.3, all: 0 } as const;

export function heatShown(finding: Finding, settings: MarkerSettings): boolean {
  return finding.heat.score >= threshold[settings.show];
}
