import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

const processes = ['child_process', 'node:child_process'];
const fileSystem = ['fs', 'node:fs', 'fs/promises', 'node:fs/promises'];

export default tseslint.config(
  { ignores: ['out/', 'dist/', 'samples/', '.vscode-test/', 'test-artifacts/', 'test/markers/'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    // Loaded with --require or run by older Node versions.
    files: ['**/*.cjs'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['rules/**/*.ts'],
    rules: {
      // Invariant: rules/ does no I/O and knows no editor.
      'no-restricted-imports': [
        'error',
        { patterns: ['node:*', 'fs', 'child_process', 'vscode*', '**/server/**', '**/client/**'] },
      ],
    },
  },
  {
    // What is matched comes from a folder or a compiler: no pattern may take more than linear time for any text.
    files: ['rules/**/*.ts', 'server/**/*.ts', 'client/**/*.ts'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  {
    // server/src/host is where the machine is: what starts a process asks for trust (process.ts), what reads a file looks
    // whether it is one (files.ts), what writes a source file writes all or nothing (replace.ts).
    files: ['server/**/*.ts', 'client/**/*.ts'],
    ignores: ['server/src/host/**'],
    rules: { 'no-restricted-imports': ['error', { paths: [...processes, ...fileSystem] }] },
  },
  {
    files: ['server/src/host/**/*.ts'],
    ignores: ['server/src/host/process.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: processes }] },
  },
  {
    // Text of the opened folder is not markup: what the editor shows is said by server/src/lsp/say.ts and client/src/say.ts.
    files: ['server/src/server.ts', 'server/src/lsp/**/*.ts', 'client/**/*.ts'],
    ignores: ['server/src/lsp/say.ts', 'client/src/say.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...[
          'MemberExpression[property.name=/^show(Error|Warning|Information)Message$/]',
          'MemberExpression[object.name="connection"][property.name="console"]',
          'MemberExpression[object.property.name="connection"][property.name="console"]',
          'MemberExpression[object.name="progress"][property.name="report"]',
          'Identifier[name=/^(ShowMessage|LogMessage)(Notification|Request)$/]',
        ].map((selector) => ({ selector, message: 'say.ts says it: there foreign text is made plain.' })),
      ],
    },
  },
);
