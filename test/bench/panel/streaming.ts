/** A thought streamed into the panel at 200 tokens a second, measured thousand by thousand. */
import { solve } from '../../browser/conversations.ts';
import type { PanelPage } from '../../browser/panelPage.ts';
import type { Meter, Work } from './meter.ts';
import type { LongThought } from './thoughts.ts';

export const tokensPerSecond = 200;
/** What the inference process joins into one delta (`textIntervalMs`); each goes to the page in a message of its own. */
const tokensPerDelta = 10;
const stretchTokens = 1000;

export interface Stretch extends Work {
  readonly tokens: number;
  /** Times the speed of real life; only stretches of 1 count for the busy share. */
  readonly speed: number;
}

export interface Streamed {
  readonly thought: string;
  readonly shown: 'preview' | 'open';
  readonly characters: number;
  readonly tokens: number;
  readonly stretches: readonly Stretch[];
  readonly heapBytes: number;
  readonly nodes: number;
}

/**
 * @param shown how the thought is shown while it comes: as its last four lines, or open with the reader at its end
 * @param fast plays all but the first and the last thousand tokens at ten times the speed
 */
export async function stream(
  panel: PanelPage,
  meter: Meter,
  thought: LongThought,
  shown: Streamed['shown'],
  fast: boolean,
): Promise<Streamed> {
  // With a formula, so that the first thousand tokens do not pay for the loading of KaTeX.
  const opening = 'Okay, $x$.\n\n';
  const script = solve(Date.now()).phase('reading', 0).budget(62, 32_000).phase('thinking', 0).delta('thought', opening, 3);
  await panel.open(script.state(), { width: 480, height: 800 });
  if (shown === 'open') await panel.page.locator('.thought .fold').click();
  await panel.drawn();

  const stretches: Stretch[] = [];
  let from = script.events.length;
  const at = (token: number): number => Math.round((token / thought.tokens) * thought.text.length);
  for (let start = 0; start < thought.tokens; start += stretchTokens) {
    const end = Math.min(thought.tokens, start + stretchTokens);
    const speed = fast && start > 0 && end < thought.tokens ? 10 : 1;
    const count = Math.round((end - start) / tokensPerDelta);
    const everyMs = (tokensPerDelta / tokensPerSecond / speed) * 1000;
    const text = thought.text.slice(at(start), at(end));
    const { work } = await meter.during(() =>
      panel.page.evaluate(sendFrom, { text, count, together: 1, from, everyMs, tokens: tokensPerDelta }),
    );
    from += count;
    stretches.push({ tokens: end - start, speed, ...work });
  }
  await panel.page.waitForFunction(
    ([wanted]) => (document.querySelector('lemma-thought') as unknown as { turn: { thought: string } }).turn.thought.length === wanted,
    [opening.length + thought.text.length],
  );
  const { name, text, tokens } = thought;
  const [heapBytes, nodes] = [await meter.heapBytes(), await meter.nodes()];
  return { thought: name, shown, characters: text.length, tokens, stretches, heapBytes, nodes };
}

interface Sending {
  readonly text: string;
  /** Of deltas. */
  readonly count: number;
  /** Deltas in one message. */
  readonly together: number;
  readonly from: number;
  readonly everyMs: number;
  readonly tokens: number;
}

/** Runs in the page, as the host's messages come to it: on time on the whole, however late a single one is. */
async function sendFrom({ text, count, together, from, everyMs, tokens }: Sending): Promise<void> {
  const begin = performance.now();
  let index = 0;
  const cut = (at: number): number => Math.round((at / count) * text.length);
  await new Promise<void>((done) => {
    function benchSend(): void {
      const events = [];
      for (let each = index; each < Math.min(count, index + together); each++)
        events.push({ type: 'delta', turnId: 'turn1', part: 'thought', text: text.slice(cut(each), cut(each + 1)), tokens });
      window.postMessage({ type: 'events', from: from + index, events }, '*');
      index += events.length;
      if (index >= count) done();
      else setTimeout(benchSend, Math.max(0, begin + (index / together) * everyMs - performance.now()));
    }
    benchSend();
  });
}
