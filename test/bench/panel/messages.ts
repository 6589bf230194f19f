/** A conversation of a thousand messages: how long it takes to open, and how smoothly all of it scrolls. */
import { Script } from '../../browser/conversations.ts';
import type { PanelPage } from '../../browser/panelPage.ts';
import { codeAnswer, mathAnswer, mathThought, mixedMarkdown } from '../../browser/samples.ts';
import type { Meter, Work } from './meter.ts';

const messages = Number(process.env.MESSAGES ?? 1000);
const answers = [mathAnswer, codeAnswer, mixedMarkdown];
/** A frame that came this much later than the one before was late: a display of 60 frames a second shows the old one again. */
const frameMs = 1000 / 60;

export interface ManyMessages {
  readonly messages: number;
  readonly turns: number;
  /** From the host's message to the painted end of the conversation. */
  readonly openMs: number;
  readonly opening: Work;
  readonly scroll: Scrolled;
  readonly heapBytes: number;
}

export interface Scrolled {
  readonly pixels: number;
  readonly frames: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly longestMs: number;
  /** Share of the 60 frames a second that were not drawn. */
  readonly dropped: number;
  /** Processor time of the main thread. */
  readonly msPerFrame: number;
  readonly work: Work;
}

export async function manyMessages(panel: PanelPage, meter: Meter): Promise<ManyMessages> {
  const script = new Script();
  for (let index = 0; index < messages / 2; index++) {
    const answer = answers[index % answers.length] ?? '';
    script.ask('ask', undefined, `Question ${index + 1}: what follows from this?`).answered(mathThought, answer, 4, 200);
  }
  const state = script.state();
  await panel.open(new Script().state(), { width: 480, height: 800 });
  const { result: openMs, work: opening } = await meter.during(() =>
    panel.page.evaluate(async (sent) => {
      const before = window.sent.length;
      const painted = (): boolean => window.sent.slice(before).some(({ type }) => type === 'painted');
      const begin = performance.now();
      window.postMessage({ type: 'state', ...sent }, '*');
      while (!painted()) await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      return performance.now() - begin;
    }, state),
  );
  await panel.drawn();
  const turns = await panel.page.locator('.turn').count();
  const scroll = await scrollThrough(panel, meter);
  return { messages, turns, openMs, opening, scroll, heapBytes: await meter.heapBytes() };
}

/** From the end to the beginning, a third of the view a frame: faster than anybody reads, slower than a drag of the bar. */
async function scrollThrough(panel: PanelPage, meter: Meter): Promise<Scrolled> {
  const { result, work } = await meter.during(() =>
    panel.page.evaluate(async () => {
      const log = document.querySelector('.log')!;
      const step = Math.round(log.clientHeight / 3);
      const times: number[] = [];
      const from = log.scrollTop;
      await new Promise<void>((done) => {
        function benchScroll(time: number): void {
          times.push(time);
          log.scrollTop -= step;
          if (log.scrollTop <= 0) done();
          else requestAnimationFrame(benchScroll);
        }
        requestAnimationFrame(benchScroll);
      });
      return { times, pixels: from };
    }),
  );
  const gaps = result.times.slice(1).map((time, index) => time - (result.times[index] ?? time));
  const sorted = [...gaps].sort((one, other) => one - other);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  const due = gaps.reduce((sum, gap) => sum + gap, 0) / frameMs;
  return {
    pixels: result.pixels,
    frames: gaps.length,
    medianMs: at(0.5),
    p95Ms: at(0.95),
    longestMs: at(1),
    dropped: Math.max(0, 1 - gaps.length / due),
    msPerFrame: work.taskMs / Math.max(1, gaps.length),
    work,
  };
}
