/**
 * `npm run bench -- servers`: what a server's replies cost the extension host, 32 of them at once. At 50 tokens a second each:
 * whether all come on time and evenly, and how much of a core that takes. As fast as they come: over a client that reads the
 * same bytes and looks at none of them. Prints `ServerFigures` on its last line.
 */
import http from 'node:http';
import { quiet, quietLog } from '../../scripts/lib/ownClient.ts';
import { ServerBackend } from '../../src/host/remote/serverBackend.ts';
import { startPacedServer } from './servers/paced.ts';
import type { PacedServer } from './servers/paced.ts';

const streams = 32;
const paced = { tokensPerSecond: 50, tokens: 500 };
const single = { tokensPerSecond: 200, tokens: 2000 };
const free = { tokensPerSecond: 0, tokens: 1500 };
const pairs = 5;

export interface Paced {
  readonly streams: number;
  readonly tokensPerSecond: number;
  /** As they arrive, one for each stream, from the first text to the last. */
  readonly arrived: readonly number[];
  /** The longest pause between two texts of one stream. */
  readonly longestGapMs: number;
  /** Of a core, by this process. */
  readonly cpuShare: number;
}

export interface ServerFigures {
  readonly many: Paced;
  readonly one: Paced;
  /** Tokens a second of 32 replies together, pair by pair. */
  readonly ownPerSecond: readonly number[];
  readonly barePerSecond: readonly number[];
}

interface Reply {
  readonly tokens: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly longestGapMs: number;
}

async function reply(backend: ServerBackend, expected: number): Promise<Reply> {
  let [firstAt, lastAt, tokens, first, longestGapMs] = [0, 0, 0, 0, 0];
  await backend.generate(
    {
      ...{ messages: [{ role: 'user', content: 'What is the sum?' }], profile: 'glm-z1', maxTokens: 10_000 },
      sampling: { temperature: 0.6, topP: 0.95, topK: 40 },
    },
    (progress) => {
      if (progress.kind !== 'text') return;
      const now = performance.now();
      if (firstAt === 0) [firstAt, first] = [now, progress.tokens];
      else longestGapMs = Math.max(longestGapMs, now - lastAt);
      lastAt = now;
      tokens += progress.tokens;
    },
  );
  if (tokens !== expected) throw new Error(`${tokens} of ${expected} tokens have come.`);
  return { tokens: tokens - first, firstAt, lastAt, longestGapMs };
}

async function atPace(server: PacedServer, backend: ServerBackend, count: number, pace: typeof paced): Promise<Paced> {
  await server.setPace(pace);
  const [cpu, begunAt] = [process.cpuUsage(), performance.now()];
  const replies = await Promise.all(Array.from({ length: count }, () => reply(backend, pace.tokens)));
  const { user, system } = process.cpuUsage(cpu);
  const wallMs = performance.now() - begunAt;
  return {
    ...{ streams: count, tokensPerSecond: pace.tokensPerSecond, cpuShare: (user + system) / 1000 / wallMs },
    arrived: replies.map(({ tokens, firstAt, lastAt }) => (tokens * 1000) / (lastAt - firstAt)),
    longestGapMs: Math.max(...replies.map((each) => each.longestGapMs)),
  };
}

/** Tokens a second of all replies together. */
async function together(read: () => Promise<unknown>): Promise<number> {
  const begunAt = performance.now();
  await Promise.all(Array.from({ length: streams }, read));
  return (streams * free.tokens * 1000) / (performance.now() - begunAt);
}

/** Reads a reply and looks at nothing of it. */
function bareReply(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}/chat/completions`, { method: 'POST', agent: false }, (response) => {
      response.on('data', quiet);
      response.on('end', resolve);
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end('{}');
  });
}

const server = await startPacedServer();
try {
  const backend = new ServerBackend({ log: quietLog, key: () => Promise.resolve(undefined) });
  const load = { modelPath: '', gpu: 'auto', contextTokens: 32_768, threads: 0, server: { url: server.url, model: '' } } as const;
  if (!(await backend.load(load, quiet))) throw new Error('The server could not be used.');
  // Compiled before it is measured.
  await server.setPace(free);
  await together(() => reply(backend, free.tokens));
  const many = await atPace(server, backend, streams, paced);
  const one = await atPace(server, backend, 1, single);
  await server.setPace(free);
  const ownPerSecond: number[] = [];
  const barePerSecond: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    barePerSecond.push(await together(() => bareReply(server.url)));
    ownPerSecond.push(await together(() => reply(backend, free.tokens)));
  }
  console.log(JSON.stringify({ many, one, ownPerSecond, barePerSecond } satisfies ServerFigures));
} finally {
  await server.close();
}
