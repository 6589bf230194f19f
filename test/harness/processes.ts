import { execFileSync } from 'node:child_process';
import type { Server } from './server.ts';

/**
 * Process ids below a server whose command line holds `text`; processes of others are never among them. The inference
 * process outlives the window that started it, but names the server's folder.
 */
export function processesOf(server: Server, text: string): number[] {
  const processes = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .map((match) => ({ pid: Number(match?.[1]), parent: Number(match?.[2]), args: match?.[3] ?? '' }));
  const ours = new Set([server.pid, ...processes.filter(({ args }) => args.includes(server.runtimeDir)).map(({ pid }) => pid)]);
  for (let grown = true; grown;) {
    grown = false;
    for (const { pid, parent } of processes) {
      if (!ours.has(parent) || ours.has(pid)) continue;
      ours.add(pid);
      grown = true;
    }
  }
  return processes.filter(({ pid, args }) => ours.has(pid) && args.includes(text)).map(({ pid }) => pid);
}
