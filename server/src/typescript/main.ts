import { availableParallelism } from 'node:os';
import { isMainThread, workerData } from 'node:worker_threads';
import { typescriptRules } from '../../../rules/typescript/index';
import { readTextSync, stampSync } from '../host/files';
import { engineMark, serveEngine } from '../service/engine-thread';
import type { ModuleFiles } from './imports';
import { TypeScriptEngine, type TypeScriptEngineOptions } from './engine';
import { answerQuestions, startScanWorker, workerMark } from './scan-worker';

const files: ModuleFiles = { stamp: stampSync, text: (path) => readTextSync(path).text };

/** Each thread has its own parser and heap (some 100 MB): more would cost more memory than they save time. */
const maximumWorkers = 3;

/**
 * Entry of the TypeScript bundle (parser, ESLint's Linter, rules). Loaded on the first TypeScript document,
 * so that a Go-only user never pays for it: by the command line itself, by the language server into a thread. A scan's workers run the same file.
 */
export function createTypeScriptEngine(options: Pick<TypeScriptEngineOptions, 'log'>): TypeScriptEngine {
  const workers = {
    count: Math.min(maximumWorkers, availableParallelism() - 1),
    start: () => startScanWorker(__filename, (message) => options.log(message)),
  };
  return new TypeScriptEngine({ ...options, files, workers }, typescriptRules);
}

if (!isMainThread && workerData === engineMark) serveEngine((log) => createTypeScriptEngine({ log }));

if (!isMainThread && workerData === workerMark) {
  const log: string[] = [];
  const engine = new TypeScriptEngine({ log: (message) => log.push(message), files }, typescriptRules);
  answerQuestions((document, settings, rules) => engine.inspect(document, settings, rules), log);
}
