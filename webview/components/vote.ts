import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { Sample } from '../../src/core/samples.ts';
import type { VoteGroupWords, VoteWords } from '../../src/shared/panelProtocol.ts';
import { fill } from '../../src/shared/panelStrings.ts';
import { formatTokensShort } from '../../src/core/format.ts';
import { icon } from '../icons.ts';
import { MarkdownView } from '../render/markdown.ts';
import { PanelElement } from './element.ts';
import type { PanelContext } from './element.ts';

/** Answers to one question by what they say: each group with its share, its answers to be unfolded one by one. */
export class LemmaVote extends PanelElement {
  static override properties = {
    context: { attribute: false },
    samples: { attribute: false },
    chosen: { attribute: false },
    words: { attribute: false },
    running: { attribute: false },
    opened: { state: true },
  };
  declare context: PanelContext;
  declare samples: readonly Sample[];
  /** The sample that is the turn's answer. */
  declare chosen: number | undefined;
  declare words: VoteWords;
  declare running: boolean;
  /** Indices of samples that are unfolded. */
  declare opened: ReadonlySet<number>;

  constructor() {
    super();
    this.opened = new Set();
  }

  protected override render(): TemplateResult {
    const { words, running } = this;
    return html`<p class="summary ${running ? 'busy' : ''}">${icon('list-tree')}<span>${words.summary}</span></p>
      <div class="groups" role="list">${words.groups.map((group, index) => this.group(group, index))}</div>`;
  }

  private group({ result, detail, samples }: VoteGroupWords, index: number): TemplateResult {
    const leads = this.chosen !== undefined && samples.some(({ sample }) => sample === this.chosen);
    const first = samples[0] && this.samples[samples[0].sample];
    return html`<div class="group ${leads ? 'leads' : ''}" role="listitem" data-group=${index}>
      <p class="head">
        ${leads ? icon('check') : nothing}<span class="result" title=${result}>${result === '' ? firstLine(first) : result}</span
        ><span class="share num muted">${detail}</span>
      </p>
      ${samples.map(({ sample, label }) => this.sample(sample, label))}
    </div>`;
  }

  private sample(index: number, label: string): TemplateResult {
    const sample = this.samples[index];
    const open = this.opened.has(index) && sample !== undefined;
    const tokens = (sample?.thoughtTokens ?? 0) + (sample?.answerTokens ?? 0);
    const { strings, locale } = this.context;
    return html`<button type="button" class="fold" aria-expanded=${open} ?disabled=${tokens === 0} @click=${() => this.toggle(index)}>
        ${icon(open ? 'chevron-down' : 'chevron-right')}<span>${label}</span>${tokens === 0 ? nothing : html`<span class="num">· ${fill(strings.tokens, formatTokensShort(tokens, locale))}</span>`}
      </button>
      ${open ? html`<lemma-sample .content=${{ sample, context: this.context }}></lemma-sample>` : nothing}`;
  }

  private toggle(index: number): void {
    const opened = new Set(this.opened);
    if (!opened.delete(index)) opened.add(index);
    this.opened = opened;
  }
}

/** Of answers without a result. */
function firstLine(sample: Sample | undefined): string {
  return sample?.answer.trim().split('\n', 1)[0] ?? '';
}

interface SampleContent {
  readonly sample: Sample;
  readonly context: PanelContext;
}

/** Thought and answer of one sample. Its children belong to the renderer, so it is not a template. */
export class LemmaSample extends HTMLElement {
  private views: { readonly thought: MarkdownView; readonly answer: MarkdownView } | undefined;
  private shown: Sample | undefined;

  set content({ sample, context }: SampleContent) {
    if (this.shown === sample && this.views) return;
    this.shown = sample;
    this.views ??= { thought: this.view('flow', 'mathml', context), answer: this.view('text', 'html', context) };
    this.views.thought.update(sample.thought, sample.answer !== '' || sample.end !== undefined);
    this.views.answer.update(sample.answer, sample.end !== undefined);
  }

  private view(name: string, math: 'mathml' | 'html', context: PanelContext): MarkdownView {
    const root = document.createElement('div');
    root.className = name;
    this.append(root);
    return new MarkdownView(root, {
      words: context.strings,
      math,
      places: context.places,
      onError: (error) => context.post({ type: 'error', message: `Drawing one of several answers failed: ${String(error)}` }),
    });
  }

  disconnectedCallback(): void {
    this.views?.thought.dispose();
    this.views?.answer.dispose();
    this.views = undefined;
    this.replaceChildren();
  }
}

customElements.define('lemma-sample', LemmaSample);
customElements.define('lemma-vote', LemmaVote);
