import type { Language } from '../../../rules/model';

const byLanguageId: Readonly<Record<string, Language>> = {
  go: 'go',
  typescript: 'typescript',
  typescriptreact: 'typescript',
  javascript: 'typescript',
  javascriptreact: 'typescript',
};

const languageIds: Readonly<Record<string, string>> = {
  go: 'go',
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'typescriptreact',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascriptreact',
};

/** Extensions without the dot, as the file walk needs them. */
export const extensionsOf = (language: Language): string[] =>
  Object.keys(languageIds).filter((extension) => byLanguageId[languageIds[extension]!] === language);

/** The editor's language id of a file name, or `undefined` when no engine knows it. */
export function languageIdOf(path: string): string | undefined {
  return languageIds[/\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''];
}

/** Which engine analyses documents of an editor's language id. */
export function languageOf(languageId: string | undefined): Language | undefined {
  return languageId === undefined ? undefined : byLanguageId[languageId];
}
