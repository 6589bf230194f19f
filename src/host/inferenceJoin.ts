import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, lstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { LemmaFailure } from '../core/errors.ts';
import type { InferenceEndpoint, RefusalReason, StartWord } from '../shared/inferenceEndpoint.ts';
import { endpointFileName, parseAdmission, parseEndpoint } from '../shared/inferenceEndpoint.ts';
import { inferenceProtocolVersion } from '../shared/inferenceProtocol.ts';
import { inferenceEnvironment } from './inferenceEnvironment.ts';
import { inferenceName, runtimeFolder } from './inferenceFolder.ts';
import { rawLines, rotateLog } from './inferenceLogFile.ts';

/** Milliseconds from the wish for a process to the connection with it. */
const startMs = 30_000;

/** Milliseconds without an answer after which a process that is to be replaced is ended by force. */
const hungMs = 3_000;

/** Longest answer to an introduction, bytes. */
const mostAdmissionBytes = 1024;

export interface JoinOptions {
  /** The bundle `dist/inference.mjs`. */
  readonly modulePath: string;
  /** What the process's environment is made from, and what names its folder. */
  readonly env: NodeJS.ProcessEnv;
  /** Of the extension: other versions never share a process. */
  readonly version: string;
  /** The process's own log; absent: beside its socket. */
  readonly logFile: string | undefined;
}

/** How a process ended; both null when it is not known. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A process that this window started. */
export interface OwnProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<ProcessEnd>;
}

/** The connection with a process. */
export interface Joined {
  /** Admitted; nothing has been read behind the admission. */
  readonly socket: Socket;
  /** Tells the process that this window lives. */
  readonly watch: Socket;
  readonly endpoint: InferenceEndpoint;
  readonly own: OwnProcess | undefined;
}

/**
 * Connects with the user's inference process, and starts it where there is none. Several windows may do so at once: they
 * end with the same process.
 * @param replaceHung ends a process that does not answer, in place of failing
 * @throws LemmaFailure engineStartFailed, engineFolderRefused, protocolMismatch
 */
export async function joinProcess(options: JoinOptions, replaceHung: boolean): Promise<Joined> {
  const folder = runtimeFolder(options.env);
  const name = readName(options);
  let deadline = Date.now() + startMs;
  let own: OwnProcess | undefined;
  for (;;) {
    const endpoint = readEndpoint(path.join(folder, endpointFileName(name)));
    const entered = endpoint ? await enter(endpoint, name, replaceHung ? Date.now() + hungMs : deadline) : 'gone';
    if (endpoint && typeof entered === 'object') return { ...entered, endpoint, own: endpoint.pid === own?.child.pid ? own : undefined };
    if (entered === 'silent' && endpoint) {
      if (!replaceHung) throw startFailed('The engine’s process does not answer. Restart it.');
      // It has just taken a connection, so the number is its own.
      process.kill(endpoint.pid, 'SIGKILL');
      deadline = Date.now() + startMs;
    } else if (Date.now() > deadline) throw startFailed(`The engine’s process cannot be reached.`);
    else own = await startProcess(options, folder, name, deadline);
  }
}

function readName({ modulePath, version }: JoinOptions): string {
  try {
    return inferenceName(modulePath, version);
  } catch (error) {
    throw startFailed((error as Error).message);
  }
}

/** @throws LemmaFailure engineFolderRefused for a file that others can read or have written */
function readEndpoint(file: string): InferenceEndpoint | undefined {
  try {
    const { uid, mode } = lstatSync(file);
    if (process.platform !== 'win32' && (uid !== process.getuid?.() || (mode & 0o077) !== 0)) {
      throw new LemmaFailure({ code: 'engineFolderRefused', path: file, because: uid === process.getuid?.() ? 'mode' : 'owner' });
    }
    return parseEndpoint(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @returns `gone`: nobody is there any more; `silent`: somebody is who does not answer */
async function enter(
  endpoint: InferenceEndpoint,
  name: string,
  deadline: number,
): Promise<Pick<Joined, 'socket' | 'watch'> | 'gone' | 'silent'> {
  const line = `${JSON.stringify({ name, token: endpoint.token })}\n`;
  const socket = await introduce(endpoint.address, line, deadline);
  if (typeof socket === 'string') return socket;
  const watch = await introduce(endpoint.watchAddress, line, deadline);
  if (typeof watch !== 'string') return { socket, watch };
  socket.destroy();
  return watch;
}

/** @throws LemmaFailure protocolMismatch, engineStartFailed when it is refused */
function introduce(address: string, line: string, deadline: number): Promise<Socket | 'gone' | 'silent'> {
  return new Promise((resolve, reject) => {
    const socket = connect(address, () => socket.write(line));
    let received = Buffer.alloc(0);
    const settle = (outcome: 'admitted' | 'gone' | 'silent' | RefusalReason): void => {
      clearTimeout(timer);
      socket.off('close', onClose).off('data', onData);
      if (outcome === 'admitted') return resolve(socket);
      socket.destroy();
      if (outcome === 'gone' || outcome === 'silent') resolve(outcome);
      else reject(refusedFailure(outcome));
    };
    const timer = setTimeout(() => settle('silent'), Math.max(0, deadline - Date.now()));
    const onClose = (): void => settle('gone');
    const onData = (data: Buffer): void => {
      received = Buffer.concat([received, data]);
      const end = received.indexOf('\n');
      if (end < 0 && received.length <= mostAdmissionBytes) return;
      const admission = parseAdmission(received.toString('utf8', 0, end));
      if (!admission?.admitted) return settle(admission?.because ?? 'form');
      socket.pause();
      if (end + 1 < received.length) socket.unshift(received.subarray(end + 1));
      settle('admitted');
    };
    // Followed by the end of the connection, which is what counts.
    socket.on('error', () => undefined);
    socket.on('close', onClose);
    socket.on('data', onData);
  });
}

function refusedFailure(because: RefusalReason): LemmaFailure {
  if (because === 'version') return new LemmaFailure({ code: 'protocolMismatch', host: inferenceProtocolVersion, inference: 0 });
  return startFailed(`The engine’s process does not admit this window (${because}).`);
}

/**
 * Starts a process that outlives this window: a session of its own, its output in its log, nothing of the debugger's.
 * @returns when it can be reached, or another one was first
 */
async function startProcess(options: JoinOptions, folder: string, name: string, deadline: number): Promise<OwnProcess> {
  const { modulePath, env, logFile = path.join(folder, `${name}.log`) } = options;
  let log: number;
  let logStart: number;
  try {
    mkdirSync(path.dirname(logFile), { recursive: true });
    logStart = rotateLog(logFile);
    log = openSync(logFile, 'a', 0o600);
  } catch (error) {
    throw startFailed((error as Error).message);
  }
  // `spawn`, unlike `fork`, hands on no arguments of this process's Node. In its own folder it keeps no other one busy.
  const child = spawn(process.execPath, [modulePath, folder, name, logFile], {
    cwd: folder,
    detached: true,
    env: inferenceEnvironment(env),
    stdio: ['ignore', log, log, 'pipe'],
    windowsHide: true,
  });
  closeSync(log);
  child.unref();
  const exited = new Promise<ProcessEnd>((resolve) => child.once('exit', (exitCode, signal) => resolve({ exitCode, signal })));
  const timer = setTimeout(() => child.kill('SIGKILL'), deadline - Date.now());
  try {
    const word = await firstWord(child);
    if (word === 'ready' || word === 'taken') return { child, exited };
  } finally {
    clearTimeout(timer);
  }
  throw startFailed([describeEnd(await exited), ...rawLines(logFile, logStart)].join('\n'));
}

/** @returns all that it says; empty when it ends without a word */
async function firstWord(child: ChildProcess): Promise<StartWord | ''> {
  const pipe = child.stdio[3] as Readable;
  let said = '';
  pipe.on('data', (data: Buffer) => (said += data.toString()));
  await new Promise<void>((resolve, reject) => {
    pipe.once('close', resolve);
    child.once('error', (error) => reject(startFailed(error.message)));
  });
  return said as StartWord | '';
}

export function describeEnd({ exitCode, signal }: ProcessEnd): string {
  if (exitCode === null && signal === null) return 'The engine’s process has ended.';
  return `The engine's process has ended (${signal ?? `exit code ${exitCode ?? 'unknown'}`}).`;
}

function startFailed(reason: string): LemmaFailure {
  return new LemmaFailure({ code: 'engineStartFailed', reason });
}
