/**
 * Rules for all of Lemma, and the arrows between its parts (see docs/design and src/README.md):
 *
 *   core        imports nothing (and `diff`, in lineHunks.ts alone)
 *   shared   -> core
 *   inference-> core, shared          own process, the only one with node-llama-cpp
 *   host     -> core, shared          the only one with `vscode`
 *   webview  -> core, shared          browser
 *
 * `test/unit/arrows.test.ts` proves that every arrow really fires.
 */
import { importX } from 'eslint-plugin-import-x';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const toolkitModule = 'webview/controls.ts';

const message = {
  core: 'core is pure: it imports nothing but itself, and tex2typst in typstMath.ts alone.',
  shared: 'shared holds protocols and values: it imports core, and vscode-jsonrpc in inferenceProtocol.ts alone.',
  vscode: '`vscode` exists in the extension host alone: import it in src/host or src/extension.ts.',
  node: 'The webview runs in a browser: node modules do not exist there.',
  engine: 'node-llama-cpp is native code and lives in the inference process alone, in src/inference/llama*.ts.',
  toolkit: `The toolkit can be replaced in one place: import its controls from ${toolkitModule}.`,
};

/**
 * The bans of one part, for `import` and for `import()`. Each part needs all its bans in one setting, since a later
 * setting of a rule replaces an earlier one.
 */
const ban = (...patterns) => ({
  'no-restricted-imports': ['error', { patterns: patterns.map(([regex, text]) => ({ regex, message: text })) }],
  'no-restricted-syntax': [
    'error',
    ...patterns.map(([regex, text]) => ({ selector: `ImportExpression[source.value=/${regex.replaceAll('/', '\\/')}/]`, message: text })),
  ],
});
const vscodeModule = ['^vscode$', message.vscode];
const engineModule = ['^(node-llama-cpp|@node-llama-cpp/.*)(/|$)', message.engine];
const nodeModules = [
  '^(node:|(assert|buffer|child_process|crypto|events|fs|http|https|net|os|path|process|stream|timers|url|util|worker_threads)(/|$))',
  message.node,
];
const toolkit = ['^@vscode/webview-ui-toolkit', message.toolkit];

/** `zone('src/core', ['src/host'])`: files of the first folder must not import files of the others. */
const zone = (target, from, why) => ({ target: `./${target}`, from: from.map((folder) => `./${folder}`), message: why });

/** Names that only exist in a browser, in node or in both: core must run anywhere, deterministically. */
const impureGlobals = [
  ...['window', 'document', 'navigator', 'location', 'localStorage', 'HTMLElement', 'requestAnimationFrame'],
  ...['process', 'Buffer', 'require', 'module', '__dirname', '__filename', 'global', 'globalThis'],
  ...['fetch', 'setTimeout', 'setInterval', 'queueMicrotask', 'performance', 'crypto'],
];

const nodeGlobals = Object.fromEntries(
  [
    ...['process', 'console', 'URL', 'URLSearchParams', 'fetch', 'performance', 'Buffer', 'AbortController', 'AbortSignal'],
    ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
  ].map((name) => [name, 'readonly']),
);

/** A leading underscore says that a name is there for its position or to be left out. */
const ignoreUnderscore = {
  argsIgnorePattern: '^_',
  varsIgnorePattern: '^_',
  caughtErrors: 'all',
  caughtErrorsIgnorePattern: '^_',
  ignoreRestSiblings: true,
};

export default defineConfig(
  { ignores: ['dist/', 'out/', '.vscode-test/', '.tsbuild/', 'node_modules/', 'samples/', 'test/fixtures/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', ignoreUnderscore],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-var': 'error',
      'prefer-const': 'error',
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: import.meta.dirname,
          zones: [
            zone('src/core', ['src/shared', 'src/inference', 'src/host', 'src/extension.ts', 'webview', 'test'], message.core),
            zone('src/shared', ['src/inference', 'src/host', 'src/extension.ts', 'webview', 'test'], message.shared),
            zone(
              'src/inference',
              ['src/host', 'src/extension.ts', 'webview', 'test'],
              'The inference process knows nothing of the host and the panel.',
            ),
            zone(
              'src/check',
              ['src/inference', 'src/host', 'src/extension.ts', 'webview', 'test'],
              'The thread that decides formulas knows nothing of the host and the panel.',
            ),
            zone(
              'src/host',
              ['src/check', 'src/inference', 'webview', 'test'],
              'The host speaks to the other processes through src/shared alone.',
            ),
            zone(
              'src/extension.ts',
              ['src/inference', 'webview', 'test'],
              'The host speaks to the other processes through src/shared alone.',
            ),
            zone(
              'webview',
              ['src/inference', 'src/host', 'src/extension.ts', 'test'],
              'The panel speaks to the host through src/shared alone.',
            ),
          ],
        },
      ],
    },
  },
  { files: ['src/core/**/*.ts'], rules: { ...ban(['^[^.]', message.core]), 'no-restricted-globals': ['error', ...impureGlobals] } },
  { files: ['src/core/typstMath.ts'], rules: ban(['^(?!tex2typst$)[^.]', message.core]) },
  { files: ['src/core/lineHunks.ts'], rules: ban(['^(?!diff$)[^.]', message.core]) },
  { files: ['src/shared/**/*.ts'], rules: ban(['^[^.]', message.shared]) },
  { files: ['src/shared/inferenceProtocol.ts'], rules: ban(['^(?!vscode-jsonrpc$)[^.]', message.shared]) },
  { files: ['src/check/**/*.ts'], rules: ban(vscodeModule, engineModule, toolkit) },
  { files: ['src/inference/**/*.ts'], rules: ban(vscodeModule, engineModule, toolkit) },
  { files: ['src/inference/llama*.ts'], rules: ban(vscodeModule, toolkit) },
  { files: ['src/host/**/*.ts', 'src/extension.ts'], rules: ban(engineModule, toolkit) },
  { files: ['webview/**/*.ts'], rules: ban(vscodeModule, nodeModules, engineModule, toolkit) },
  { files: [toolkitModule], rules: ban(vscodeModule, nodeModules, engineModule) },
  {
    // mocha's suites are closures over promises it handles itself, and node:assert narrows where types cannot.
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  { files: ['scripts/**/*.ts', 'test/bench/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { ecmaVersion: 2024, sourceType: 'module', globals: nodeGlobals },
    rules: {
      eqeqeq: 'error',
      'no-undef': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-unused-vars': ['error', ignoreUnderscore],
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
);
