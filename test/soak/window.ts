/**
 * A window without VS Code, to be killed: asks, stops, goes on and begins anew, at random but the same for one seed, on real
 * conversations, the real engine and a real disk, and tells its parent what it is doing.
 *
 *   node --expose-gc window.ts FOLDER SEED [CONVERSATIONS]
 *
 * CONVERSATIONS: as many are kept, so that what a window holds of each of them does not add up.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { queryObjects } from 'node:v8';
import { lastTurn } from '../../src/core/conversation.ts';
import { Conversations } from '../../src/host/conversations.ts';
import { Disposables, Emitter } from '../../src/host/disposables.ts';
import { InferenceClient } from '../../src/host/inferenceClient.ts';
import { ModelService } from '../../src/host/modelService.ts';
import { TurnRunner } from '../../src/host/turn.ts';
import { modulePath, fixtureModel, greedy, longText } from '../process/support.ts';
import { randomFrom } from './random.ts';

/** What the engine, or the disk, is busy with. */
export type Phase = 'loading' | 'reading' | 'thinking' | 'answering' | 'saving';

export type WindowWord =
  | { readonly type: 'doing'; readonly phase: Phase; readonly pid: number | undefined }
  /** So many characters of that conversation are on the disk. */
  | { readonly type: 'written'; readonly id: string; readonly characters: number }
  /** A turn has ended. Bytes of the heap after a collection; how many of each kind keep the process alive or are to be disposed. */
  | { readonly type: 'ended'; readonly end: string; readonly heapBytes: number; readonly resources: Readonly<Record<string, number>> };

const [folder = '', seed = '1', kept = 'Infinity'] = process.argv.slice(2);
const random = randomFrom(Number(seed));
const say = (word: WindowWord): void => void process.send?.(word);
const nothing = (): void => undefined;
const quiet = { error: nothing, warn: nothing, info: nothing, debug: nothing, trace: nothing };

const client = new InferenceClient({ modulePath, version: '0.1.0', log: quiet });
const model = new ModelService(client, () => ({ modelPath: fixtureModel, gpu: 'cpu', contextTokens: 4096, threads: 1 }));
const remembered = path.join(folder, 'memory.json');
const recall = (): Record<string, string | undefined> => {
  try {
    return JSON.parse(readFileSync(remembered, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
};
const memory = {
  get: (key: string) => recall()[key],
  update: (key: string, value: string | undefined) => {
    writeFileSync(remembered, JSON.stringify({ ...recall(), [key]: value }));
    return Promise.resolve();
  },
};
const conversations = new Conversations(path.join(folder, 'conversations'), memory, quiet);
const turns = new TurnRunner(conversations, model, () => ({ sampling: greedy, maxTokens: 400, thinkingTokens: 0 }), quiet);

model.onDidChange((state) => {
  if (state.kind === 'loading' && state.fraction > 0) say({ type: 'doing', phase: 'loading', pid: client.pid });
  if (state.kind === 'busy') say({ type: 'doing', phase: state.activity, pid: client.pid });
});

let flushing: Promise<void> | undefined;
conversations.onDidAppend(({ event }) => {
  if (event.type === 'ended') say({ type: 'doing', phase: 'saving', pid: client.pid });
  // What is written as soon as it is appended is only waited for.
  flushing ??= (async () => {
    const { current } = conversations;
    const characters = current?.turns.reduce((sum, { thought, answer }) => sum + thought.length + answer.length, 0) ?? 0;
    await conversations.flush();
    flushing = undefined;
    if (current && conversations.current?.id === current.id) say({ type: 'written', id: current.id, characters });
  })();
});

const questions = ['What is 17 + 25?', 'count to 60', '[test:loop]', 'Solve 3x + 5 = 20', `${longText(2500)}What is 1 + 2?`];
const text = (): string => questions[Math.floor(random() * questions.length)] ?? '';

const stored = (): string[] => readdirSync(path.join(folder, 'conversations')).flatMap((name) => /^(.*)\.jsonl$/.exec(name)?.[1] ?? []);

/** Another conversation of the folder is shown, and the list of all is looked at. */
async function openAny(): Promise<void> {
  const ids = stored();
  const id = ids[Math.floor(random() * ids.length)];
  if (id !== undefined) await conversations.open(id);
  await conversations.library.list('42');
}

/** One move of the user. */
async function move(): Promise<void> {
  const turn = lastTurn(conversations.current);
  const chance = random();
  if (turn && turn.end?.kind !== 'complete' && chance < 0.5) return turns.resume(turn.question.id, chance < 0.4 ? 'continue' : 'answerNow');
  if (chance > 0.9) await openAny();
  else if (chance < 0.6 || (conversations.current?.turns.length ?? 0) > 3) await conversations.startNew();
  const asked = turns.ask({ task: 'ask', text: text() });
  if (random() < 0.25) setTimeout(() => turns.stop(), random() * 500);
  return asked;
}

/** What is released by hand: as many are alive at any time. Counting takes a second, so it is done in a long use alone. */
const held = [Disposables, Emitter, AbortController, AbortSignal];
const isCounted = (turn: number): boolean => kept !== 'Infinity' && (turn === 3 || turn % 100 === 0);
let turn = 0;

let going = true;
process.on('message', () => (going = false));
process.on('disconnect', () => process.exit(1));
await conversations.restore();
while (going) {
  await move();
  for (const id of stored().slice(Number(kept))) if (id !== conversations.current?.id) await conversations.delete(id);
  globalThis.gc?.();
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  if (isCounted(++turn)) for (const kind of held) resources[kind.name] = queryObjects(kind, { format: 'count' });
  const end = lastTurn(conversations.current)?.end?.kind ?? 'none';
  say({ type: 'ended', end, heapBytes: process.memoryUsage().heapUsed, resources });
}
await turns.settle('stopped');
await conversations.close();
model.dispose();
await client.dispose();
process.exit(0);
