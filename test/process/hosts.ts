import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fixtureModel, modulePath } from './support.ts';

/** What a host of `fixtures/host.ts` is doing. */
export type HostState = 'idle' | 'loading' | 'generating' | 'counting';

/** Another process that is a window, to be killed. */
export interface Host {
  readonly child: ChildProcess;
  /** Of its inference process. */
  readonly pid: number;
}

/** @returns once it is in that state */
export async function startedHost(state: HostState, env: NodeJS.ProcessEnv): Promise<Host> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'fixtures/host.ts'), modulePath, fixtureModel, state], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  assert.ok(child.stdout);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, pid: Number(line.split(' ')[0]) };
}

/** A process that ended but was not yet reaped by its new parent counts as ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Resolves when the process has ended, or with the signal. There is no event for a process that is no child. */
export async function gone(pid: number, signal?: AbortSignal): Promise<void> {
  while (isAlive(pid) && signal?.aborted !== true) await new Promise((resolve) => setTimeout(resolve, 20));
}
