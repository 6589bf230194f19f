/**
 * `npm run bench -- conversations`: how long a window that has just been opened takes with 10, 1,000 and 10,000 conversations in
 * its folder: to show the one that was shown last, to list all of them, and to find a word. Each time is that of a process of its
 * own, which has nothing in memory; the files are in the memory of the system, as those of yesterday mostly are.
 *
 *   node conversations.ts [counts COUNT …]
 *   node conversations.ts FOLDER     one window, in this process
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { quietLog } from '../../scripts/lib/ownClient.ts';
import type { ConversationEvent } from '../../src/core/conversation.ts';
import { encodeEvent } from '../../src/core/journal.ts';
import { Conversations } from '../../src/host/conversations.ts';
import type { Memory } from '../../src/host/conversations.ts';

const [asked, ...given] = process.argv.slice(2);
const counts = asked === 'counts' ? given.map(Number) : [10, 1000, 10_000];
const runs = 5;
/** A short thought of a model that thinks for long: 16 kB in 200 pieces. */
const thought = Array.from({ length: 200 }, (_, index) => `Step ${index}: I look at it once more, from another side, to be sure. `);

function events(id: string, index: number): ConversationEvent[] {
  const [turnId, at] = [`${id}-q`, 1_700_000_000_000 + index];
  return [
    { type: 'created', version: 1, id, at },
    { type: 'asked', question: { id: turnId, task: 'ask', text: `Question ${index} about the sum of the first ${index} numbers?` }, at },
    { type: 'phase', turnId, phase: 'thinking', at },
    ...thought.map((text): ConversationEvent => ({ type: 'delta', turnId, part: 'thought', text, tokens: 16 })),
    { type: 'phase', turnId, phase: 'answering', at },
    { type: 'delta', turnId, part: 'answer', text: `It is ${(index * (index + 1)) / 2}. `.repeat(20), tokens: 100 },
    { type: 'ended', turnId, end: { kind: 'complete' }, at },
  ];
}

export interface OpeningFigures {
  readonly conversations: number;
  /** Milliseconds, median: the conversation that was shown last is there. */
  readonly openMs: number;
  /** Shortest and longest. */
  readonly openRangeMs: readonly [number, number];
  /** The whole list, without an index and with it. */
  readonly firstListMs: number;
  readonly listMs: number;
  readonly searchMs: number;
}

/** Of one window, in this process. */
async function open(folder: string): Promise<Record<'openMs' | 'listMs' | 'searchMs', number>> {
  const memory: Memory = { get: () => 'c5', update: () => Promise.resolve() };
  const times: number[] = [];
  const timed = async (work: () => Promise<unknown>): Promise<void> => {
    const begunAt = performance.now();
    await work();
    times.push(performance.now() - begunAt);
  };
  const conversations = new Conversations(folder, memory, quietLog);
  await timed(() => conversations.restore());
  await timed(() => conversations.library.list('', ...conversations.inMemory));
  await timed(() => conversations.library.list('question 7', ...conversations.inMemory));
  await conversations.close();
  const [openMs = NaN, listMs = NaN, searchMs = NaN] = times;
  return { openMs, listMs, searchMs };
}

function inProcess(folder: string): Awaited<ReturnType<typeof open>> {
  const output = execFileSync(process.execPath, [import.meta.filename, folder], { encoding: 'utf8' });
  return JSON.parse(output) as Awaited<ReturnType<typeof open>>;
}

if (asked !== undefined && asked !== 'counts') {
  console.log(JSON.stringify(await open(asked)));
} else {
  const rounded = (ms: number): number => Number(ms.toFixed(1));
  const figures: OpeningFigures[] = [];
  for (const count of counts) {
    const folder = mkdtempSync(path.join(tmpdir(), 'lemma-many-'));
    try {
      for (let index = 0; index < count; index++) {
        const id = `c${index}`;
        writeFileSync(path.join(folder, `${id}.jsonl`), events(id, index).map(encodeEvent).join(''));
      }
      const first = inProcess(folder);
      const later = Array.from({ length: runs }, () => inProcess(folder));
      const median = (of: (run: (typeof later)[number]) => number): number =>
        rounded(later.map(of).sort((a, b) => a - b)[Math.floor(runs / 2)] ?? NaN);
      const opened = later.map(({ openMs }) => rounded(openMs));
      const figure: OpeningFigures = {
        conversations: count,
        openMs: median(({ openMs }) => openMs),
        openRangeMs: [Math.min(...opened), Math.max(...opened)],
        firstListMs: rounded(first.listMs),
        listMs: median(({ listMs }) => listMs),
        searchMs: median(({ searchMs }) => searchMs),
      };
      figures.push(figure);
      console.log(
        `${count} conversations: opened in ${figure.openMs} ms, listed in ${figure.listMs} ms (${figure.firstListMs} ms without an index), searched for the first time in ${figure.searchMs} ms`,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  console.log(JSON.stringify(figures));
}
