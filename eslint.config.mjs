import tseslint from 'typescript-eslint';

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
    // The trust gate stands where processes are started: server/src/host/process.ts, nowhere else.
    files: ['server/**/*.ts', 'client/**/*.ts'],
    ignores: ['server/src/host/process.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: ['child_process', 'node:child_process'] }] },
  },
);
