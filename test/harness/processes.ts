import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import type { Server } from './server.ts';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** The command line. */
  readonly args: string;
}

/** Where a tree of processes begins, and the folder that names those of its own that have left it. */
export type Tree = Pick<Server, 'pid' | 'runtimeDir'>;

/**
 * The processes below a server; those of others are never among them. The inference process outlives the window that started
 * it, but names the server's folder.
 */
export function treeOf({ pid: root, runtimeDir }: Tree): Process[] {
  const processes = allProcesses();
  const ours = new Set([root, ...processes.filter(({ args }) => args.includes(runtimeDir)).map(({ pid }) => pid)]);
  for (let grown = true; grown;) {
    grown = false;
    for (const { pid, parent } of processes) {
      if (!ours.has(parent) || ours.has(pid)) continue;
      ours.add(pid);
      grown = true;
    }
  }
  return processes.filter(({ pid }) => ours.has(pid));
}

/** Process ids below a server whose command line holds `text`. */
export function processesOf(server: Server, text: string): number[] {
  return treeOf(server)
    .filter(({ args }) => args.includes(text))
    .map(({ pid }) => pid);
}

/** What `/proc` says of a process behind its name, from the third field of proc(5) on. @throws where it has ended */
export function statOf(pid: number): string[] {
  // The name in brackets may hold anything.
  return readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\)/s, '').trim().split(' ');
}

function allProcesses(): Process[] {
  return process.platform === 'linux' ? processesOfProc() : processesOfPs();
}

/** Without a process of its own, since it is asked often. */
function processesOfProc(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [, parent] = statOf(Number(name));
        const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(name), parent: Number(parent), args }];
      } catch {
        return []; // It has ended meanwhile.
      }
    });
}

function processesOfPs(): Process[] {
  return execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .map((match) => ({ pid: Number(match?.[1]), parent: Number(match?.[2]), args: match?.[3] ?? '' }));
}
