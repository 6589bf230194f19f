import * as vscode from 'vscode';
import { allTurns } from '../core/conversation.ts';
import { PrefetchBudget } from '../core/prefetchBudget.ts';
import { buildMessages, questionText } from '../core/prompt.ts';
import { ofConversation } from '../shared/savedStates.ts';
import type { Config } from './config.ts';
import type { Conversations } from './conversations.ts';
import { Disposables, Emitter } from './disposables.ts';
import type { InferenceLog } from './inferenceClient.ts';
import type { ModelService } from './modelService.ts';
import type { Questions } from './questions.ts';
import type { SampleCount } from './sampleCount.ts';
import type { TurnRunner } from './turn.ts';

/** How long a selection rests before its question is read, in milliseconds. */
const restMs = 150;

export interface PrefetchSources {
  readonly conversations: Conversations;
  readonly model: ModelService;
  readonly questions: Questions;
  readonly turns: TurnRunner;
  readonly samples: SampleCount;
  readonly config: Config;
  readonly log: InferenceLog;
}

/** Since the window was opened. */
export interface PrefetchCounts {
  readonly prompts: number;
  readonly readTokens: number;
  /** Of `readTokens`, those of questions that were asked then. */
  readonly usedTokens: number;
}

/** What the context holds of a question that was not asked. */
interface Foreseen {
  readonly text: string;
  readonly readTokens: number;
}

/**
 * Lets the engine read what **Solve** would ask about the selection while it rests, so that the answer begins at once. Only
 * where the conversation is empty: in one that has turns it would cut what the context remembers of them. See
 * docs/design/0024.
 */
export class Prefetch {
  readonly #sources: PrefetchSources;
  readonly #budget = new PrefetchBudget();
  readonly #disposables = new Disposables();
  readonly #read = new Emitter<PrefetchCounts>();
  /** A question was read, or as much of it as there was time for. */
  readonly onDidRead = this.#read.event;
  #counts: PrefetchCounts = { prompts: 0, readTokens: 0, usedTokens: 0 };
  #timer: NodeJS.Timeout | undefined;
  /** Of what is being read. */
  #stop = new AbortController();
  #foreseen: Foreseen | undefined;

  constructor(sources: PrefetchSources) {
    this.#sources = sources;
    const { conversations, model } = sources;
    const keep = this.#disposables;
    const isActive = (document: vscode.TextDocument): boolean => document === vscode.window.activeTextEditor?.document;
    keep.add(vscode.window.onDidChangeActiveTextEditor(() => this.#moved()));
    keep.add(vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => isActive(textEditor.document) && this.#moved()));
    keep.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && isActive(document)) this.#moved();
      }),
    );
    keep.add(conversations.onDidSwitch(() => this.#moved()));
    keep.add(
      conversations.onDidAppend(({ event }) => {
        if (event.type !== 'asked') return;
        this.#halt();
        this.#asked(questionText(event.question));
      }),
    );
    // What rests while the model is loaded is read then.
    keep.add(model.onDidChange(({ kind }) => (kind === 'ready' ? this.#moved() : this.#halt())));
  }

  get counts(): PrefetchCounts {
    return this.#counts;
  }

  dispose(): void {
    this.#halt();
    this.#disposables.dispose();
    this.#read.dispose();
  }

  #halt(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
  }

  #moved(): void {
    this.#halt();
    if (!this.#wanted) return;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#timer = setTimeout(() => void this.#readSelection(signal), restMs);
  }

  get #wanted(): boolean {
    const { conversations, model, turns, samples, config } = this.#sources;
    const { state } = model;
    const setting = config.prefetch;
    if (setting === 'off' || state.kind !== 'ready' || (setting === 'auto' && state.info.device !== 'gpu')) return false;
    // Several answers are written in a context of their own.
    if (turns.running || samples.samples > 1) return false;
    return conversations.current === undefined || allTurns(conversations.current).length === 0;
  }

  async #readSelection(signal: AbortSignal): Promise<void> {
    const { conversations, model, questions, log } = this.#sources;
    const editor = vscode.window.activeTextEditor;
    const mostTokens = this.#budget.left(Date.now());
    if (!editor || editor.selection.isEmpty || mostTokens === 0 || !this.#wanted) return;
    // What cannot be asked is said when it is asked.
    const question = await questions.foreseen('solve', editor).catch(() => undefined);
    if (!question || signal.aborted || !this.#wanted) return;
    const messages = buildMessages({ ...question, id: '' }, []);
    const begunAt = performance.now();
    const prompt = { messages, ...ofConversation(conversations.current), wholePrompt: { mostTokens } };
    const result = await model.readPrompt(prompt, signal);
    if (!result || result.readTokens === 0) return;
    const { promptTokens, readTokens } = result;
    this.#budget.spend(readTokens, Date.now());
    this.#count(questionText({ ...question, id: '' }), readTokens);
    log.debug(`[prefetch] ${readTokens} of ${promptTokens} tokens in ${Math.round(performance.now() - begunAt)} ms.`);
    this.#read.fire(this.#counts);
  }

  #count(text: string, readTokens: number): void {
    const before = this.#foreseen?.text === text ? this.#foreseen.readTokens : 0;
    this.#foreseen = { text, readTokens: before + readTokens };
    const { prompts, readTokens: all, usedTokens } = this.#counts;
    this.#counts = { prompts: prompts + 1, readTokens: all + readTokens, usedTokens };
  }

  #asked(text: string): void {
    const { text: foreseen, readTokens = 0 } = this.#foreseen ?? {};
    this.#foreseen = undefined;
    if (foreseen !== text) return;
    this.#counts = { ...this.#counts, usedTokens: this.#counts.usedTokens + readTokens };
    const { log } = this.#sources;
    log.debug(`[prefetch] Asked: ${this.#counts.usedTokens} of ${this.#counts.readTokens} tokens read in advance were of use so far.`);
  }
}
