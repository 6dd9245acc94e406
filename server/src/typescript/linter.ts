import { Linter } from 'eslint/universal';
import type { TSESLint } from '@typescript-eslint/utils';
import {
  pluginRuleName,
  reportDetails,
  settingsKey,
  type ReportDetail,
  type RuleSettings,
  type TypeScriptRule,
} from '../../../rules/typescript/rule';
import { provideImports } from '../../../rules/typescript/types/imports';
import type { ImportReader } from './imports';
import { extensions, parseForLinter, type ParseResult, type SyntaxTree } from './parse';
import { LineIndex } from '../text/positions';
import { pathInProject } from './project-folder';
import { listenerName, sourceCodeOf } from './source-code';

/** One run of rules over one text. */
export type LintResult =
  | {
      readonly kind: 'linted';
      readonly sourceCode: TSESLint.SourceCode;
      readonly reports: readonly LintReport[];
      /** Rules that threw, with the error. Their reports are dropped. */
      readonly crashed: ReadonlyMap<string, Error>;
    }
  | { readonly kind: 'unparsable'; readonly message: string; readonly line: number };

export interface LintReport extends ReportDetail {
  readonly message: string;
}

/** ESLint's Linter with our rules and nothing else. Synchronous; one parse a run. */
export class RuleLinter {
  readonly #linter = new Linter({ configType: 'flat' });
  readonly #configs = new Map<string, Linter.Config>();
  readonly #crashed = new Map<string, Error>();
  /** What the rules of the present run listen to. */
  readonly #listened = new Set<string>();
  /** What the user declared to be pools, for the runs that follow. */
  pools: readonly string[] = [];
  /** Where declarations of imported files come from, if anywhere. */
  imports: ImportReader | undefined;
  readonly #plugin: { rules: Record<string, TypeScriptRule> };

  constructor(readonly rules: readonly TypeScriptRule[]) {
    this.#plugin = {
      rules: Object.fromEntries(rules.map((rule) => [rule.name, guard(rule, this.#crashed, this.#listened)])),
    };
  }

  /**
   * Runs the rules.
   * @param extension `.ts`, `.tsx`, … when the path has no known one
   * @param only names of the rules to run; all when absent
   * @param tree of the text under `lintPath`, when there is one
   */
  run(
    text: string,
    path: string,
    extension: string,
    only?: readonly string[],
    tree?: SyntaxTree,
  ): LintResult {
    this.#crashed.clear();
    this.#listened.clear();
    const filename = lintPath(path, extension);
    let parsed: ParseResult;
    try {
      parsed = parseForLinter(text, filename, tree);
    } catch (error) {
      // TypeScript ends lines at U+2028, too, which an editor does not.
      const { message, index } = error as Error & { index?: number };
      return { kind: 'unparsable', message, line: new LineIndex(text).positionAt(index ?? 0).line + 1 };
    }
    const sourceCode = sourceCodeOf(text, parsed, this.#listened);
    if (this.imports) provideImports(sourceCode, this.imports.importsOf(path));
    const messages = this.#linter.verify(sourceCode as never, this.#config(only), { filename });
    const details = new Map<string, ReportDetail[]>();
    for (const detail of reportDetails(sourceCode)) {
      const key = `${detail.ruleName} ${detail.messageId} ${detail.span.start}`;
      const known = details.get(key);
      if (known) known.push(detail);
      else details.set(key, [detail]);
    }
    const reports: LintReport[] = [];
    for (const message of messages) {
      if (!message.ruleId?.startsWith(prefix) || message.messageId === undefined) continue;
      const ruleName = message.ruleId.slice(prefix.length);
      const start = sourceCode.getIndexFromLoc({ line: message.line, column: message.column - 1 });
      const detail = details.get(`${ruleName} ${message.messageId} ${start}`)?.shift();
      if (detail && !this.#crashed.has(ruleName)) reports.push({ ...detail, message: message.message });
    }
    return { kind: 'linted', sourceCode, reports, crashed: new Map(this.#crashed) };
  }

  #config(only: readonly string[] | undefined): Linter.Config {
    const names = only ?? this.rules.map((rule) => rule.name);
    const key = [...names, ...this.pools.map((name) => `pool:${name}`)].join();
    let config = this.#configs.get(key);
    if (!config) {
      const settings: RuleSettings = { show: 'all', pools: this.pools };
      config = {
        files: extensions.map((name) => `**/*.${name}`),
        plugins: { alloclens: this.#plugin as never },
        linterOptions: { reportUnusedDisableDirectives: 'off', reportUnusedInlineConfigs: 'off' },
        settings: { [settingsKey]: settings },
        rules: Object.fromEntries(names.map((name) => [prefix + name, 'warn'])),
      };
      this.#configs.set(key, config);
    }
    return config;
  }
}

const prefix = 'alloclens/';

/** The name under which users disable a rule: `alloclens/accumulating-spread`. */
export const disableName = (id: string): string => prefix + pluginRuleName(id);

/**
 * The path as ESLint and the rules see it: below the project, with slashes, with the extension that decides the syntax,
 * and without the folders that ESLint refuses to look into.
 */
export function lintPath(path: string, extension: string): string {
  const parts = pathInProject(path)
    .split(/[\\/]/)
    .filter((part) => part !== '' && !part.endsWith(':'));
  const from = parts.findLastIndex((part) => part === 'node_modules' || part === '.git') + 1;
  const kept = parts.slice(from).join('/') || 'file';
  return kept.toLowerCase().endsWith(extension) ? kept : kept + extension;
}

/** A rule that throws is recorded and goes silent for the rest of the file. */
function guard(rule: TypeScriptRule, crashed: Map<string, Error>, listened: Set<string>): TypeScriptRule {
  const guarded = <A extends unknown[], R>(call: (...args: A) => R): ((...args: A) => R | undefined) => {
    return (...args) => {
      if (crashed.has(rule.name)) return undefined;
      try {
        return call(...args);
      } catch (error) {
        crashed.set(rule.name, error instanceof Error ? error : new Error(String(error)));
        return undefined;
      }
    };
  };
  return {
    ...rule,
    create(context) {
      const listeners = guarded(rule.create.bind(rule))(context) ?? {};
      for (const name of Object.keys(listeners)) {
        if (listenerName.test(name)) listened.add(name);
        else crashed.set(rule.name, new Error(`"${name}" is a selector; rules listen to node types`));
      }
      return Object.fromEntries(
        Object.entries(listeners).map(([selector, listener]) => [
          selector,
          listener && guarded(listener as (...args: unknown[]) => unknown),
        ]),
      ) as TSESLint.RuleListener;
    },
  };
}
