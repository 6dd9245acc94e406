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
    files: ['rules/**/*.ts'],
    rules: {
      // Invariant: rules/ does no I/O and knows no editor.
      'no-restricted-imports': [
        'error',
        { patterns: ['node:*', 'fs', 'child_process', 'vscode*', '**/server/**', '**/client/**'] },
      ],
    },
  },
);
