import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { licencesOf } from '../../scripts/lib/licences.mjs';
import { cleanEnv, mustRun, run } from '../../scripts/lib/run.mjs';
import { suites } from '../../scripts/lib/suites.mjs';
import { repositoryRoot } from '../harness/settings.ts';

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
}

describe('the environment of child processes', () => {
  const foreign = {
    VSCODE_IPC_HOOK: 'x',
    ELECTRON_RUN_AS_NODE: '1',
    NODE_OPTIONS: '--inspect',
    npm_config_user_agent: 'npm/10 node/v20',
    npm_config_cache: '/c',
  };
  const before = { ...process.env };

  beforeEach(() => Object.assign(process.env, foreign));
  afterEach(() => {
    for (const name of Object.keys(foreign)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });

  it('holds nothing of an outer VS Code, Electron or npm', () => {
    const names = Object.keys(cleanEnv()).filter((name) => name in foreign);
    assert.deepEqual(names, []);
  });

  it('keeps the wishes of the user for npm itself, but not what npm run adds', () => {
    const names = Object.keys(cleanEnv({ keepNpmConfig: true })).filter((name) => name in foreign);
    assert.deepEqual(names, ['npm_config_cache']);
  });

  it('puts the chosen Node first on the PATH', async () => {
    const { output } = await run('node', ['-p', 'process.execPath'], { env: cleanEnv({ nodeBinary: process.execPath }) });
    assert.equal(output.trim(), process.execPath);
  });
});

describe('a program that must succeed', () => {
  it('fails with its last words, its purpose and its code in whole sentences', async () => {
    await assert.rejects(
      mustRun('Packaging', process.execPath, ['-e', 'console.error("no space left"); process.exit(3)']),
      /no space left\n\nPackaging did not work: .* ended with code 3\.$/s,
    );
  });

  it('that does not exist is said to be missing', async () => {
    await assert.rejects(mustRun('Packaging', '/no/such/program', []), /ENOENT[\s\S]*Packaging did not work/);
  });
});

describe('the scripts of package.json', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(repositoryRoot, 'package.json'), 'utf8')) as Manifest;

  it('run every suite of scripts/test.mjs by its name', () => {
    for (const [name, command] of Object.entries(scripts)) {
      const suite = /^test:(\w+)$/.exec(name)?.[1];
      if (suite) assert.equal(command, `node scripts/test.mjs ${suite}`);
    }
    assert.deepEqual(
      Object.keys(suites).filter((name) => name !== 'static' && !scripts[`test:${name}`]),
      [],
    );
  });
});

describe('the licences beside the bundles', () => {
  it('name every package once, with its text', () => {
    const text = licencesOf([
      'node_modules/lit/index.js',
      'node_modules/lit/html.js',
      'node_modules/@vscode/codicons/src/icons/add.svg',
      'src/extension.ts',
    ]);
    assert.equal(text.match(/^lit \d/gm)?.length, 1);
    assert.match(text, /^@vscode\/codicons \d/m);
    assert.match(text, /BSD 3-Clause License/);
    assert.match(
      text,
      /^llama\.cpp and ggml, inside @node-llama-cpp\n=+\n\nMIT License\n\nCopyright \(c\) [\d-]+ The ggml authors\n\nPermission/m,
    );
    assert.match(text, /^simple-git \S+\n=+\n\nLicence: MIT$/m);
  });
});
