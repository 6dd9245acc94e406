import path from 'node:path';
import { nullLogger } from '../../server/src/host/logger';
import { TrustGate } from '../../server/src/host/trust';
import { createGoEngine, type GoEngine, type GoEngineOptions } from '../../server/src/go/engine';
import { parseSettings, type Settings } from '../../server/src/service/settings';

/** The wasm files as they lie in node_modules. */
export const grammar = {
  runtime: require.resolve('web-tree-sitter/web-tree-sitter.wasm'),
  go: require.resolve('tree-sitter-go/tree-sitter-go.wasm'),
};

/** The type checker's sources, as they ship. */
export const typeChecker = path.join(__dirname, '../../../server/typechecker');

/** An engine with the Go toolchain of this machine. */
export function testEngine(
  options: Partial<GoEngineOptions> & { trusted?: boolean } = {},
): Promise<GoEngine> {
  const host = { logger: nullLogger, trust: new TrustGate(options.trusted ?? true) };
  return createGoEngine(host, { grammar, types: { sources: typeChecker }, ...options });
}

/** Settings that show everything, with the toolchain of that name (`go1.23.12`) or the local one. */
export function testSettings(toolchain = 'local', section: Record<string, unknown> = {}): Settings {
  const environment = { GOTOOLCHAIN: toolchain };
  return parseSettings({ show: 'all', ...section, go: { environment } }, undefined).settings;
}
