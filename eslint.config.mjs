import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { createRequire } from 'node:module';

/** Folders that a page can run, but for what lies in their `node`. */
const { core } = createRequire(import.meta.url)('./layers.cjs');

const nodeGlobals = Object.fromEntries(
  ['process', 'console', 'Buffer', 'URL', 'fetch', 'AbortSignal', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'].map(
    (name) => [name, 'readonly'],
  ),
);

const randomness = {
  object: 'Math',
  property: 'random',
  message: 'Take a Random as an argument (src/common/random.ts), so that a seed determines the result.',
};

const NODE_GLOBALS = ['process', 'Buffer', 'global', 'require', 'module', '__dirname', '__filename', 'setImmediate', 'clearImmediate'];

export default tseslint.config(
  { ignores: ['node_modules', 'dist', '.venv', '.cache', 'runs', 'models', 'datasets', 'figures', 'notebooks', 'test/golden'] },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-properties': ['error', randomness],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-constant-condition': ['error', { checkLoops: false }],
      // text cleaning names control characters on purpose
      'no-control-regex': 'off',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // what a kernel has loaded is asked of its own require
      '@typescript-eslint/no-require-imports': ['error', { allow: ['^tslab(/|$)'] }],
      // a caught error that is kept and thrown on later has no type that the rule accepts
      '@typescript-eslint/only-throw-error': 'off',
      // a template with a number is wanted; an object in one is not
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // an async function without await keeps the signature its callers rely on
      '@typescript-eslint/require-await': 'off',
      // sources are compiled with and without strict: an assertion may be needed in one of the two only
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      // functions are kept in plain objects here, without `this`
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: core.map((folder) => `src/${folder}/**/*.ts`),
    ignores: ['src/**/node/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...NODE_GLOBALS.map((name) => ({ name, message: 'A page has no such thing; what needs Node lies in a folder `node`.' })),
      ],
    },
  },
  {
    // node:test's describe and it return promises that the runner awaits; what a test parses, its assertions check
    files: ['test/**/*.ts'],
    rules: {
      ...Object.fromEntries(
        ['argument', 'assignment', 'call', 'member-access', 'return'].map((name) => [`@typescript-eslint/no-unsafe-${name}`, 'off']),
      ),
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test', 'describe', 'it', 'before', 'after'] }] },
      ],
    },
  },
  {
    // what a report runs in a browser
    files: ['src/report/page/*.js'],
    languageOptions: {
      sourceType: 'script',
      globals: Object.fromEntries(
        ['document', 'window', 'location', 'history', 'localStorage', 'getComputedStyle', 'matchMedia', 'ResizeObserver', 'Blob', 'URL']
          .concat('setTimeout')
          .map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['src/report/page/*.js'],
    ignores: ['src/report/page/state.js'],
    languageOptions: { globals: { page: 'readonly' } },
  },
  {
    files: ['src/report/page/state.js'],
    rules: { 'no-unused-vars': ['error', { varsIgnorePattern: '^page$' }] },
  },
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    ignores: ['src/report/page/*.js'],
    languageOptions: { globals: nodeGlobals },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { __dirname: 'readonly', require: 'readonly', module: 'writable' } },
  },
);
