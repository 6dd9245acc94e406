import type { TSESLint } from '@typescript-eslint/utils';
import { typescriptRules } from './index';
import { pluginRuleName, settingsKey, type RuleSettings, type TypeScriptRule } from './rule';

/** `eslint-plugin-alloclens`: the same rules as in the editor, for ESLint's command line, oxlint and CI. */

/** Replaced by the package's version when it is bundled. */
declare const ALLOCLENS_VERSION: string | undefined;

export interface AllocLensPlugin {
  readonly meta: { readonly name: string; readonly version: string; readonly namespace: string };
  readonly rules: Readonly<Record<string, TypeScriptRule>>;
  readonly configs: Readonly<Record<'recommended' | 'hot', TSESLint.FlatConfig.Config>>;
}

const plugin: AllocLensPlugin = {
  meta: {
    name: 'eslint-plugin-alloclens',
    version: typeof ALLOCLENS_VERSION === 'string' ? ALLOCLENS_VERSION : '0.0.0',
    namespace: 'alloclens',
  },
  rules: Object.fromEntries(typescriptRules.map((rule) => [rule.name, rule])),
  configs: {
    /** What the editor shows by default: no findings in start-up code, tests and error paths. */
    recommended: config('recommended', { show: 'likely' }),
    /** Only hot code: loops, request and frame handlers, functions tagged `@hot`. */
    hot: config('hot', { show: 'hot' }),
  },
};

function config(name: string, settings: RuleSettings): TSESLint.FlatConfig.Config {
  return {
    name: `alloclens/${name}`,
    plugins: {
      // A config needs the plugin, and the plugin has the configs.
      get alloclens() {
        return plugin as unknown as TSESLint.FlatConfig.Plugin;
      },
    },
    settings: { [settingsKey]: settings },
    rules: Object.fromEntries(
      typescriptRules.map(({ meta }) => [
        `alloclens/${pluginRuleName(meta.docs!.id)}`,
        meta.docs!.reports === 'bug' ? 'error' : 'warn',
      ]),
    ),
  };
}

export default plugin;
