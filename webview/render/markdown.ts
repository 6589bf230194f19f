/**
 * Draws a growing Markdown text into an element. Finished blocks are parsed, sanitised and mounted once; only the
 * open tail is drawn again, and of it only what differs. Long texts are mounted in slices, so that opening
 * a thought of 30,000 tokens never holds up a frame.
 */
import type { PlaceBook } from '../places.ts';
import { BlockCutter } from './blocks.ts';
import { slottedHtml } from './html.ts';
import { addCaret, nameElements } from './finish.ts';
import { isBeyondMarkdown, linkDefinitions } from './lexer.ts';
import { mayDefine, noMacros } from './macros.ts';
import type { Macros } from './macros.ts';
import { mended } from './mend.ts';
import { morphRange } from './morph.ts';
import { sanitized } from './sanitize.ts';
import { SlotRule } from './slotRule.ts';
import type { SlotOptions } from './slotRule.ts';
import { slotOf } from './slots.ts';

export interface MarkdownOptions extends SlotOptions {
  readonly places: PlaceBook;
  /** Puts finished blocks into groups, so that style and layout of a long text do not grow with its length. */
  readonly grouped?: boolean;
}

interface Block {
  readonly source: string;
  /** Offset in the text, line ends as `\n`. */
  readonly start: number;
  /** Goes on with the paragraph of the block before. */
  readonly continues: boolean;
  /** What formulas before it have defined. */
  readonly macros: Macros;
  nodes: ChildNode[];
  drawn: boolean;
}

/** Blocks in one group. */
const groupSize = 16;

/** Time that mounting may take of one frame, in milliseconds. */
const sliceMs = 8;

export class MarkdownView {
  private readonly root: HTMLElement;
  private readonly options: MarkdownOptions;
  private readonly slots: SlotRule;
  private readonly forgetPlaces: () => void;
  private cutter = new BlockCutter();
  private blocks: Block[] = [];
  private groups: HTMLElement[] = [];
  /** Blocks before this index are not on the page. */
  private firstMounted = 0;
  /** Blocks from `firstMounted` on that wait to be drawn. */
  private waiting = 0;
  /** The block that is wanted first: what the reader is to see. */
  private wanted = 0;
  /** What the formulas of all finished blocks have defined. */
  private macros = noMacros;
  private tail = '';
  private tailContinues = false;
  private tailNodes: ChildNode[] = [];
  private complete = false;
  private onlyLast = Infinity;
  private frame: number | undefined;
  private idle: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  /** @param root must be empty; its children belong to this view from now on */
  constructor(root: HTMLElement, options: MarkdownOptions) {
    this.root = root;
    this.options = options;
    this.slots = new SlotRule(options);
    this.forgetPlaces = options.places.onFound((paths) => this.redrawUsersOfPlaces(paths));
  }

  /**
   * @param text all text so far
   * @param complete no more text will come: no caret, and marks that are still open are text
   * @param onlyLast mounts only so many blocks at the end, for a preview
   */
  update(text: string, complete: boolean, onlyLast = Infinity): void {
    const growth = this.cutter.push(text, complete);
    if (growth.restarted) this.clear();
    this.takeBack(growth.reopened);
    this.complete = complete;
    this.tail = growth.tail;
    this.tailContinues = growth.tailContinues;
    const before = this.blocks.length;
    const steady = this.waiting === 0 && before > 0 && onlyLast === this.onlyLast;
    growth.finished.forEach((source, index) => {
      const [start = 0, continues = false] = [growth.starts[index], growth.continuing[index]];
      this.blocks.push({ source, start, continues, macros: this.macros, nodes: [], drawn: false });
      if (mayDefine(source)) this.macros = this.macrosAfter(source);
    });
    this.waiting += growth.finished.length;
    if (growth.newLabels.length > 0) this.redrawUsersOf(growth.newLabels);
    const deadline = performance.now() + sliceMs;
    this.show(onlyLast);
    if (steady || before === 0) this.takeOver(before, deadline);
    this.draw(deadline);
  }

  /** Draws the block at `offset` of the text before the others. @returns its first node; undefined where there is none yet */
  nodeAt(offset: number): ChildNode | undefined {
    const index = Math.max(
      this.firstMounted,
      this.blocks.findLastIndex(({ start }) => start <= offset),
    );
    const block = this.blocks[index];
    if (!block || (index === this.blocks.length - 1 && offset >= block.start + block.source.length)) return this.tailNodes[0];
    if (!block.drawn) {
      this.wanted = index;
      this.drawBlock(index);
    }
    return block.nodes[0] ?? this.tailNodes[0];
  }

  /** The end in the text of the block that begins at or before `offset`, and its nodes. */
  blockAt(offset: number): { readonly start: number; readonly source: string; readonly nodes: readonly ChildNode[] } {
    const block = this.blocks.findLast(({ start }) => start <= offset);
    const end = block ? block.start + block.source.length : 0;
    return block && offset < end ? block : { start: end, source: this.tail, nodes: this.tailNodes };
  }

  /** Where the text under the line at `y` (pixels of the viewport) begins in the source; undefined before anything is drawn. */
  offsetAt(y: number): number | undefined {
    const group = this.groups.findLast((each) => each.getBoundingClientRect().top <= y) ?? this.groups[0];
    const first = group ? this.groups.indexOf(group) * groupSize : this.firstMounted;
    const inGroup = this.blocks.slice(first, group ? first + groupSize : undefined).filter(({ nodes }) => nodes.length > 0);
    const block = inGroup.findLast(({ nodes }) => nodes[0] instanceof Element && nodes[0].getBoundingClientRect().top <= y);
    return (block ?? inGroup[0])?.start;
  }

  /** Some blocks are not on the page yet. */
  get drawing(): boolean {
    return this.idle !== undefined;
  }

  /** Resolves when all blocks are on the page. */
  async settled(): Promise<void> {
    await this.idle?.promise;
  }

  dispose(): void {
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
    this.forgetPlaces();
    this.idle?.resolve();
  }

  private clear(): void {
    this.root.replaceChildren();
    this.blocks = [];
    this.macros = noMacros;
    this.groups = [];
    this.tailNodes = [];
    this.firstMounted = 0;
    this.waiting = 0;
    this.wanted = 0;
  }

  /** The last blocks are open again: their text is part of the tail, which is drawn anew. */
  private takeBack(count: number): void {
    if (count === 0) return;
    const blocks = this.blocks.splice(-count);
    this.macros = blocks[0]?.macros ?? this.macros;
    blocks.forEach((block, index) => {
      if (!block.drawn && this.blocks.length + index >= this.firstMounted) this.waiting -= 1;
      this.unmount(block);
    });
    this.firstMounted = Math.min(this.firstMounted, this.blocks.length);
    this.wanted = Math.min(this.wanted, this.blocks.length);
  }

  /** Moves the first mounted block. Going back mounts everything anew, going forward takes blocks off the page. */
  private show(onlyLast: number): void {
    const regrouped = this.options.grouped === true && (onlyLast === Infinity) !== (this.onlyLast === Infinity);
    this.onlyLast = onlyLast;
    const first = Math.max(0, this.blocks.length - onlyLast);
    if (first < this.firstMounted || (regrouped && this.root.hasChildNodes())) {
      this.root.replaceChildren();
      this.groups = [];
      this.tailNodes = [];
      for (const block of this.blocks) this.unmount(block);
      this.wanted = this.complete ? first : Math.max(first, this.blocks.length - groupSize);
    } else {
      for (const block of this.blocks.slice(this.firstMounted, first)) this.unmount(block);
    }
    this.firstMounted = first;
    this.waiting = this.blocks.slice(first).reduce((count, { drawn }) => count + (drawn ? 0 : 1), 0);
  }

  private unmount(block: Block): void {
    for (const node of block.nodes) node.remove();
    block.nodes = [];
    block.drawn = false;
  }

  /** The element that the block at `index` stands in. */
  private parentOf(index: number): HTMLElement {
    if (this.options.grouped !== true || this.onlyLast !== Infinity) return this.root;
    const wanted = Math.floor(index / groupSize);
    while (this.groups.length <= wanted) {
      const group = document.createElement('div');
      group.className = 'group';
      this.groups.push(this.root.appendChild(group));
    }
    return this.groups[wanted] ?? this.root;
  }

  /** What was drawn as the tail becomes the first block to finish. */
  private takeOver(from: number, deadline: number): void {
    let parent = this.tailNodes[0]?.parentElement ?? this.root;
    for (let index = Math.max(from, this.firstMounted); index < this.blocks.length && performance.now() < deadline; index += 1) {
      const block = this.blocks[index];
      if (!block || block.drawn) continue;
      if (this.parentOf(index) !== parent) this.dropTail();
      parent = this.parentOf(index);
      const fresh = this.blockNodes(block);
      const end = this.tailNodes[fresh.length] ?? null;
      block.nodes = morphRange(parent, this.tailNodes.slice(0, fresh.length), fresh, end, this.slots.rule(false));
      this.tailNodes = this.tailNodes.slice(fresh.length);
      this.drawnOne(block);
    }
  }

  private dropTail(): void {
    for (const node of this.tailNodes) node.remove();
    this.tailNodes = [];
  }

  private drawnOne(block: Block): void {
    block.drawn = true;
    this.waiting -= 1;
  }

  private drawBlock(index: number): void {
    const block = this.blocks[index];
    if (!block || block.drawn) return;
    const parent = this.parentOf(index);
    block.nodes = morphRange(parent, [], this.blockNodes(block), this.nodeAfter(index, parent), this.slots.rule(false));
    this.drawnOne(block);
  }

  /** The first node in `parent` of what comes after the block at `index`. */
  private nodeAfter(index: number, parent: HTMLElement): ChildNode | null {
    const end = parent === this.root ? this.blocks.length : (Math.floor(index / groupSize) + 1) * groupSize;
    for (const { nodes } of this.blocks.slice(index + 1, end)) if (nodes[0]) return nodes[0];
    const tail = this.tailNodes[0];
    return tail?.parentNode === parent ? tail : null;
  }

  /** What is wanted first, and around it the rest, as long as the frame has time. The tail is always drawn. */
  private draw(deadline: number): void {
    if (this.complete && this.waiting > 0) this.parentOf(this.blocks.length - 1);
    this.drawTail();
    let next = Math.max(this.firstMounted, this.wanted);
    while (this.waiting > 0 && performance.now() < deadline) {
      while (next < this.blocks.length && this.blocks[next]?.drawn === true) next += 1;
      if (next >= this.blocks.length) next = this.firstMounted;
      if (this.blocks[next]?.drawn === false) this.drawBlock(next);
    }
    this.wanted = Math.min(next, this.blocks.length);
    if (this.waiting > 0) {
      this.continueLater();
      return;
    }
    this.idle?.resolve();
    this.idle = undefined;
  }

  private drawTail(): void {
    const fresh = this.complete ? [] : marked(this.nodesOf(mended(this.tail), this.macros, true), this.tailContinues);
    if (fresh.length === 0) this.dropTail();
    else {
      const parent = this.parentOf(this.blocks.length);
      if (this.tailNodes[0] && this.tailNodes[0].parentNode !== parent) this.dropTail();
      this.tailNodes = morphRange(parent, this.tailNodes, fresh, null, this.slots.rule(true));
    }
    const needed = Math.ceil((this.blocks.length + (fresh.length > 0 ? 1 : 0)) / groupSize);
    for (const group of this.groups.splice(needed)) group.remove();
  }

  private continueLater(): void {
    if (!this.idle) {
      let resolve = (): void => undefined;
      const promise = new Promise<void>((done) => (resolve = done));
      this.idle = { promise, resolve };
    }
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw(performance.now() + sliceMs);
    });
  }

  /** A definition came after blocks that use its label: only those are drawn again. */
  private redrawUsersOf(labels: readonly string[]): void {
    this.redraw((source) => {
      // As marked folds labels: `ẞ` and `SS` are one.
      const folded = source.replace(/\s+/g, ' ').toLowerCase().toUpperCase().toLowerCase();
      return labels.some((label) => folded.includes(`[${label}]`));
    });
  }

  /** The host has found files that blocks on the page name: there they become links. */
  private redrawUsersOfPlaces(paths: readonly string[]): void {
    this.redraw((source) => {
      const written = source.replaceAll('\\', '/');
      return paths.some((path) => written.includes(path));
    });
  }

  private redraw(isConcerned: (source: string) => boolean): void {
    for (const block of this.blocks.slice(this.firstMounted)) {
      if (!block.drawn || block.nodes.length === 0 || !isConcerned(block.source)) continue;
      const fresh = this.blockNodes(block);
      const end = block.nodes.at(-1)?.nextSibling ?? null;
      block.nodes = morphRange(block.nodes[0]?.parentNode ?? this.root, block.nodes, fresh, end, this.slots.rule(false));
    }
  }

  private blockNodes({ source, continues, macros }: Block): ChildNode[] {
    return marked(this.nodesOf(source, macros, false), continues);
  }

  /** Found without drawing, since the block may be out of sight, and without link definitions, which may come later. */
  private macrosAfter(source: string): Macros {
    if (isBeyondMarkdown(source)) return this.macros;
    try {
      return slottedHtml(source, linkDefinitions(), false, () => false, this.macros).macros;
    } catch (error) {
      this.options.onError(error);
      return this.macros;
    }
  }

  /** @param open the tail, which has a caret at its end */
  private nodesOf(source: string, macros: Macros, open: boolean): ChildNode[] {
    if (isBeyondMarkdown(source)) return [this.sourceParagraph(source)];
    try {
      const { words, places, math } = this.options;
      const { html, slots } = slottedHtml(source, this.cutter.links, open, (path) => places.isPlace(path, !open), macros);
      const fragment = sanitized(html);
      for (const place of fragment.querySelectorAll('[data-slot]')) {
        const slot = slots[Number(place.getAttribute('data-slot'))];
        if (slot) slotOf.set(place, slot);
      }
      nameElements(fragment, words, math === 'html');
      if (open) addCaret(fragment);
      return [...fragment.childNodes].filter((node) => node.nodeType !== Node.TEXT_NODE || (node.nodeValue ?? '').trim() !== '');
    } catch (error) {
      this.options.onError(error);
      return [this.sourceParagraph(source)];
    }
  }

  private sourceParagraph(source: string): HTMLElement {
    const paragraph = document.createElement('p');
    paragraph.className = 'raw';
    paragraph.title = this.options.words.renderFailed;
    paragraph.textContent = source;
    return paragraph;
  }
}

/** A piece of a long paragraph follows the one before without the room between paragraphs. */
function marked(nodes: ChildNode[], continues: boolean): ChildNode[] {
  if (continues && nodes[0] instanceof HTMLParagraphElement) nodes[0].classList.add('more');
  return nodes;
}
