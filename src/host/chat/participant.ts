/** `@lemma` in VS Code's chat: the local model answers, whichever model is picked there. */
import * as vscode from 'vscode';
import { suggestedEdit } from '../../core/answer.ts';
import type { EditKind } from '../../core/answer.ts';
import type { Attachment } from '../../core/attachment.ts';
import { ChatMathStream } from '../../core/chatMath.ts';
import type { ChatMessage } from '../../core/chatMessage.ts';
import { chatCommands, chatQuestion } from '../../core/chatQuestion.ts';
import type { ChatCommand } from '../../core/chatQuestion.ts';
import type { TurnQuestion } from '../../core/conversation.ts';
import { LemmaFailure, loggedError, toLemmaError } from '../../core/errors.ts';
import { buildMessages, questionText } from '../../core/prompt.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import type { LemmaApp } from '../app.ts';
import { fileAttachment, selectionAttachment } from '../editor/readAttachment.ts';
import { readSnapshot, requireEditor } from '../editor/readSnapshot.ts';
import type { ChatAnswer } from './chatAnswers.ts';
import { chatErrorText, cutOffText } from './chatWords.ts';
import { withSignal } from './convertMessages.ts';

/** Kept by VS Code with each response: the conversation as the model is told of it, without thoughts. */
interface KeptTurn {
  readonly question: string;
  readonly answer: string;
}

/** A stream of which the proposed API (`chatParticipantAdditions`) knows thoughts. */
type ThinkingStream = vscode.ChatResponseStream & { thinkingProgress?(delta: { readonly text: string }): void };

export class LemmaParticipant {
  readonly #app: LemmaApp;
  /** Where this VS Code refuses thoughts once, they are left out. */
  #showsThoughts = true;

  constructor(app: LemmaApp) {
    this.#app = app;
  }

  async handle(
    request: vscode.ChatRequest,
    context: vscode.ChatContext,
    stream: vscode.ChatResponseStream,
    token: vscode.CancellationToken,
  ): Promise<vscode.ChatResult> {
    try {
      return await withSignal(token, (signal) => this.#answer(request, context, stream, signal, token));
    } catch (thrown) {
      if (thrown instanceof vscode.CancellationError) return {};
      const error = toLemmaError(thrown);
      this.#app.log.warn(`[chat] ${loggedError(error)}`);
      const { fetching } = this.#app.panel;
      if (error.code === 'modelNotChosen' && fetching === undefined)
        stream.button({ command: 'lemma.chooseModel', title: vscode.l10n.t('Choose Model…') });
      return { errorDetails: { message: chatErrorText(error, fetching) } };
    }
  }

  async #answer(
    request: vscode.ChatRequest,
    { history }: vscode.ChatContext,
    stream: vscode.ChatResponseStream,
    signal: AbortSignal,
    token: vscode.CancellationToken,
  ): Promise<vscode.ChatResult> {
    const question = await readQuestion(request, token);
    if (question.snapshot) stream.reference(vscode.Uri.parse(question.snapshot.uri, true));
    const math = new ChatMathStream();
    let begun = false;
    let thinks = false;
    const write = (text: string): void => {
      const shown = begun ? text : text.trimStart();
      if (shown !== '') stream.markdown(shown);
      begun ||= shown !== '';
    };
    const end = await this.#app.replies.reply(
      { messages: buildMessages(question, historyOf(history)) },
      ({ part, text }) => {
        if (part === 'answer') return write(math.push(text));
        if (!thinks) stream.progress(vscode.l10n.t('Thinking…'));
        thinks = true;
        if (text !== '') this.#think(stream, text);
      },
      signal,
    );
    write(math.end());
    const kept: KeptTurn = { question: questionText(question), answer: end.answer };
    const metadata = { ...kept, command: request.command };
    if (end.answer.trim() !== '') this.#buttons(stream, end.answer, question.snapshot);
    const cut = cutOffText(end);
    if (cut === undefined) return { metadata };
    return { metadata, errorDetails: { message: cut, responseIsIncomplete: end.answer.trim() !== '' } as vscode.ChatErrorDetails };
  }

  #think(stream: ThinkingStream, text: string): void {
    if (!this.#showsThoughts || !stream.thinkingProgress) return;
    try {
      stream.thinkingProgress({ text });
    } catch {
      // Proposed API: it is there, and this VS Code does not let us use it.
      this.#showsThoughts = false;
    }
  }

  #buttons(stream: vscode.ChatResponseStream, answer: string, snapshot: Snapshot | undefined): void {
    const first = suggestedEdit(answer, snapshot);
    const kinds: readonly EditKind[] = snapshot ? [first, first === 'insert' ? 'replace' : 'insert'] : ['insert'];
    const argument: ChatAnswer = { answer, ...(snapshot ? { snapshot } : {}) };
    for (const kind of kinds) {
      const title = kind === 'insert' ? vscode.l10n.t('Insert at Cursor') : vscode.l10n.t('Replace Selection');
      stream.button({ command: kind === 'insert' ? 'lemma.insertChatAnswer' : 'lemma.replaceChatSelection', title, arguments: [argument] });
    }
  }
}

/** What can be asked next, by what was asked. */
export function followups({ metadata, errorDetails }: vscode.ChatResult): vscode.ChatFollowup[] {
  if (errorDetails) return [];
  switch (metadata?.command as ChatCommand | undefined) {
    case 'solve':
    case 'prove':
      return [{ prompt: vscode.l10n.t('Check this in another way.') }, { prompt: vscode.l10n.t('Explain each step.') }];
    case 'fix':
      return [{ prompt: vscode.l10n.t('Explain what was wrong.') }];
    case 'explain':
      return [{ prompt: vscode.l10n.t('Show an example.') }];
    case undefined:
      return [];
  }
}

/** With a command and nothing typed or given it is about the editor's selection, or what is around its cursor. */
async function readQuestion(
  { command: name, prompt, references }: vscode.ChatRequest,
  token: vscode.CancellationToken,
): Promise<TurnQuestion> {
  const command = chatCommands.find((each) => each === name);
  const attachments: Attachment[] = [];
  const texts: string[] = [];
  let snapshot: Snapshot | undefined;
  for (const { id, value, modelDescription } of references) {
    if (value instanceof vscode.Location) {
      const document = await vscode.workspace.openTextDocument(value.uri);
      const selection = new vscode.Selection(value.range.start, value.range.end);
      if (command && !snapshot && !selection.isEmpty) snapshot = await readSnapshot({ document, selection }, {}, token);
      else attachments.push(selectionAttachment({ document, selection }));
    } else if (value instanceof vscode.Uri) {
      // The file that happens to be open was not given by the user.
      if (!id.startsWith('vscode.implicit')) attachments.push(await fileAttachment(value));
    } else if (typeof value === 'string') texts.push([modelDescription, value].filter((part) => part).join('\n\n'));
    else if (typeof value === 'object' && value !== null && 'mimeType' in value && String(value.mimeType).startsWith('image/'))
      throw new LemmaFailure({ code: 'imagesRefused' });
  }
  if (command && !snapshot && prompt.trim() === '' && attachments.length + texts.length === 0)
    snapshot = await readSnapshot(requireEditor(), {}, token);
  const text = [...texts, prompt.trim()].filter((part) => part !== '').join('\n\n');
  return chatQuestion({ command, text, attachments, ...(snapshot ? { snapshot } : {}) });
}

/** Earlier questions to `@lemma` that were answered, in the words that the model saw, so that it need not read them again. */
function historyOf(history: vscode.ChatContext['history']): ChatMessage[] {
  return history.flatMap((turn): ChatMessage[] => {
    if (!(turn instanceof vscode.ChatResponseTurn)) return [];
    const { question, answer } = (turn.result.metadata ?? {}) as Partial<KeptTurn>;
    if (typeof question !== 'string' || typeof answer !== 'string' || answer.trim() === '') return [];
    return [
      { role: 'user', content: question },
      { role: 'assistant', content: answer, thoughtRemoved: true },
    ];
  });
}
