import * as vscode from 'vscode';
import type { Attachment } from '../../core/attachment.ts';
import type { TurnQuestion } from '../../core/conversation.ts';
import { placeLabel } from '../../core/place.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import type { AttachmentOffer } from '../../shared/panelProtocol.ts';
import type { Config } from '../config.ts';
import { Disposables } from '../disposables.ts';
import type { InferenceLog } from '../inferenceClient.ts';
import type { ModelService } from '../modelService.ts';
import type { PanelModel } from '../panel/panelModel.ts';
import type { TokenCounter } from '../tokenCounter.ts';
import { contextLimitFor } from '../turnContext.ts';
import { gatherContext, gatherLimitMs } from './gatherContext.ts';
import type { GatheredContext } from './gatherContext.ts';

/** At most this part of the context goes to what nobody asked for. */
const shareOfContext = 1 / 4;

export interface AutomaticContextSources {
  readonly panel: PanelModel;
  readonly model: ModelService;
  readonly config: Config;
  readonly counter: TokenCounter;
  readonly log: InferenceLog;
  /** What would be asked if it were sent now, without context. */
  readonly next: () => Promise<Omit<TurnQuestion, 'id'>>;
}

/**
 * Longest wait for what is shown before it is sent, in milliseconds: nobody waits for it, and what is left out of it is left
 * out of the question.
 */
const shownLimitMs = 2000;
/** Rest after the last change before it is gathered anew, in milliseconds. */
const restMs = 200;

/**
 * What Lemma sends along with a question by its own choice. While the selection is attached to what is typed, it is shown as
 * chips before it is sent, and what is shown is what is sent; a task that begins at once gathers it at that moment. What the
 * user takes away stays away until another place is selected.
 */
export class AutomaticContext {
  readonly #sources: AutomaticContextSources;
  readonly #disposables = new Disposables();
  /** What is shown, and the question that it belongs to. */
  #shown: readonly Attachment[] = [];
  #shownFor = '';
  /** Taken away by the user, of the place `#unwantedAt`. */
  readonly #unwanted = new Set<string>();
  #unwantedAt = '';
  /** What was gathered for a question before it is asked, as long as nothing has changed since. */
  #foreseen: { readonly context: readonly Attachment[]; readonly key: string } | undefined;
  /** Newest gathering; an older one that ends later is not shown. */
  #round = 0;
  /** How long the last gathering about a selection took, in milliseconds, for the benchmark. */
  lastMs = 0;
  /** Longest wait of a task that begins at once, in milliseconds. Tests set it where the machine is slow. */
  limitMs = gatherLimitMs;

  #timer: NodeJS.Timeout | undefined;

  constructor(sources: AutomaticContextSources) {
    this.#sources = sources;
    const { panel, config } = sources;
    const keep = this.#disposables;
    keep.add(
      panel.onDidChange(({ kind }) => {
        if (kind === 'selection' || kind === 'attachments') this.#soon();
      }),
    );
    keep.add(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.scheme === 'output') return;
        this.#foreseen = undefined;
        if (panel.selectionAttached) this.#soon();
      }),
    );
    keep.add(vscode.languages.onDidChangeDiagnostics(() => (this.#foreseen = undefined)));
    const anew = (): void => {
      this.#foreseen = undefined;
      this.#set([], '');
      this.#soon();
    };
    keep.add(config.onDidChangeAutomaticContext(anew));
    // Files that were not to be read without having been asked for may be read now.
    keep.add(vscode.workspace.onDidGrantWorkspaceTrust(anew));
  }

  /** What would go along with the next typed question. */
  get shown(): readonly Attachment[] {
    return this.#shown;
  }

  /** What goes along with a question that is asked now: what is shown for it, else it is gathered. */
  async of(question: Omit<TurnQuestion, 'id'>): Promise<readonly Attachment[]> {
    if (!question.snapshot) return [];
    if (keyOf(question) === this.#shownFor) return this.#shown;
    if (this.#foreseen?.key === foreseenKey(question)) return this.#foreseen.context;
    return (await this.#gather(question, this.limitMs)).context;
  }

  /** What would go along with a question that may be asked next. Gathered in full, it is what goes along then. */
  async foresee(question: Omit<TurnQuestion, 'id'>): Promise<readonly Attachment[]> {
    if (!question.snapshot) return [];
    const key = foreseenKey(question);
    if (this.#foreseen?.key === key || keyOf(question) === this.#shownFor) return this.of(question);
    // A change that comes while it is gathered leaves nothing to go by.
    const mark = (this.#foreseen = { context: [], key: '' });
    const { context, late } = await this.#gather(question, this.limitMs);
    if (this.#foreseen === mark) this.#foreseen = late.length === 0 ? { context, key } : undefined;
    return context;
  }

  /** Takes one of the shown away. @returns false when there is none of that id */
  remove(id: string): boolean {
    const piece = this.#shown.find((each) => idOf(each) === id);
    if (!piece) return false;
    this.#unwanted.add(id);
    this.#foreseen = undefined;
    this.#set(
      this.#shown.filter((each) => each !== piece),
      this.#shownFor,
    );
    return true;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#round += 1;
    this.#disposables.dispose();
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#show(), restMs);
  }

  /** Shows what would go along with the next question; nothing without a selection that is attached. */
  async #show(): Promise<void> {
    const round = (this.#round += 1);
    const question = await this.#sources.next();
    const key = keyOf(question);
    if (key !== '' && key === this.#shownFor) return;
    const { context } = await this.#gather(question, shownLimitMs);
    if (round === this.#round) this.#set(context, key);
  }

  async #gather(question: Omit<TurnQuestion, 'id'>, limitMs: number): Promise<GatheredContext> {
    const { counter, log } = this.#sources;
    const { snapshot } = question;
    const at = snapshot ? placeOf(snapshot) : '';
    if (at !== this.#unwantedAt) this.#unwanted.clear();
    this.#unwantedAt = at;
    const isUnwanted = (attachment: Attachment): boolean => this.#unwanted.has(idOf(attachment));
    const gathered = await gatherContext({ question, budgetTokens: this.#budgetTokens, isUnwanted, limitMs }, counter, log);
    if (gathered.tookMs > 0) this.lastMs = gathered.tookMs;
    return gathered;
  }

  get #budgetTokens(): number {
    const { config, model } = this.#sources;
    const { state } = model;
    const limit = contextLimitFor('info' in state ? state.info : undefined, config.model, 0);
    return Math.min(config.automaticContextTokens, Math.floor(limit * shareOfContext));
  }

  #set(context: readonly Attachment[], key: string): void {
    this.#shown = context;
    this.#shownFor = key;
    this.#sources.panel.showAutomatic(context.map(offer));
  }
}

/** The same question about the same text has the same context. The user's attachments count, since none is repeated. */
function keyOf({ task, snapshot, attachments = [] }: Omit<TurnQuestion, 'id'>): string {
  if (!snapshot) return '';
  return JSON.stringify([task === 'ask', snapshot.version, placeOf(snapshot), attachments.map(({ uri, range }) => [uri, range])]);
}

/** Other tasks show other surroundings, and so leave other pieces out. */
function foreseenKey(question: Omit<TurnQuestion, 'id'>): string {
  return `${question.task} ${keyOf(question)}`;
}

/** Until the cursor goes elsewhere, also while the document changes elsewhere. */
function placeOf({ uri, text }: Snapshot): string {
  return `${uri} ${text}`;
}

function idOf({ kind, uri, label }: Attachment): string {
  return `automatic ${kind} ${uri} ${label}`;
}

function offer(attachment: Attachment): AttachmentOffer {
  const { kind, label, fileName, range, tokens = 0 } = attachment;
  const place = range ? placeLabel({ fileName, range }) : fileName;
  const title = vscode.l10n.t('{0}, chosen by Lemma', place);
  return { id: idOf(attachment), kind, label, title, tokens, estimated: false, automatic: true };
}
