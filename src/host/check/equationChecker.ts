/** Decides formulas in a worker thread, under a time limit for each; nothing of it runs before the first formula. */
import { Worker } from 'node:worker_threads';
import type { CancellationToken } from 'vscode';
import type { CheckedFormula, CheckReason } from '../../core/check/checked.ts';
import type { FormulaToCheck } from '../../core/check/checkText.ts';
import type { CheckReply, CheckRequest } from '../../shared/checkProtocol.ts';

/** Decides formulas in the background, in their order; a cancelled check ends early. */
export interface FormulaChecker {
  check(formulas: readonly FormulaToCheck[], token: CancellationToken): AsyncIterable<CheckedFormula>;
}

export interface CheckLimits {
  /** What one formula may take, in milliseconds, once the thread has loaded its code. */
  readonly formulaMs: number;
  /** The thread ends when it had nothing to do for so long, in milliseconds. */
  readonly idleMs: number;
  /** So many verdicts are remembered. */
  readonly remembered: number;
}

const defaultLimits: CheckLimits = { formulaMs: 1000, idleMs: 60_000, remembered: 2000 };

export class EquationChecker implements FormulaChecker {
  readonly #module: string;
  readonly #limits: CheckLimits;
  /** By formula and assumptions, the one used last at the end. */
  readonly #verdicts = new Map<string, CheckedFormula>();
  /** Settled when the thread is free: checks that run at the same time take turns. */
  #turn: Promise<unknown> = Promise.resolve();
  #thread: Promise<Worker> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #nextId = 1;
  #isDisposed = false;

  /** @param module the thread's code: `dist/checkWorker.cjs` */
  constructor(module: string, limits: Partial<CheckLimits> = {}) {
    this.#module = module;
    this.#limits = { ...defaultLimits, ...limits };
  }

  async *check(formulas: readonly FormulaToCheck[], token: CancellationToken): AsyncIterable<CheckedFormula> {
    for (const formula of formulas) {
      if (token.isCancellationRequested || this.#isDisposed) return;
      const checked = this.#remembered(formula) ?? (await this.#inTurn(formula, token));
      if (!checked) return;
      yield checked;
    }
  }

  /** Whether a thread runs. */
  get isRunning(): boolean {
    return this.#thread !== undefined;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#end();
  }

  async #inTurn(formula: FormulaToCheck, token: CancellationToken): Promise<CheckedFormula | undefined> {
    const result = this.#turn.then(() => (token.isCancellationRequested || this.#isDisposed ? undefined : this.#decide(formula, token)));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** @returns undefined when it was cancelled */
  async #decide(formula: FormulaToCheck, token: CancellationToken): Promise<CheckedFormula | undefined> {
    clearTimeout(this.#idle);
    try {
      const thread = await (this.#thread ??= this.#start());
      const answer = await this.#ask(thread, formula, token);
      if (answer === 'cancelled') return undefined;
      if (typeof answer === 'string') return undecided(formula, answer === 'time' ? { code: 'time' } : { code: 'undecided' });
      this.#remember(formula, answer);
      return answer;
    } catch {
      // The thread did not start. Nothing is said to hold or not to, and the next formula tries again.
      this.#end();
      return undecided(formula, { code: 'undecided' });
    } finally {
      this.#idle = setTimeout(() => this.#end(), this.#limits.idleMs).unref();
    }
  }

  /** A thread that does not answer is ended, whatever the reason. */
  #ask(thread: Worker, formula: FormulaToCheck, token: CancellationToken): Promise<CheckedFormula | 'time' | 'ended' | 'cancelled'> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const settle = (answer: CheckedFormula | 'time' | 'ended' | 'cancelled'): void => {
        clearTimeout(timer);
        cancelling.dispose();
        thread.off('message', onMessage).off('exit', onExit);
        if (typeof answer === 'string') this.#end();
        resolve(answer);
      };
      const onMessage = (reply: CheckReply): void => {
        if (reply.kind === 'checked' && reply.id === id) settle(reply.checked);
      };
      const onExit = (): void => settle('ended');
      const timer = setTimeout(() => settle('time'), this.#limits.formulaMs);
      const cancelling = token.onCancellationRequested(() => settle('cancelled'));
      thread.on('message', onMessage).on('exit', onExit);
      thread.postMessage({ id, formula } satisfies CheckRequest);
    });
  }

  /** One that ends by itself is not asked again. */
  #start(): Promise<Worker> {
    const thread = startThread(this.#module, () => {
      if (this.#thread === thread) this.#thread = undefined;
    });
    return thread;
  }

  #end(): void {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#thread = undefined;
    void thread?.then((worker) => worker.terminate()).catch(() => undefined);
  }

  #remembered(formula: FormulaToCheck): CheckedFormula | undefined {
    const key = keyOf(formula);
    const known = this.#verdicts.get(key);
    if (!known) return undefined;
    this.#verdicts.delete(key);
    this.#verdicts.set(key, known);
    return moved(known, formula.start - known.start);
  }

  #remember(formula: FormulaToCheck, checked: CheckedFormula): void {
    this.#verdicts.set(keyOf(formula), checked);
    const [oldest] = this.#verdicts.keys();
    if (this.#verdicts.size > this.#limits.remembered && oldest !== undefined) this.#verdicts.delete(oldest);
  }
}

/** The same verdict at another place of the text. The delimiters' length is in the key, so that places inside move alike. */
function moved(checked: CheckedFormula, by: number): CheckedFormula {
  const relations = checked.relations.map((relation) => ({ ...relation, start: relation.start + by, end: relation.end + by }));
  return { ...checked, start: checked.start + by, end: checked.end + by, relations };
}

function keyOf({ latex, start, end, contentStart = start, assumptions, suppositions = [], posed = false }: FormulaToCheck): string {
  return JSON.stringify([latex, end - start, contentStart - start, assumptions, suppositions, posed]);
}

function undecided({ latex, start, end }: FormulaToCheck, reason: CheckReason): CheckedFormula {
  return { latex, start, end, verdict: 'unknown', relations: [{ latex, start, end, verdict: 'unknown', reason }] };
}

/** Settled when the thread has loaded its code, which is no part of a formula's time. */
function startThread(module: string, ended: () => void): Promise<Worker> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(module);
    // It must not keep a process alive that has nothing else to do.
    worker.unref();
    worker.once('message', () => resolve(worker));
    worker.once('exit', () => {
      ended();
      reject(new Error('The thread that checks formulas has ended early.'));
    });
    // An error is followed by `exit`; without a listener it would end the host.
    worker.on('error', () => undefined);
  });
}
