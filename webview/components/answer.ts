import type { CheckMark } from '../../src/shared/panelProtocol.ts';
import { drawMarks } from '../render/checkMarks.ts';
import { MarkdownView } from '../render/markdown.ts';
import { formulasSettled } from '../render/math.ts';
import type { PanelContext } from './element.ts';

export interface AnswerContent {
  readonly turnId: string;
  readonly text: string;
  readonly complete: boolean;
  /** Of the formulas that were checked. */
  readonly marks?: readonly CheckMark[] | undefined;
  readonly context: PanelContext;
}

/** The answer as Markdown. Its children belong to the renderer, so it is not a template. */
export class LemmaAnswer extends HTMLElement {
  /** Undefined before the first draw. */
  view: MarkdownView | undefined;
  private shown: AnswerContent | undefined;

  /** Set by the turn at each change. */
  set content(content: AnswerContent) {
    const before = this.shown;
    this.shown = content;
    const drawn = before?.text === content.text && before.complete === content.complete && this.view !== undefined;
    if (!drawn) this.draw(content);
    if (!drawn || before.marks !== content.marks) void this.mark(content);
  }

  get turnId(): string {
    return this.shown?.turnId ?? '';
  }

  /** Index of a code block among the fenced blocks of this answer, in order, as the host counts them. */
  blockIndex(box: Element): number {
    return [...this.querySelectorAll('.code.fenced')].indexOf(box);
  }

  disconnectedCallback(): void {
    this.view?.dispose();
    this.view = undefined;
    this.replaceChildren();
  }

  /** When all of it is on the page: a formula that is drawn again has lost its mark. */
  private async mark(content: AnswerContent): Promise<void> {
    if (!content.complete || (!content.marks && !this.querySelector('.check-mark'))) return;
    await this.view?.settled();
    await formulasSettled();
    if (this.shown?.marks === content.marks && this.view) drawMarks(this, content.marks ?? []);
  }

  private draw({ text, complete, context }: AnswerContent): void {
    this.view ??= new MarkdownView(this, {
      words: context.strings,
      math: 'html',
      places: context.places,
      onError: (error) => context.post({ type: 'error', message: `Drawing an answer failed: ${String(error)}` }),
    });
    this.view.update(text, complete);
  }
}

customElements.define('lemma-answer', LemmaAnswer);
