/**
 * Draws a growing Markdown text into an element. Finished blocks are parsed, sanitised and mounted once; only the
 * open tail is drawn again, and of it only what differs. Long texts are mounted in slices, so that opening
 * a thought of 30,000 tokens never holds up a frame.
 */
import { BlockCutter } from './blocks.ts';
import { codeElement, updateCode } from './code.ts';
import type { CodeWords } from './code.ts';
import { slottedHtml } from './html.ts';
import type { Slot } from './html.ts';
import { formulaElement, formulaKey } from './math.ts';
import type { FormulaWords, MathOutput } from './math.ts';
import { mended } from './mend.ts';
import { morphRange } from './morph.ts';
import type { MorphRule } from './morph.ts';
import { sanitized } from './sanitize.ts';

export interface MarkdownWords extends FormulaWords, CodeWords {
  readonly openLink: string;
  readonly renderFailed: string;
}

export interface MarkdownOptions {
  readonly words: MarkdownWords;
  readonly math: MathOutput;
  /** A fault in drawing one block; the block is shown as its source. */
  readonly onError: (error: unknown) => void;
}

interface Block {
  readonly source: string;
  nodes: ChildNode[];
}

/** Time that mounting may take of one frame, in milliseconds. */
const sliceMs = 8;

export class MarkdownView {
  private readonly root: HTMLElement;
  private readonly options: MarkdownOptions;
  private cutter = new BlockCutter();
  private blocks: Block[] = [];
  /** Blocks before this index are not on the page. */
  private firstMounted = 0;
  /** Blocks from this index on wait to be drawn. */
  private nextToDraw = 0;
  private tail = '';
  private tailNodes: ChildNode[] = [];
  private complete = false;
  private onlyLast = Infinity;
  private frame: number | undefined;
  private idle: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  /** @param root must be empty; its children belong to this view from now on */
  constructor(root: HTMLElement, options: MarkdownOptions) {
    this.root = root;
    this.options = options;
  }

  /**
   * @param text all text so far
   * @param complete no more text will come: no caret, and marks that are still open are text
   * @param onlyLast mounts only so many blocks at the end, for a preview
   */
  update(text: string, complete: boolean, onlyLast = Infinity): void {
    const growth = this.cutter.push(text, complete);
    if (growth.restarted) this.clear();
    this.complete = complete;
    this.tail = growth.tail;
    for (const source of growth.finished) this.blocks.push({ source, nodes: [] });
    if (growth.newLabels.length > 0) this.redrawUsersOf(growth.newLabels);
    this.show(onlyLast);
    this.draw();
  }

  /** Resolves when all blocks are on the page. */
  async settled(): Promise<void> {
    await this.idle?.promise;
  }

  dispose(): void {
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
    this.idle?.resolve();
  }

  private clear(): void {
    this.root.replaceChildren();
    this.blocks = [];
    this.tailNodes = [];
    this.firstMounted = 0;
    this.nextToDraw = 0;
  }

  /** Moves the first mounted block. Going back mounts everything anew, going forward takes blocks off the page. */
  private show(onlyLast: number): void {
    this.onlyLast = onlyLast;
    const first = Math.max(0, this.blocks.length - onlyLast);
    if (first < this.firstMounted) {
      for (const block of this.blocks) this.unmount(block);
      this.nextToDraw = first;
    } else {
      for (const block of this.blocks.slice(this.firstMounted, first)) this.unmount(block);
      this.nextToDraw = Math.max(this.nextToDraw, first);
    }
    this.firstMounted = first;
  }

  private unmount(block: Block): void {
    for (const node of block.nodes) node.remove();
    block.nodes = [];
  }

  private draw(): void {
    const start = performance.now();
    let replaced = this.tailNodes;
    while (this.nextToDraw < this.blocks.length) {
      const block = this.blocks[this.nextToDraw];
      if (!block) break;
      // The first block to finish takes over what was drawn of it as the tail.
      const fresh = this.nodesOf(block.source, false, false);
      block.nodes = morphRange(this.root, replaced.slice(0, fresh.length), fresh, replaced[fresh.length] ?? null, this.slotRule(false));
      replaced = replaced.slice(fresh.length);
      this.nextToDraw += 1;
      if (performance.now() - start > sliceMs && this.nextToDraw < this.blocks.length) {
        this.tailNodes = replaced;
        this.continueLater();
        return;
      }
    }
    const fresh = this.complete ? [] : this.nodesOf(mended(this.tail), true, true);
    this.tailNodes = morphRange(this.root, replaced, fresh, null, this.slotRule(true));
    this.idle?.resolve();
    this.idle = undefined;
  }

  private continueLater(): void {
    if (!this.idle) {
      let resolve = (): void => undefined;
      const promise = new Promise<void>((done) => (resolve = done));
      this.idle = { promise, resolve };
    }
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.show(this.onlyLast);
      this.draw();
    });
  }

  /** A definition came after blocks that use its label: only those are drawn again. */
  private redrawUsersOf(labels: readonly string[]): void {
    for (const block of this.blocks.slice(this.firstMounted, this.nextToDraw)) {
      const source = block.source.replace(/\s+/g, ' ').toLowerCase();
      if (!labels.some((label) => source.includes(`[${label}]`))) continue;
      const fresh = this.nodesOf(block.source, false, false);
      const end = block.nodes.at(-1)?.nextSibling ?? null;
      block.nodes = morphRange(this.root, block.nodes, fresh, end, this.slotRule(false));
    }
  }

  private nodesOf(source: string, open: boolean, caret: boolean): ChildNode[] {
    try {
      const { html, slots } = slottedHtml(source, this.cutter.links, open);
      const fragment = sanitized(html);
      for (const place of fragment.querySelectorAll('[data-slot]')) {
        const slot = slots[Number(place.getAttribute('data-slot'))];
        if (slot) slotOf.set(place, slot);
      }
      nameElements(fragment, this.options.words);
      if (caret) addCaret(fragment);
      return [...fragment.childNodes].filter((node) => node.nodeType !== Node.TEXT_NODE || (node.nodeValue ?? '').trim() !== '');
    } catch (error) {
      this.options.onError(error);
      const paragraph = document.createElement('p');
      paragraph.className = 'raw';
      paragraph.title = this.options.words.renderFailed;
      paragraph.textContent = source;
      return [paragraph];
    }
  }

  /** A formula or a code block is built only where the page does not have it already: its place stands for it in comparisons. */
  private slotRule(open: boolean): MorphRule {
    return {
      matches: (old, fresh) => this.slotMatches(old, fresh, open),
      prepare: (fresh) => {
        if (!(fresh instanceof Element)) return fresh;
        const built = this.built(fresh, open);
        if (built) return built;
        for (const place of fresh.querySelectorAll('[data-slot]')) place.replaceWith(this.built(place, open) ?? place);
        return fresh;
      },
    };
  }

  private slotMatches(old: Node, fresh: Node, open: boolean): boolean | undefined {
    const [before, now] = [slotOf.get(old), slotOf.get(fresh)];
    if (!before && !now) return undefined;
    if (!before || !now || old.nodeName !== fresh.nodeName) return false;
    if (before.kind === 'formula' && now.kind === 'formula') return formulaKey(before) === formulaKey(now);
    if (before.kind !== 'code' || now.kind !== 'code' || before.fenced !== now.fenced || !(old instanceof Element)) return false;
    slotOf.set(old, now);
    updateCode(old, now, open, this.options.onError);
    return true;
  }

  private built(place: Element, open: boolean): HTMLElement | undefined {
    const slot = slotOf.get(place);
    if (!slot) return undefined;
    const { words, math, onError } = this.options;
    const tag = place.nodeName === 'DIV' ? 'div' : 'span';
    const element = slot.kind === 'code' ? codeElement(slot, words, open, onError) : formulaElement(slot, tag, math, words, onError);
    slotOf.set(element, slot);
    return element;
  }
}

/** The slot that an element stands for, on the page or as a place in a fragment. */
const slotOf = new WeakMap<Node, Slot>();

/** Links and tables are reached by keyboard; a link tells its address before it is opened. */
function nameElements(fragment: DocumentFragment, words: MarkdownWords): void {
  for (const link of fragment.querySelectorAll<HTMLElement>('a[data-href]')) {
    link.tabIndex = 0;
    link.setAttribute('role', 'link');
    link.title = words.openLink.replace('{0}', link.dataset.href ?? '');
  }
  for (const box of fragment.querySelectorAll<HTMLElement>('.tablebox')) box.tabIndex = 0;
}

const caretHolders = 'p, li, h3, h4, h5, h6';

/** At the end of the last line of text; before the first text, on a line of its own. A code block or table has none. */
function addCaret(fragment: DocumentFragment): void {
  const last = fragment.lastElementChild ?? fragment.appendChild(document.createElement('p'));
  const holder = last.matches(caretHolders) ? last : [...last.querySelectorAll(caretHolders)].at(-1);
  if (!holder || slotOf.get(holder.lastElementChild ?? holder)?.kind === 'code') return;
  const caret = document.createElement('span');
  caret.className = 'caret';
  holder.append(caret);
}
