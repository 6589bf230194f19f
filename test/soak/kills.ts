/** Kills the engine, or the window with it, at random moments, and looks at what is left. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { foldEvents } from '../../src/core/conversation.ts';
import { decodeJournal } from '../../src/core/journal.ts';
import { Conversations } from '../../src/host/conversations.ts';
import { newRuntimeFolder } from '../../scripts/lib/ownRuntime.ts';
import { gone, isAlive } from '../process/hosts.ts';
import { randomFrom } from './random.ts';
import type { Phase, WindowWord } from './window.ts';

export interface KillReport {
  readonly kills: Readonly<Record<'engine' | 'window', number>>;
  readonly phases: Readonly<Record<string, number>>;
  readonly conversations: number;
  /** Of the window that lived longest: after its first turns, and at its end. */
  readonly heapBytes: readonly [number, number];
}

const phases: readonly Phase[] = ['loading', 'reading', 'thinking', 'answering', 'saving'];
/** Most milliseconds from the beginning of a phase to the kill. */
const latestMs = 250;
/** One kill of so many takes the window. */
const windowsIn = 5;
/** How long an engine may outlive its window, milliseconds: its own promise, and room for a machine that is busy. */
const outlivesMs = 5_000;
/** Conversations that a window in use keeps. */
const keptInUse = 20;
/** Turns of a window after which it has all that it keeps. */
const settledTurns = 3;
/** What is on its way at any moment, and not kept: how much of it there is depends on when one looks. */
const passing = /^(Immediate|FSReq\w*|\w*Req(Wrap)?)$/;

/**
 * Uses one window for a time, without a kill.
 * @returns bytes of its heap after each turn @throws as `runKills`
 */
export async function runUse(ms: number, seed: number): Promise<readonly number[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lemma-use-'));
  try {
    return await new Killer(folder, seed).use(ms);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param told after each kill @throws what is not as it has to be, with the seed */
export async function runKills(count: number, seed: number, told: (kill: number) => void = () => undefined): Promise<KillReport> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lemma-kills-'));
  try {
    return await new Killer(folder, seed).run(count, told);
  } catch (error) {
    throw new Error(`With the seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class Killer {
  readonly #folder: string;
  readonly #random: () => number;
  readonly #runtime = newRuntimeFolder();
  readonly #engines = new Set<number>();
  /** Characters of each conversation that were said to be on the disk. */
  readonly #written = new Map<string, number>();
  readonly #kills = { engine: 0, window: 0 };
  readonly #phases: Record<string, number> = {};
  #window!: ChildProcess;
  #words: WindowWord[] = [];
  #heaps: number[] = [];
  readonly #leaks: string[] = [];
  #longest: number[] = [];
  #resources: Readonly<Record<string, number>> | undefined;
  #heard: () => void = () => undefined;

  constructor(folder: string, seed: number) {
    this.#folder = folder;
    this.#random = randomFrom(seed);
    mkdirSync(this.#conversations, { recursive: true });
  }

  get #conversations(): string {
    return path.join(this.#folder, 'conversations');
  }

  async run(count: number, told: (kill: number) => void): Promise<KillReport> {
    this.#open();
    try {
      for (let kill = 1; kill <= count; kill++) {
        await this.#kill();
        told(kill);
      }
      const exit = once(this.#window, 'exit');
      this.#window.send('end');
      const [code] = (await exit) as [number | null];
      assert.equal(code, 0, 'the last window ends in order');
    } finally {
      this.#window.kill('SIGKILL');
    }
    this.#endWindow();
    for (const pid of this.#engines) {
      await gone(pid, AbortSignal.timeout(outlivesMs));
      assert.equal(isAlive(pid), false, `the engine ${pid} is still there`);
    }
    assert.deepEqual(this.#leaks, []);
    const conversations = await this.#openAll();
    const [first = 0, last = 0] = [this.#longest[settledTurns], this.#longest.at(-1)];
    return { kills: this.#kills, phases: this.#phases, conversations, heapBytes: [first, last] };
  }

  async use(ms: number): Promise<readonly number[]> {
    this.#open(keptInUse);
    const until = performance.now() + ms;
    while (performance.now() < until) await this.#next((word) => word.type === 'ended');
    const exit = once(this.#window, 'exit');
    this.#window.send('end');
    const [code] = (await exit) as [number | null];
    assert.equal(code, 0, 'the window ends in order');
    assert.deepEqual(this.#leaks, []);
    await this.#openAll();
    return this.#heaps;
  }

  #open(kept = Infinity): void {
    const args = [this.#folder, String(Math.floor(this.#random() * 2 ** 31)), String(kept)];
    this.#window = fork(path.join(import.meta.dirname, 'window.ts'), args, {
      env: { ...process.env, LEMMA_RUNTIME_DIR: this.#runtime },
      // Counting objects is an experimental feature of V8's.
      execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
    });
    this.#window.on('message', (word: WindowWord) => this.#hear(word));
    this.#window.on('exit', () => this.#heard());
  }

  #hear(word: WindowWord): void {
    this.#words.push(word);
    if (word.type === 'doing' && word.pid !== undefined) this.#engines.add(word.pid);
    if (word.type === 'written') this.#written.set(word.id, word.characters);
    if (word.type === 'ended') {
      this.#heaps.push(word.heapBytes);
      if (this.#heaps.length === settledTurns) this.#resources = word.resources;
      else if (this.#resources) this.#compare(this.#resources, word.resources);
    }
    this.#heard();
  }

  /** Sockets, pipes and timers of engines that were killed do not stay, nor does what is to be disposed or aborted. */
  #compare(before: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>): void {
    for (const [kind, number] of Object.entries(now)) {
      if (passing.test(kind) || number <= (before[kind] ?? 0) + 3) continue;
      this.#leaks.push(`${number} of ${kind}, ${before[kind] ?? 0} before: ${JSON.stringify(now)}`);
    }
  }

  async #next(matches: (word: WindowWord) => boolean): Promise<WindowWord> {
    for (;;) {
      const at = this.#words.findIndex(matches);
      const word = this.#words[at];
      this.#words = at < 0 ? [] : this.#words.slice(at + 1);
      if (word) return word;
      assert.equal(this.#window.exitCode, null, 'the window has ended by itself');
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }

  async #kill(): Promise<void> {
    const phase = phases[Math.floor(this.#random() * phases.length)] ?? 'thinking';
    const isWindow = this.#random() * windowsIn < 1;
    const delay = this.#random() * latestMs;
    // The model is loaded anew only after a kill, which then takes what comes.
    const found = await this.#next(
      (word) => word.type === 'doing' && word.pid !== undefined && (word.phase === phase || phase === 'loading'),
    );
    assert.ok(found.type === 'doing' && found.pid !== undefined);
    await new Promise((resolve) => setTimeout(resolve, delay));
    this.#phases[found.phase] = (this.#phases[found.phase] ?? 0) + 1;
    this.#kills[isWindow ? 'window' : 'engine']++;
    if (isWindow) return this.#killWindow();
    if (isAlive(found.pid)) process.kill(found.pid, 'SIGKILL');
    await this.#next((word) => word.type === 'ended');
  }

  async #killWindow(): Promise<void> {
    const exit = once(this.#window, 'exit');
    this.#window.kill('SIGKILL');
    await exit;
    this.#endWindow();
    this.#check();
    this.#open();
  }

  #endWindow(): void {
    if (this.#heaps.length > this.#longest.length) this.#longest = this.#heaps;
    this.#heaps = [];
    this.#words = [];
    this.#resources = undefined;
  }

  /** All that was said to be on the disk is there. */
  #check(): void {
    for (const [id, characters] of this.#written) {
      const file = path.join(this.#conversations, `${id}.jsonl`);
      if (!existsSync(file) && existsSync(path.join(this.#conversations, 'deleted', `${id}.jsonl`))) continue;
      const { events } = decodeJournal(readFileSync(file));
      const turns = foldEvents(events)?.turns ?? [];
      const saved = turns.reduce((sum, { thought, answer }) => sum + thought.length + answer.length, 0);
      assert.ok(saved >= characters, `${id} has ${saved} of ${characters} characters`);
    }
  }

  /** Each conversation opens in a new window, whole. @returns how many */
  async #openAll(): Promise<number> {
    this.#check();
    const names = readdirSync(this.#conversations);
    const damaged = names.filter((name) => /damaged|unreadable/.test(name));
    assert.deepEqual(
      damaged.map((name) => [name, readFileSync(path.join(this.#conversations, name), 'latin1').slice(0, 200)]),
      [],
    );
    const ids = names.filter((name) => name.endsWith('.jsonl')).map((name) => path.basename(name, '.jsonl'));
    const nothing = (): void => undefined;
    const quiet = { error: nothing, warn: nothing, info: nothing, debug: nothing, trace: nothing };
    const reader = new Conversations(this.#conversations, { get: () => undefined, update: () => Promise.resolve() }, quiet);
    for (const id of ids) {
      const opened = await reader.open(id);
      // One that a window had just created when it was killed.
      if (opened === 'missing') continue;
      assert.equal(opened, 'opened', id);
      assert.ok((reader.current?.turns.length ?? 0) > 0, id);
      assert.ok(
        reader.current?.turns.every(({ end }) => end !== undefined),
        'each turn has an end',
      );
    }
    await reader.close();
    return ids.length;
  }
}
