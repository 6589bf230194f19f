import assert from 'node:assert/strict';
import path from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const root = path.resolve(import.meta.dirname, '../..');

/** Typed rules need files that exist; the arrows do not, so they are asked without types about files that do not. */
const eslint = new ESLint({ cwd: root, overrideConfig: [{ files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked }] });

const arrowRules = ['no-restricted-imports', 'no-restricted-syntax', 'no-restricted-globals', 'import-x/no-restricted-paths'];

async function brokenArrows(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath: path.join(root, filePath) });
  assert.ok(result);
  assert.equal(result.fatalErrorCount, 0, JSON.stringify(result.messages));
  return result.messages
    .filter(({ ruleId, severity }) => severity === 2 && arrowRules.includes(ruleId ?? ''))
    .map(({ ruleId }) => ruleId ?? '');
}

const forbidden: readonly (readonly [file: string, code: string])[] = [
  ['src/core/probe.ts', "import 'node:fs';"],
  ['src/core/probe.ts', "import 'fs';"],
  ['src/core/probe.ts', "import 'vscode';"],
  ['src/core/probe.ts', "import 'vscode-jsonrpc';"],
  ['src/core/probe.ts', "import '../shared/modelState.ts';"],
  ['src/core/probe.ts', "import '../extension.ts';"],
  ['src/core/probe.ts', 'export const title = document.title;'],
  ['src/core/probe.ts', 'export const pid = process.pid;'],
  ['src/core/probe.ts', 'setTimeout(() => undefined, 1);'],
  ['src/core/probe.ts', "export const fs = await import('node:fs');"],
  ['src/shared/probe.ts', "import 'vscode';"],
  ['src/shared/probe.ts', "import 'node:path';"],
  ['src/shared/probe.ts', "import 'vscode-jsonrpc';"],
  ['src/shared/inferenceProtocol.ts', "import 'vscode-jsonrpc/node';"],
  ['src/shared/probe.ts', "import '../inference/main.ts';"],
  ['src/shared/probe.ts', "import '../../webview/main.ts';"],
  ['src/inference/probe.ts', "import 'vscode';"],
  ['src/inference/probe.ts', "import 'node-llama-cpp';"],
  ['src/inference/probe.ts', "export const engine = await import('node-llama-cpp');"],
  ['src/inference/probe.ts', "import '@node-llama-cpp/linux-x64';"],
  ['src/inference/probe.ts', "import '../extension.ts';"],
  ['src/inference/probe.ts', "import '../../webview/main.ts';"],
  ['src/host/probe.ts', "import 'node-llama-cpp';"],
  ['src/host/probe.ts', "import '../inference/main.ts';"],
  ['src/host/probe.ts', "import '../../webview/main.ts';"],
  ['src/extension.ts', "import './inference/main.ts';"],
  ['webview/probe.ts', "import 'vscode';"],
  ['webview/probe.ts', "import 'node:path';"],
  ['webview/probe.ts', "import 'path';"],
  ['webview/probe.ts', "import 'node-llama-cpp';"],
  ['webview/probe.ts', "import '@vscode/webview-ui-toolkit';"],
  ['webview/probe.ts', "import '@vscode/webview-ui-toolkit/dist/button/index.js';"],
  ['webview/probe.ts', "export const toolkit = await import('@vscode/webview-ui-toolkit');"],
  ['webview/probe.ts', "import '../src/inference/main.ts';"],
  ['webview/probe.ts', "import '../src/extension.ts';"],
];

const allowed: readonly (readonly [file: string, code: string])[] = [
  ['src/core/probe.ts', "import './task.ts';"],
  ['src/shared/probe.ts', "import '../core/task.ts';"],
  ['src/shared/inferenceProtocol.ts', "import 'vscode-jsonrpc';"],
  [
    'src/inference/probe.ts',
    "import 'node:fs';\nimport 'vscode-jsonrpc/node';\nimport '../core/task.ts';\nimport '../shared/inferenceProtocol.ts';",
  ],
  ['src/inference/llamaEngine.ts', "import 'node-llama-cpp';"],
  ['src/host/probe.ts', "import 'vscode';\nimport 'node:fs';\nimport '../core/task.ts';\nimport '../shared/panelProtocol.ts';"],
  ['webview/probe.ts', "import 'lit';\nimport 'katex';\nimport '../src/core/task.ts';\nimport '../src/shared/panelProtocol.ts';"],
  ['webview/probe.ts', "export const katex = await import('katex');"],
  ['webview/controls.ts', "import '@vscode/webview-ui-toolkit';"],
];

describe('the import arrows', () => {
  for (const [file, code] of forbidden) {
    it(`forbid in ${file}: ${code}`, async () => assert.equal((await brokenArrows(file, code)).length, 1));
  }
  for (const [file, code] of allowed) {
    it(`allow in ${file}: ${code.replaceAll('\n', ' ')}`, async () => assert.deepEqual(await brokenArrows(file, code), []));
  }
});
