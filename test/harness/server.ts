import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cleanEnv, mustRun, start } from '../../scripts/lib/run.mjs';
import { quietSettings, repositoryRoot } from './settings.ts';
import type { Settings } from './settings.ts';

export interface ServerOptions {
  /**
   * `linked`: this repository, as installed; `development`: nothing is installed, the page's payload names the
   * repository (see `openWorkbench`); a path: that VSIX, installed as a user would.
   */
  readonly extension: 'linked' | 'development' | { readonly vsix: string };
  /** Folders of other extensions that are installed beside it. */
  readonly others?: readonly string[];
  /** Over the quiet ones. Lemma's machine settings belong here too. */
  readonly settings?: Settings;
  /** Workspace trust, off unless the test is about it. */
  readonly trust?: boolean;
  /** How much the extensions' logs say. */
  readonly logLevel?: 'debug' | 'trace';
  /** Added to the server's environment, which its extension host inherits. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A running code-server on a free port of 127.0.0.1, with its own empty user data. */
export interface Server {
  /** `http://127.0.0.1:PORT` */
  readonly base: string;
  readonly pid: number;
  readonly dataDir: string;
  /** Where its windows find their inference process. */
  readonly runtimeDir: string;
  readonly settingsFiles: readonly string[];
  /** All that the server wrote so far. */
  log(): string;
  /** Writes settings while it runs; VS Code picks them up by itself. */
  writeSettings(settings: Settings): void;
  /** Ends it and waits for its end; removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts code-server. The environment must name it (LEMMA_CODE_SERVER and LEMMA_CODE_SERVER_NODE), as
 * `scripts/test.mjs` does after installing it.
 */
export async function startServer({
  extension,
  others = [],
  settings = {},
  trust = false,
  logLevel,
  env = {},
}: ServerOptions): Promise<Server> {
  const node = fromEnvironment('LEMMA_CODE_SERVER_NODE');
  const entry = fromEnvironment('LEMMA_CODE_SERVER');
  // Short, because VS Code puts sockets under it and their paths are limited to about 100 characters.
  const runFolder = mkdtempSync(path.join(tmpdir(), 'lemma-'));
  // Its windows share an inference process with no others on this machine.
  const runtimeDir = path.join(runFolder, 'run');
  const dataDir = path.join(runFolder, 'data');
  const extensionsDir = path.join(runFolder, 'ext');
  // The window's settings are read from User, and those of `machine` scope from Machine, since the extension host is remote.
  const settingsFiles = ['User', 'Machine'].map((folder) => path.join(dataDir, folder, 'settings.json'));
  const writeSettings = (more: Settings): void => {
    const all = JSON.stringify({ ...quietSettings, 'security.workspace.trust.enabled': trust, ...settings, ...more }, null, 2);
    for (const file of settingsFiles) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, all);
    }
  };
  writeSettings({});
  mkdirSync(extensionsDir);
  const config = path.join(runFolder, 'config.yaml');
  writeFileSync(config, 'cert: false\n');
  const common = [entry, '--config', config, '--user-data-dir', dataDir, '--extensions-dir', extensionsDir];
  const childEnv = cleanEnv({
    nodeBinary: node,
    extra: { LEMMA_RUNTIME_DIR: runtimeDir, ...env, LEMMA_RESULTS: undefined, ...pick(env, 'LEMMA_RESULTS') },
  });
  for (const folder of others) linkExtension(folder, extensionsDir);
  if (extension === 'linked') linkExtension(repositoryRoot, extensionsDir);
  else if (extension !== 'development') {
    await mustRun('Installing the VSIX', node, [...common, '--install-extension', extension.vsix], { env: childEnv });
  }
  const args = ['--bind-addr', '127.0.0.1:0', '--auth', 'none', '--disable-telemetry', '--disable-update-check'];
  args.push('--disable-getting-started-override', '--ignore-last-opened', ...(trust ? [] : ['--disable-workspace-trust']));
  if (logLevel) args.push('--log', logLevel);
  // A built workbench obeys extensionDevelopmentPath and extensionTestsPath in its payload only with this.
  if (extension === 'development') args.push('--vscode-option', 'enable-smoke-test-driver');
  const child: ChildProcess = start(node, [...common, ...args], { env: childEnv, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const base = await new Promise<string>((resolve, reject) => {
    const onData = (data: Buffer): void => {
      output += data.toString();
      const address = /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
      if (address) resolve(address);
    };
    child.stdout?.on('data', onData);
    child.stderr?.on('data', onData);
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`code-server ended with code ${code} before it listened:\n${output}`)));
  });
  return {
    base,
    pid: child.pid ?? 0,
    dataDir,
    runtimeDir,
    settingsFiles,
    log: () => output,
    writeSettings,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      rmSync(runFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** Makes a folder an installed extension without copying its dependencies. */
function linkExtension(folder: string, extensionsDir: string): void {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Record<'publisher' | 'name' | 'version', string>;
  symlinkSync(folder, path.join(extensionsDir, `${manifest.publisher}.${manifest.name}-${manifest.version}`), 'junction');
}

export function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set. Run this by «node scripts/test.mjs <suite>», which installs what it names.`);
  return value;
}

function pick(from: Readonly<Record<string, string>>, name: string): Record<string, string> {
  const value = from[name];
  return value === undefined ? {} : { [name]: value };
}
