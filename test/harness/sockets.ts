/** Watches with whom a server under test and all processes below it speak. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { treeOf } from './processes.ts';
import type { Tree } from './processes.ts';
import { repositoryRoot } from './settings.ts';

/** A connection that was tried or is open, or a port that is. */
export interface SocketSeen {
  readonly pid: number;
  /** The command line. */
  readonly program: string;
  /** IP address, or a name that has none: the other end's, for an open port its own. */
  readonly to: string;
}

export interface SocketWatch {
  /** For the environment of the server, whose processes inherit it. */
  readonly env: Readonly<Record<string, string>>;
  /** Begins to look at the sockets of the system, on Linux. */
  watch(tree: Tree): void;
  /** All so far. */
  seen(): SocketSeen[];
  stop(): void;
}

/** How often the kernel is asked, milliseconds. It walks through all of its tables then, which takes it some milliseconds. */
const everyMs = 1000;

/**
 * Two ways that make up for each other. The kernel knows every socket of every process, native code’s too, but is asked once
 * a second only. Node tells of each connection that is tried, however short.
 */
export function socketWatch(): SocketWatch {
  const folder = mkdtempSync(path.join(tmpdir(), 'lemma-sockets-'));
  const file = path.join(folder, 'connections.jsonl');
  const polled: SocketSeen[] = [];
  const settled = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const look = (tree: Tree): void => {
    const fresh = systemSockets().filter(({ inode }) => !settled.has(inode));
    if (fresh.length === 0) return;
    const owners = ownersOf(tree);
    for (const { inode, to } of fresh) {
      settled.add(inode);
      const owner = owners.get(inode);
      if (owner) polled.push({ ...owner, to });
    }
  };
  return {
    env: {
      LEMMA_CONNECTIONS: file,
      NODE_OPTIONS: `--require "${path.join(repositoryRoot, 'test/harness/recordConnections.cjs')}"`,
    },
    watch: (tree) => {
      if (!existsSync('/proc/net/tcp')) return;
      look(tree);
      timer = setInterval(() => look(tree), everyMs);
      timer.unref();
    },
    seen: () => {
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
      // The last line may be cut where a process was killed.
      const told = lines.slice(0, -1).map((line) => JSON.parse(line) as SocketSeen);
      return [...polled, ...told];
    },
    stop: () => {
      clearInterval(timer);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What leads, or is open to, outside of this machine. */
export function foreign(seen: readonly SocketSeen[]): SocketSeen[] {
  return seen.filter(({ to }) => !isLoopback(to));
}

/** @param host an address without brackets, or a name */
export function isLoopback(host: string): boolean {
  return /^(localhost|(::ffff:)?127(\.\d+){3}|::1)$/.test(host);
}

interface SystemSocket {
  readonly inode: string;
  readonly to: string;
}

/** TCP and UDP sockets of the system; those that are closing belong to no process any more. */
function systemSockets(): SystemSocket[] {
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((table) =>
    linesOf(`/proc/net/${table}`)
      .slice(1)
      .flatMap((line) => {
        const [, local = '', remote = '', , , , , , , inode = '0'] = line.trim().split(/\s+/);
        if (inode === '0') return [];
        const isOpenPort = /:0000$/.test(remote);
        return [{ inode, to: addressOf(isOpenPort ? local : remote) }];
      }),
  );
}

/** `0100007F:1F90`, words of 32 bits with their lowest byte first, as an address. */
function addressOf(entry: string): string {
  const bytes = (entry.split(':')[0] ?? '').match(/.{8}/g)?.flatMap((word) => (word.match(/../g) ?? []).reverse()) ?? [];
  const dotted = (of: readonly string[]): string => of.map((byte) => parseInt(byte, 16)).join('.');
  if (bytes.length === 4) return dotted(bytes);
  const hex = bytes.join('').toLowerCase();
  if (hex === `${'0'.repeat(31)}1`) return '::1';
  if (hex.startsWith(`${'0'.repeat(20)}ffff`)) return `::ffff:${dotted(bytes.slice(12))}`;
  return (hex.match(/.{4}/g) ?? []).join(':');
}

/** Inodes of the open sockets of a tree, with their processes. */
function ownersOf(tree: Tree): Map<string, { pid: number; program: string }> {
  const owners = new Map<string, { pid: number; program: string }>();
  for (const { pid, args } of treeOf(tree)) {
    for (const inode of socketInodes(pid)) owners.set(inode, { pid, program: args });
  }
  return owners;
}

function socketInodes(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return []; // Closed meanwhile.
      }
    });
  } catch {
    return []; // The process has ended.
  }
}

function linesOf(file: string): string[] {
  // Without IPv6 there are two tables less.
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
}
