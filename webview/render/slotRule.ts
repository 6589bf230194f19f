import { codeElement, updateCode } from './code.ts';
import type { CodeWords } from './code.ts';
import type { LinkWords } from './finish.ts';
import { formulaElement, formulaKey } from './math.ts';
import type { FormulaWords, MathOutput } from './math.ts';
import { morphChildren } from './morph.ts';
import type { MorphRule } from './morph.ts';
import { scroller, slotOf } from './slots.ts';
import { copyTableButton } from './table.ts';
import type { TableWords } from './table.ts';

export interface MarkdownWords extends FormulaWords, CodeWords, TableWords, LinkWords {
  readonly renderFailed: string;
}

export interface SlotOptions {
  readonly words: MarkdownWords;
  readonly math: MathOutput;
  /** A fault in drawing one block; the block is shown as its source. */
  readonly onError: (error: unknown) => void;
}

/** A formula or a code block is built only where the page does not have it already: its place stands for it in comparisons. */
export class SlotRule {
  private readonly options: SlotOptions;

  constructor(options: SlotOptions) {
    this.options = options;
  }

  /** @param open more text may come */
  rule(open: boolean): MorphRule {
    return {
      matches: (old, fresh) => this.slotMatches(old, fresh, open),
      prepare: (fresh) => {
        if (!(fresh instanceof HTMLElement)) return fresh;
        for (const place of fresh.querySelectorAll('[data-slot]')) this.put(place, open);
        return this.built(fresh, open) ?? fresh;
      },
    };
  }

  private slotMatches(old: Node, fresh: Node, open: boolean): boolean | undefined {
    const [before, now] = [slotOf.get(old), slotOf.get(fresh)];
    if (!before && !now) return undefined;
    if (!before || !now || old.nodeName !== fresh.nodeName) return false;
    if (before.kind === 'formula' && now.kind === 'formula') return formulaKey(before) === formulaKey(now);
    if (before.kind === 'table' && now.kind === 'table' && old instanceof HTMLElement && fresh instanceof HTMLElement) {
      slotOf.set(old, now);
      morphChildren(scroller(old), scroller(fresh), this.rule(open));
      return true;
    }
    if (before.kind !== 'code' || now.kind !== 'code' || before.fenced !== now.fenced || !(old instanceof Element)) return false;
    slotOf.set(old, now);
    updateCode(old, now, open, this.options.onError);
    return true;
  }

  private put(place: Element, open: boolean): void {
    const built = this.built(place, open);
    if (built && built !== place) place.replaceWith(built);
  }

  /** What stands on the page for this place. A table stays where it is and gets its button. */
  private built(place: Element, open: boolean): Element | undefined {
    const slot = slotOf.get(place);
    if (!slot) return undefined;
    const { words, math, onError } = this.options;
    if (slot.kind === 'table') {
      place.removeAttribute('data-slot');
      place.append(copyTableButton(words));
      return place;
    }
    const tag = place.nodeName === 'DIV' ? 'div' : 'span';
    const element = slot.kind === 'code' ? codeElement(slot, words, open, onError) : formulaElement(slot, tag, math, words, onError);
    slotOf.set(element, slot);
    return element;
  }
}
