import assert from 'node:assert/strict';
import { solve } from './conversations.ts';
import type { Script } from './conversations.ts';
import type { PanelPage } from './panelPage.ts';

/** A small generator of numbers from 0 to 1 (mulberry32), so that a failing cut can be repeated. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function cutAtRandom(text: string, next: () => number): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    const end = start + 1 + Math.floor(next() ** 3 * 60);
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

/** Draws a text as thought and answer, whole and cut into pieces in as many ways as `seeds`, and compares the final pages. */
export async function assertSameHoweverCut(panel: PanelPage, text: string, seeds: number): Promise<void> {
  const html = (selector: string): Promise<string> => panel.page.locator(selector).evaluate((element) => element.innerHTML);
  await panel.open(solve().answered(text, text).state());
  await panel.page.click('.fold');
  await panel.drawn();
  const whole = { answer: await html('.answer'), thought: await html('.flow') };
  for (let seed = 1; seed <= seeds; seed += 1) {
    const next = random(seed);
    const script: Script = solve().phase('thinking');
    const start = script.events.length;
    for (const piece of cutAtRandom(text, next)) script.delta('thought', piece);
    script.phase('answering');
    for (const piece of cutAtRandom(text, next)) script.delta('answer', piece);
    const { events } = script.end();
    await panel.open({ ...solve().phase('thinking').state(), eventCount: start });
    await panel.page.click('.fold');
    for (let from = start; from < events.length;) {
      const count = 1 + Math.floor(next() * 12);
      await panel.send({ type: 'events', from, events: events.slice(from, from + count) });
      from += count;
    }
    await panel.drawn();
    assert.equal(await html('.answer'), whole.answer, `answer, seed ${seed}`);
    assert.equal(await html('.flow'), whole.thought, `thought, seed ${seed}`);
  }
}
