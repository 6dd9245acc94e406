import type { Page } from 'playwright-core';

export type Theme = 'dark' | 'light' | 'high contrast';

const themes: Readonly<Record<Theme, string>> = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'high contrast': 'Default High Contrast',
};

/** What a test wants to look at: a folder in a window of VS Code, with the packaged extension installed. */
export interface OpenOptions {
  /** Absolute path. */
  readonly folder: string;
  /** User settings on top of those that make a run repeatable. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** `trusted`: workspace trust is switched off. `restricted`: on, and the folder is not trusted; nobody is asked. */
  readonly trust: 'trusted' | 'restricted';
  /** What the window looks like; dark unless said. */
  readonly theme?: Theme;
  /** Added to the environment of VS Code and so of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  /** Other extensions that are installed, too: paths of packages (.vsix). */
  readonly beside?: readonly string[];
}

export interface OpenWindow {
  readonly page: Page;
  /** What VS Code printed, for a failure's report. */
  log(): string;
  /** Ends VS Code and everything it started. */
  close(): Promise<void>;
}

/** A way to have a window of a real VS Code. One suite drives every host. */
export interface Host {
  /** "VS Code 1.100.3 in Chromium": names the tests and their screenshots. */
  readonly name: string;
  /** "1.100.3" */
  readonly version: string;
  open(options: OpenOptions): Promise<OpenWindow>;
  dispose(): Promise<void>;
}

/** Settings that make a run repeatable: nothing appears, closes or moves on its own. */
export function settingsFor(options: OpenOptions): Record<string, unknown> {
  return {
    'workbench.startupEditor': 'none',
    'workbench.colorTheme': themes[options.theme ?? 'dark'],
    'window.autoDetectHighContrast': false,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'workbench.tips.enabled': false,
    'workbench.quickOpen.closeOnFocusLost': false,
    'workbench.enableExperiments': false,
    'workbench.reduceMotion': 'on',
    'chat.commandCenter.enabled': false,
    'chat.disableAIFeatures': true,
    'update.mode': 'none',
    'telemetry.telemetryLevel': 'off',
    'extensions.autoUpdate': false,
    'extensions.autoCheckUpdates': false,
    'extensions.ignoreRecommendations': true,
    'files.autoSave': 'off',
    'git.enabled': false,
    'window.commandCenter': false,
    'editor.autoClosingBrackets': 'never',
    'editor.autoClosingQuotes': 'never',
    'editor.autoIndent': 'none',
    'editor.quickSuggestions': false,
    'editor.suggestOnTriggerCharacters': false,
    'editor.parameterHints.enabled': false,
    'editor.inlineSuggest.enabled': false,
    'editor.acceptSuggestionOnCommitCharacter': false,
    'editor.formatOnSave': false,
    'editor.minimap.enabled': false,
    'editor.cursorBlinking': 'solid',
    'editor.occurrencesHighlight': 'off',
    'editor.stickyScroll.enabled': false,
    'editor.unicodeHighlight.ambiguousCharacters': false,
    'problems.defaultViewMode': 'table',
    'typescript.validate.enable': false,
    'typescript.tsserver.maxTsServerMemory': 512,
    'security.workspace.trust.enabled': options.trust === 'restricted',
    'security.workspace.trust.startupPrompt': 'never',
    'security.workspace.trust.banner': 'never',
    ...options.settings,
  };
}
