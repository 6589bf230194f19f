import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { suites } from '../../scripts/lib/suites.mjs';
import { repositoryRoot } from '../harness/settings.ts';

const read = (file: string): string => readFileSync(path.join(repositoryRoot, file), 'utf8');

describe('The threats of SECURITY.md', () => {
  it('name tests that exist', () => {
    const rows = Array.from(read('SECURITY.md').matchAll(/^\|.*\| `(\w+)\/(\w+)`: (.*) \|$/gm));
    assert.ok(rows.length >= 20, `${rows.length} lines`);
    const missing = rows.filter(([, suite, file, title = '']) => !read(`test/${suite}/${file}.test.ts`).includes(title));
    assert.deepEqual(
      missing.map(([row]) => row),
      [],
    );
  });

  it('say like the README that there is no telemetry', () => {
    assert.match(read('SECURITY.md'), /no telemetry/);
    assert.match(read('README.md'), /sends no telemetry/);
  });
});

describe('The lock file', () => {
  interface Package {
    readonly integrity?: string;
    readonly hasInstallScript?: boolean;
    readonly resolved?: string;
  }
  const { packages } = JSON.parse(read('package-lock.json')) as { readonly packages: Record<string, Package> };
  /** Of other platforms; the registry on which the lock was written does not carry them. See SECURITY.md. */
  const unknown = [
    ...['linux-riscv64', 'mac-arm64-metal', 'mac-x64', 'win-arm64', 'win-x64', 'win-x64-cuda', 'win-x64-cuda-ext', 'win-x64-vulkan'],
  ].map((name) => `node_modules/@node-llama-cpp/${name}`);

  it('has a sum for every package', () => {
    const without = Object.entries(packages).filter(([name, { integrity }]) => name !== '' && !/^sha512-/.test(integrity ?? ''));
    assert.deepEqual(
      without.map(([name]) => name).filter((name) => !unknown.includes(name)),
      [],
    );
  });

  it('names no registry', () => {
    assert.deepEqual(
      Object.values(packages).filter(({ resolved }) => resolved !== undefined),
      [],
    );
  });
});

describe('Install scripts', () => {
  it('are off, and no package needs one', () => {
    assert.match(read('.npmrc'), /^ignore-scripts=true$/m);
    const { packages } = JSON.parse(read('package-lock.json')) as { readonly packages: Record<string, { hasInstallScript?: boolean }> };
    // Their programs come as packages of their own. Another one here has to be looked at first.
    assert.deepEqual(
      Object.keys(packages).filter((name) => packages[name]?.hasInstallScript),
      ['node_modules/@vscode/vsce-sign', 'node_modules/esbuild', 'node_modules/node-llama-cpp'],
    );
  });
});

describe('The workflow', () => {
  const workflow = parse(read('.github/workflows/ci.yml')) as {
    readonly permissions: unknown;
    readonly jobs: {
      readonly suites: { readonly strategy: { readonly matrix: { readonly suite: string[] } } };
      readonly package: { readonly strategy: { readonly matrix: { readonly target: string[] } } };
    };
  };

  it('runs every suite, and packages for every target', () => {
    assert.deepEqual([...workflow.jobs.suites.strategy.matrix.suite, 'desktop'].sort(), Object.keys(suites).sort());
    const targets = Array.from(read('scripts/package.mjs').matchAll(/^ {2}'([\w-]+)': \{ packages/gm), ([, target]) => target);
    assert.deepEqual(workflow.jobs.package.strategy.matrix.target, targets);
  });

  it('may write nothing', () => {
    assert.deepEqual(workflow.permissions, { contents: 'read' });
  });
});
