import * as vscode from 'vscode';
import type { ContextShares } from '../core/budget.ts';
import type { ChatMessage } from '../core/chatMessage.ts';
import { answeredTurns, historyMessages, rememberedTurns } from '../core/conversation.ts';
import type { TurnQuestion } from '../core/conversation.ts';
import { formatCount } from '../core/format.ts';
import { promptText, renderGlmPrompt } from '../core/glmPrompt.ts';
import { buildMessages } from '../core/prompt.ts';
import type { ContextUse, PanelNote } from '../shared/panelProtocol.ts';
import { ofConversation } from '../shared/savedStates.ts';
import type { Config } from './config.ts';
import type { Conversations } from './conversations.ts';
import { Disposables } from './disposables.ts';
import { measureContext } from './measureContext.ts';
import { contextLimitFor } from './turnContext.ts';
import type { MeasuredContext } from './measureContext.ts';
import type { ModelService } from './modelService.ts';
import type { PanelModel } from './panel/panelModel.ts';
import type { Questions } from './questions.ts';
import type { TextViews } from './textViews.ts';
import type { TokenCounter } from './tokenCounter.ts';
import { button } from './panelButtons.ts';

/** Rest after the last change before the context is computed anew, in milliseconds. */
const restMs = 250;

/** What the context is made of. */
export interface MeterSources {
  readonly conversations: Conversations;
  readonly model: ModelService;
  readonly panel: PanelModel;
  readonly questions: Questions;
  readonly counter: TokenCounter;
  readonly config: Config;
  readonly texts: TextViews;
}

interface Measured {
  readonly question: TurnQuestion;
  readonly history: readonly ChatMessage[];
  readonly measured: MeasuredContext;
  readonly contextTokens: number;
}

/** Tells the panel how the next question would fill the context and what it would leave out, before it is asked. */
export class ContextMeter {
  readonly #sources: MeterSources;
  readonly #disposables = new Disposables();
  #timer: NodeJS.Timeout | undefined;
  /** Newest computation; an older one that ends later is not shown. */
  #round = 0;

  constructor(sources: MeterSources) {
    this.#sources = sources;
    const { conversations, model, panel, config } = sources;
    const keep = this.#disposables;
    keep.add(conversations.onDidSwitch(() => this.#soon()));
    keep.add(
      conversations.onDidAppend(({ event }) => {
        if (event.type !== 'delta' && event.type !== 'phase') this.#soon();
      }),
    );
    keep.add(
      model.onDidChange(({ kind }) => {
        if (kind !== 'loading') this.#soon();
      }),
    );
    keep.add(
      panel.onDidChange(({ kind }) => {
        if (kind === 'draft' || kind === 'attachments' || kind === 'automatic' || kind === 'selection') this.#soon();
      }),
    );
    keep.add(config.onDidChangeModel(() => this.#soon()));
    this.#soon();
  }

  /** The prompt that the next question would have, control tokens spelled out, in a read-only editor. */
  async openPrompt(): Promise<void> {
    const { question, history, measured } = await this.#measure();
    const messages = buildMessages(question, history.slice(2 * measured.droppedTurns));
    const { state } = this.#sources.model;
    const profile = 'info' in state && state.info.profile !== 'own' ? state.info.profile : 'glm-z1';
    await this.#sources.texts.open(vscode.l10n.t('What the model will see'), promptText(renderGlmPrompt(messages, { profile })));
  }

  /** Lets the user choose the turns that the model is told of. */
  async chooseTurns(): Promise<void> {
    const { conversations, counter } = this.#sources;
    const { chooseTurns } = await import('./turnPick.ts');
    await chooseTurns(conversations, counter);
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

  async #show(): Promise<void> {
    const round = (this.#round += 1);
    const measured = await this.#measure();
    if (round !== this.#round) return;
    this.#sources.panel.showContext(this.#use(measured));
    this.#readAhead(measured);
  }

  /** Only once a question is being written: until then a thought may be taken up again, which the history has not. */
  #readAhead({ question, history, measured }: Measured): void {
    const messages = history.slice(2 * measured.droppedTurns);
    const { model, conversations } = this.#sources;
    if (question.text === '' || messages.length === 0) return;
    model.readAhead({ messages, ...ofConversation(conversations.current) });
  }

  async #measure(): Promise<Measured> {
    const { conversations, model, questions, counter, config } = this.#sources;
    const question = await questions.next();
    const history = historyMessages(conversations.current);
    const { state } = model;
    const info = 'info' in state ? state.info : undefined;
    const { maxTokens: wantedTokens } = config.replyOf(info);
    const measure = (contextTokens: number) => measureContext(question, history, counter, { contextTokens, wantedTokens });
    const short = contextLimitFor(info, config.model, 0);
    const first = await measure(short);
    // A longer input has a longer context.
    const contextTokens = contextLimitFor(info, config.model, first.together + first.leftOut);
    const measured = contextTokens === short ? first : await measure(contextTokens);
    return { question, history, measured, contextTokens };
  }

  #use({ question, measured, contextTokens }: Measured): ContextUse {
    const { filled: _filled, overTokens: _overTokens, automatic, ...counts } = measured;
    const cutAfter = rememberedTurns(this.#sources.conversations.current)[measured.droppedTurns - 1]?.question.id;
    const note = contextNote(measured);
    return {
      ...counts,
      contextTokens,
      answeredTurns: answeredTurns(this.#sources.conversations.current).length,
      attachmentCount: question.attachments?.length ?? 0,
      ...(automatic > 0 ? { automatic: { tokens: automatic, count: question.context?.length ?? 0 } } : {}),
      ...(cutAfter === undefined ? {} : { cutAfter }),
      ...(note ? { note } : {}),
    };
  }
}

/** What will be left out, said before it is. */
function contextNote({ droppedTurns, filled, overTokens }: ContextShares): PanelNote | undefined {
  const count = (value: number): string => formatCount(value, vscode.env.language);
  const warning = (text: string): PanelNote => ({ tone: 'warning', icon: 'warning', text, buttons: [] });
  if (overTokens > 0) {
    return warning(
      vscode.l10n.t('The question is {0} tokens larger than the context. Remove an attachment, or select less.', count(overTokens)),
    );
  }
  if (droppedTurns === 0) return undefined;
  const percent = count(Math.min(100, Math.floor(100 * filled)));
  const text =
    droppedTurns === 1
      ? vscode.l10n.t('The conversation fills {0} % of the context. Your next question leaves out the oldest turn.', percent)
      : vscode.l10n.t(
          'The conversation fills {0} % of the context. Your next question leaves out the {1} oldest turns.',
          percent,
          count(droppedTurns),
        );
  return { ...warning(text), buttons: [button('newConversation'), button('chooseTurns')] };
}
