/** Child processes of the scripts: a clean environment, output that can be shown or kept, and none left behind. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { PlainError } from './progress.mjs';

/** What an outer VS Code, Electron or npm sets for its own children and what would confuse another one. */
const foreign = /^(VSCODE_|ELECTRON_|npm_)|^NODE_OPTIONS$/;
/** What `npm run` adds for its scripts; everything else that begins with npm_config_ is the user's own wish. */
const ofNpmRun =
  /^npm_(lifecycle_|package_|node_execpath|execpath|command|config_(user_agent|local_prefix|global_prefix|prefix|node_gyp|npm_version|init_module)$)/;

const running = new Set();

/**
 * @param {{ nodeBinary?: string, keepNpmConfig?: boolean, extra?: Record<string, string | undefined> }} [options]
 *   `nodeBinary` becomes the `node` that the child finds; `keepNpmConfig` for children that are npm itself
 * @returns {NodeJS.ProcessEnv}
 */
export function cleanEnv({ nodeBinary, keepNpmConfig = false, extra = {} } = {}) {
  const env = {};
  for (const [name, value] of Object.entries(process.env)) {
    const drop = keepNpmConfig && name.startsWith('npm_') ? ofNpmRun.test(name) : foreign.test(name);
    if (!drop) env[name] = value;
  }
  const pathName = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  if (nodeBinary) env[pathName] = `${path.dirname(nodeBinary)}${path.delimiter}${env[pathName] ?? ''}`;
  return { ...env, ...extra };
}

/**
 * Runs a program to its end.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean, limitMs?: number }} [options]
 *   `show` passes its output on; otherwise it is kept. After `limitMs` the program is killed.
 * @returns {Promise<{ code: number, output: string, timedOut: boolean }>} never rejects for a failing program;
 *   rejects when it cannot be started
 */
export function run(program, args, { cwd, env = cleanEnv(), show = false, limitMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = start(program, args, { cwd, env, stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let timedOut = false;
    const limit = limitMs && setTimeout(() => ((timedOut = true), child.kill('SIGKILL')), limitMs);
    child.stdout?.on('data', (data) => (output += data));
    child.stderr?.on('data', (data) => (output += data));
    child.once('error', (error) => (clearTimeout(limit), reject(error)));
    child.once('close', (code) => (clearTimeout(limit), resolve({ code: code ?? 1, output, timedOut })));
  });
}

/**
 * As `run`, for programs that must succeed.
 * @throws {PlainError} with `purpose` and the end of the output
 */
export async function mustRun(purpose, program, args, options) {
  const result = await run(program, args, options).catch((error) => ({ code: -1, output: String(error) }));
  if (result.code === 0) return result.output;
  const tail = result.output.trimEnd().split('\n').slice(-60).join('\n');
  throw new PlainError(
    `${tail ? `${tail}\n\n` : ''}${purpose} did not work: ${path.basename(program)} ${args.join(' ')} ended with code ${result.code}.`,
  );
}

/** Starts a program that is ended with this process, also when this process is interrupted. */
export function start(program, args, options) {
  // On Windows npm is a batch file, which only a shell can start.
  const child = spawn(program, args, { ...options, shell: process.platform === 'win32' && program.endsWith('.cmd') });
  running.add(child);
  child.once('close', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/**
 * Runs npm on a chosen Node. The npm is the one that runs this script, else the one on the PATH.
 * @param {string} purpose what it is for, for the error
 * @param {readonly string[]} args
 * @param {{ cwd: string, nodeBinary?: string, extra?: Record<string, string> }} options
 */
export function npm(purpose, args, { cwd, nodeBinary = process.execPath, extra = {} }) {
  const env = cleanEnv({ nodeBinary, keepNpmConfig: true, extra });
  const cli = process.env.npm_execpath;
  if (cli && /\.[cm]?js$/.test(cli) && /npm/.test(path.basename(cli))) return mustRun(purpose, nodeBinary, [cli, ...args], { cwd, env });
  return mustRun(purpose, process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { cwd, env });
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.on(signal, () => process.exit(code));
}
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});
