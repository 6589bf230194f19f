import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { Attachment } from '../core/attachment.ts';
import { sameAttachment } from '../core/attachment.ts';
import { LemmaFailure } from '../core/errors.ts';
import { movedRange } from '../core/movedRange.ts';
import { placeLabel } from '../core/place.ts';
import type { AttachmentOffer } from '../shared/panelProtocol.ts';
import type { AttachmentSource } from './attachmentPick.ts';
import type { AttachmentError } from './attachmentWords.ts';
import { refusalText } from './attachmentWords.ts';
import { Disposables } from './disposables.ts';
import { fromRange } from './editor/convert.ts';
import { fileAttachment, movedTo, problemsAttachment, readAgain } from './editor/readAttachment.ts';
import { asMessage } from './measureContext.ts';
import type { ModelService } from './modelService.ts';
import type { PanelModel } from './panel/panelModel.ts';
import type { TokenCount, TokenCounter } from './tokenCounter.ts';
import { button } from './panelButtons.ts';

/** Files of one drop or choice; more are a mistake of the hand rather than a wish. */
const mostAtOnce = 20;
/** Rest after the last change of an attached document before its tokens are counted anew, in milliseconds. */
const restMs = 250;
const itemsKey = 'lemma.attachments';

interface Item {
  readonly id: string;
  readonly attachment: Attachment;
}

/**
 * What is attached to the next question, besides the selection: shown as chips, kept over a reload of the window, and read
 * once more when the question is asked. Until then selections and symbols follow the edits of their documents.
 */
export class Attachments {
  readonly #panel: PanelModel;
  readonly #counter: TokenCounter;
  readonly #memory: vscode.Memento;
  readonly #disposables = new Disposables();
  #items: readonly Item[];
  #counts: readonly TokenCount[] = [];
  /** Newest count; an older one that ends later is not shown. */
  #round = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param memory keeps what is attached over a reload of the window */
  constructor(panel: PanelModel, model: ModelService, counter: TokenCounter, memory: vscode.Memento) {
    this.#panel = panel;
    this.#counter = counter;
    this.#memory = memory;
    this.#items = memory.get<readonly Item[]>(itemsKey, []);
    const keep = this.#disposables;
    keep.add(vscode.workspace.onDidChangeTextDocument((event) => this.#follow(event)));
    keep.add(vscode.languages.onDidChangeDiagnostics(({ uris }) => this.#followProblems(uris.map(String))));
    // A model that has just been loaded can count what was estimated.
    keep.add(
      model.onDidChange(({ kind }) => {
        if (kind === 'ready' && this.#counts.some(({ estimated }) => estimated)) void this.#show();
      }),
    );
    if (this.#items.length > 0) void this.#restore();
  }

  /** As they are now, without waiting for files that are not open. */
  get current(): readonly Attachment[] {
    return this.#items.map(({ attachment }) => attachment);
  }

  /** As the question that is asked now takes them. @throws LemmaFailure `attachmentRefused` for what cannot be read any more */
  async read(): Promise<readonly Attachment[]> {
    const read = await Promise.all(this.#items.map(({ attachment }) => readAgain(attachment)));
    const counts = await this.#counter.count(read.map(asMessage));
    return read.map((attachment, index) => {
      const count = counts[index];
      return count && !count.estimated ? { ...attachment, tokens: count.content } : attachment;
    });
  }

  /** Puts them in place of what is attached. */
  async set(attachments: readonly Attachment[]): Promise<void> {
    this.#items = [];
    await this.add(...attachments);
  }

  async add(...attachments: readonly Attachment[]): Promise<void> {
    for (const attachment of attachments) {
      const known = this.#items.find((item) => sameAttachment(item.attachment, attachment));
      const item = { id: known?.id ?? randomUUID(), attachment };
      this.#items = known ? this.#items.map((each) => (each === known ? item : each)) : [...this.#items, item];
    }
    await this.#changed();
  }

  async remove(id: string): Promise<void> {
    this.#items = this.#items.filter((item) => item.id !== id);
    await this.#changed();
  }

  /** Lets the user choose. @param editor the one whose selection, symbols and problems are offered */
  async pick(editor: vscode.TextEditor | undefined): Promise<void> {
    const { pickAttachments } = await import('./attachmentPick.ts');
    const picked = await pickAttachments(editor);
    if (picked) await this.#attach(picked);
  }

  /** @param uris of files; none when there were files whose place is not known */
  async addFiles(uris: readonly vscode.Uri[]): Promise<void> {
    const refused: AttachmentError[] = [];
    if (uris.length === 0) refused.push({ code: 'attachmentRefused', fileName: '', because: 'noPlace' });
    if (uris.length > mostAtOnce) refused.push({ code: 'attachmentRefused', fileName: String(mostAtOnce), because: 'tooMany' });
    await this.#attach(
      uris.slice(0, mostAtOnce).map((uri) => () => fileAttachment(uri)),
      refused,
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#round += 1;
    this.#disposables.dispose();
  }

  /** Attaches what can be read, and says why the rest was not. */
  async #attach(sources: readonly AttachmentSource[], before: readonly AttachmentError[] = []): Promise<void> {
    const read = await Promise.allSettled(sources.map((source) => Promise.resolve().then(source)));
    await this.add(...read.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
    const refused = [...before];
    for (const each of read) {
      if (each.status === 'fulfilled') continue;
      const error = each.reason instanceof LemmaFailure ? each.reason.error : undefined;
      if (error?.code !== 'attachmentRefused') throw each.reason;
      refused.push(error);
    }
    if (refused.length === 0) return;
    const text = refused.map(refusalText).join(' ');
    this.#panel.showNotice({ tone: 'warning', icon: 'warning', text, buttons: [button('dismissNotice')] });
  }

  /** What was attached before the window was reloaded; what cannot be read now stays as it was, and is told when it is asked. */
  async #restore(): Promise<void> {
    const items = this.#items;
    const read = await Promise.all(
      items.map(async (item) => ({ before: item.attachment, now: await readAgain(item.attachment).catch(() => item.attachment) })),
    );
    // What was edited or reported while they were read is newer.
    this.#items = this.#items.map((item) => ({
      ...item,
      attachment: read.find(({ before }) => before === item.attachment)?.now ?? item.attachment,
    }));
    await this.#show();
  }

  #follow({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const uri = document.uri.toString();
    if (contentChanges.length === 0 || !this.#items.some(({ attachment }) => attachment.uri === uri)) return;
    this.#update(uri, (attachment) => {
      if (attachment.kind === 'file') return { ...attachment, text: document.getText() };
      if (!attachment.range) return attachment;
      const changes = contentChanges.map(({ range, text }) => ({ range: fromRange(range), text }));
      return movedTo(attachment, document, changes.reduce(movedRange, attachment.range));
    });
  }

  #followProblems(uris: readonly string[]): void {
    for (const uri of uris) {
      this.#update(uri, (attachment) =>
        attachment.kind === 'problems'
          ? problemsAttachment({ uri: vscode.Uri.parse(uri, true), languageId: attachment.languageId })
          : attachment,
      );
    }
  }

  #update(uri: string, change: (attachment: Attachment) => Attachment): void {
    let changed = false;
    this.#items = this.#items.map((item) => {
      if (item.attachment.uri !== uri) return item;
      const attachment = change(item.attachment);
      changed ||= attachment !== item.attachment;
      return { ...item, attachment };
    });
    if (!changed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#changed(), restMs);
  }

  async #changed(): Promise<void> {
    // What can be read again is not kept twice.
    const kept = this.#items.map((item) => (item.attachment.range ? item : { ...item, attachment: { ...item.attachment, text: '' } }));
    await Promise.all([this.#memory.update(itemsKey, kept.length === 0 ? undefined : kept), this.#show()]);
  }

  async #show(): Promise<void> {
    const round = (this.#round += 1);
    const items = this.#items;
    const counts = await this.#counter.count(items.map(({ attachment }) => asMessage(attachment)));
    if (round !== this.#round) return;
    this.#counts = counts;
    this.#panel.showAttachments(
      items.map(({ id, attachment }, index) => {
        const { content = 0, estimated = true } = counts[index] ?? {};
        return { id, ...offer(attachment), tokens: content, estimated };
      }),
    );
  }
}

function offer({ kind, label, fileName, range }: Attachment): Omit<AttachmentOffer, 'id' | 'tokens' | 'estimated'> {
  const folder = fileName.split(/[\\/]/).slice(0, -1).join('/');
  const place = range ? placeLabel({ fileName, range }) : (fileName.split(/[\\/]/).at(-1) ?? fileName);
  return { kind, label, title: folder === '' ? place : `${folder}/${place}` };
}
