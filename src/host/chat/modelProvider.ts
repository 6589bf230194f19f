/** The chosen model in VS Code's model picker and for every extension, by the language model API. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { ChatProfile } from '../../core/chatMessage.ts';
import { chatMessages, glmTools, requestLimits, withDemand } from '../../core/chatRequest.ts';
import { LemmaFailure, loggedError, toLemmaError } from '../../core/errors.ts';
import type { AnswerPart } from '../../core/functionCalls.ts';
import { FunctionCallParser } from '../../core/functionCalls.ts';
import type { FamilyModel } from '../../core/models/family.ts';
import { familyModel, familyModelOf } from '../../core/models/family.ts';
import type { Sampling } from '../../core/chatMessage.ts';
import type { ModelInfo } from '../../shared/inferenceProtocol.ts';
import type { LemmaApp } from '../app.ts';
import { Config } from '../config.ts';
import type { ModelSettings } from '../config.ts';
import { modelLabel } from '../modelService.ts';
import { serverAddress } from '../remote/serverAddress.ts';
import { contextLimit } from '../turnContext.ts';
import { chatErrorText, cutOffText } from './chatWords.ts';
import { requestMessage, withSignal } from './convertMessages.ts';

/** Stays the same whatever model is chosen, so that a pick in the picker stays. */
export const providedModelId = 'chosen';
/** Of a model that is not loaded and of which nothing is known. */
const unknownContextTokens = 8192;

/** Proposed API (`languageModelThinkingPart`); exists at run time in current versions. */
type ThinkingPart = new (value: string) => vscode.LanguageModelTextPart;

export class LemmaModelProvider implements vscode.LanguageModelChatProvider {
  readonly #app: () => Promise<LemmaApp>;
  /** The running Lemma, once there is one. */
  readonly #running: () => LemmaApp | undefined;
  readonly #config = new Config();
  #thinking = (vscode as { readonly LanguageModelThinkingPart?: ThinkingPart }).LanguageModelThinkingPart;

  constructor(app: () => Promise<LemmaApp>, running: () => LemmaApp | undefined) {
    this.#app = app;
    this.#running = running;
  }

  /** Starts nothing: it is asked at each start of VS Code. Not silent, it leads to choosing a model where none is chosen. */
  async provideLanguageModelChatInformation({
    silent,
  }: vscode.PrepareLanguageModelChatModelOptions): Promise<vscode.LanguageModelChatInformation[]> {
    if (!silent && !isChosen(this.#config.model)) await (await this.#app()).chooseModel();
    const settings = this.#config.model;
    if (!isChosen(settings)) return [];
    const { state } = this.#running()?.model ?? { state: undefined };
    return [informationOf(settings, state && 'info' in state ? state.info : undefined, this.#config.reply.maxTokens)];
  }

  async provideLanguageModelChatResponse(
    _model: vscode.LanguageModelChatInformation,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    { tools = [], toolMode, modelOptions }: vscode.ProvideLanguageModelChatResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    await this.#speaking(token, async (app, signal) => {
      const required = toolMode === vscode.LanguageModelChatToolMode.Required && tools.length > 0;
      const calls = new FunctionCallParser(tools.map(({ name }) => name));
      const report = new AnswerReport(progress);
      const request = {
        messages: withDemand(chatMessages(messages.map(requestMessage)), required),
        tools: glmTools(
          tools.map(({ name, description, inputSchema }) => ({ name, description, ...(inputSchema ? { inputSchema } : {}) })),
        ),
        ...wishes(modelOptions),
      };
      const end = await app.replies.reply(
        request,
        ({ part, text }) => {
          if (part === 'answer') report.answer(calls.push(text));
          else if (text !== '') this.#think(progress, text);
        },
        signal,
      );
      report.answer(calls.end());
      if (end.stop === 'cancelled') throw new vscode.CancellationError();
      const cut = cutOffText(end);
      if (cut !== undefined) throw new Error(cut);
    });
  }

  async provideTokenCount(
    _model: vscode.LanguageModelChatInformation,
    text: string | vscode.LanguageModelChatRequestMessage,
    token: vscode.CancellationToken,
  ): Promise<number> {
    return this.#speaking(token, async (app, signal) => {
      const messages = typeof text === 'string' ? [{ role: 'user' as const, content: text }] : chatMessages([requestMessage(text)]);
      const counted = await app.replies.count(messages, signal);
      if (!counted) throw new vscode.CancellationError();
      const counts = typeof text === 'string' ? counted.contentTokens : counted.messageTokens;
      return counts.reduce((sum, tokens) => sum + tokens, 0);
    });
  }

  /** Where the running VS Code knows thoughts; else they are left out. */
  #think(progress: vscode.Progress<vscode.LanguageModelResponsePart>, text: string): void {
    if (!this.#thinking) return;
    try {
      progress.report(new this.#thinking(text));
    } catch {
      // The class is there, and this VS Code does not let us use it.
      this.#thinking = undefined;
    }
  }

  /** Failures reach the caller in words. */
  async #speaking<Result>(token: vscode.CancellationToken, work: (app: LemmaApp, signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const app = await this.#app();
    try {
      return await withSignal(token, (signal) => work(app, signal));
    } catch (thrown) {
      if (!(thrown instanceof LemmaFailure)) throw thrown;
      const error = toLemmaError(thrown);
      app.log.warn(`[request] ${loggedError(error)}`);
      const text = chatErrorText(error, app.panel.fetching);
      throw error.code === 'modelNotChosen' ? vscode.LanguageModelError.NotFound(text) : new Error(text, { cause: thrown });
    }
  }
}

/** The line breaks that a model writes between its thought and its answer are no part of the answer. */
class AnswerReport {
  readonly #progress: vscode.Progress<vscode.LanguageModelResponsePart>;
  #begun = false;
  #calls = 0;

  constructor(progress: vscode.Progress<vscode.LanguageModelResponsePart>) {
    this.#progress = progress;
  }

  answer(parts: readonly AnswerPart[]): void {
    for (const part of parts) {
      if (part.kind === 'call') {
        // Unique for the caller's conversation; GLM itself has no ids.
        const callId = `lemma-${Date.now().toString(36)}-${this.#calls++}`;
        this.#progress.report(new vscode.LanguageModelToolCallPart(callId, part.name, part.input));
      } else {
        const text = this.#begun ? part.text : part.text.trimStart();
        if (text !== '') this.#progress.report(new vscode.LanguageModelTextPart(text));
        this.#begun ||= text !== '';
      }
    }
  }
}

function isChosen({ server, modelPath }: ModelSettings): boolean {
  return server ? server.url !== '' : modelPath !== undefined;
}

function informationOf(settings: ModelSettings, info: ModelInfo | undefined, wantedTokens: number): vscode.LanguageModelChatInformation {
  const { server, modelPath = '' } = settings;
  const fileName = server ? server.model : path.basename(modelPath);
  const row = info?.familyId === undefined ? familyModelOf({ fileName }) : familyModel(info.familyId);
  const profile: ChatProfile = info?.profile ?? row?.profile ?? 'own';
  const host = server && (serverAddress(server.url)?.host ?? server.url);
  const name = (server ? server.model : modelLabel(modelPath, info?.name)) || 'Lemma';
  // `isUserSelectable` is proposed API: without it older versions show a model only where the user looks for it.
  return {
    ...{ isUserSelectable: true },
    ...{ id: providedModelId, name, family: row?.id ?? name, version: name },
    detail: host ?? vscode.l10n.t('on this computer'),
    tooltip:
      host === undefined
        ? vscode.l10n.t('Lemma runs {0} on this computer. What you ask does not leave it.', name)
        : vscode.l10n.t('Lemma asks {0} on the server {1}.', name, host),
    ...requestLimits(longestRequestContext(settings, info, row), wantedTokens),
    capabilities: { toolCalling: profile === 'glm-z1' || profile === 'glm-4', imageInput: false },
  };
}

/** Context that a request can have; before the first load of an unknown model no more than most have. */
function longestRequestContext(settings: ModelSettings, info: ModelInfo | undefined, row: FamilyModel | undefined): number {
  const { yarn = 'auto', contextTokens, server } = settings;
  if (info) return contextLimit(info, settings, yarn !== 'off');
  if (server) return server.contextTokens ?? unknownContextTokens;
  if (!row) return contextTokens > 0 ? Math.min(contextTokens, unknownContextTokens) : unknownContextTokens;
  return contextLimit(undefined, settings, yarn !== 'off' && row.yarn !== undefined);
}

/** Options that callers send by the names of OpenAI's API. */
function wishes(options: vscode.ProvideLanguageModelChatResponseOptions['modelOptions']): {
  readonly sampling: Partial<Sampling>;
  readonly maxTokens?: number;
} {
  const number = (name: string): number | undefined => {
    const value: unknown = options?.[name];
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
  };
  const temperature = number('temperature');
  const topP = number('top_p');
  const seed = number('seed');
  const maxTokens = number('max_tokens');
  return {
    sampling: {
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined || topP === 0 || topP > 1 ? {} : { topP }),
      ...(seed === undefined ? {} : { seed: Math.trunc(seed) }),
    },
    ...(maxTokens === undefined || maxTokens < 1 ? {} : { maxTokens: Math.trunc(maxTokens) }),
  };
}
