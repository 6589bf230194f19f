import type { ReadingPlace } from '../memory.ts';

const parts = { answer: 'lemma-answer', thought: '.flow' } as const;

/** The block of text at the log's top edge; where a card or a button is there, its turn. Undefined without turns. */
export function placeAt(log: Element): ReadingPlace | undefined {
  const edge = log.getBoundingClientRect().top;
  for (const turn of log.querySelectorAll<HTMLElement>('lemma-turn')) {
    if (turn.getBoundingClientRect().bottom <= edge) continue;
    const turnId = turn.dataset.turn ?? '';
    for (const part of ['thought', 'answer'] as const) {
      const blocks = blocksOf(turn.querySelector(parts[part]));
      const block = firstBelow(blocks, edge);
      const top = blocks[block]?.getBoundingClientRect().top;
      if (top !== undefined && (block > 0 || top <= edge)) return { turnId, part, block, offset: top - edge };
    }
    return { turnId, part: 'turn', block: 0, offset: turn.getBoundingClientRect().top - edge };
  }
  return undefined;
}

/** Pixels that the log has to be scrolled by for the place to be where it was; undefined while it is not on the page. */
export function distanceTo(log: Element, { turnId, part, block, offset }: ReadingPlace): number | undefined {
  const turn = [...log.querySelectorAll<HTMLElement>('lemma-turn')].find(({ dataset }) => dataset.turn === turnId);
  const element = part === 'turn' ? turn : blocksOf(turn?.querySelector(parts[part]))[block];
  return element?.checkVisibility() === true ? element.getBoundingClientRect().top - log.getBoundingClientRect().top - offset : undefined;
}

/** A long thought has its blocks in groups. */
function blocksOf(part: Element | null | undefined): ArrayLike<Element> {
  return part?.firstElementChild?.matches('.group') === true ? part.querySelectorAll(':scope > .group > *') : (part?.children ?? []);
}

/** Index of the first element that ends below `edge`; they lie under one another. */
function firstBelow(elements: ArrayLike<Element>, edge: number): number {
  let [low, high] = [0, elements.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((elements[middle]?.getBoundingClientRect().bottom ?? edge) <= edge) low = middle + 1;
    else high = middle;
  }
  return low;
}
