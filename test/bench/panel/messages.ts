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
  /** By the wheel and by the bar; each turn is drawn for the first time on the way. */
  readonly wheel: Scrolled;
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
  const wheel = await scrollUp(panel, meter, wheelPixels, wheelFrames);
  const scroll = await scrollUp(panel, meter, barPixels, Infinity);
  return { messages, turns, openMs, opening, wheel, scroll, heapBytes: await meter.heapBytes() };
}

/** A wheel turned fast: 50 pixels a frame are 3,000 a second, about four views; for ten seconds. */
const wheelPixels = 50;
const wheelFrames = 600;
/** A third of the view a frame, 16,000 pixels a second: the bar being dragged. */
const barPixels = 267;

/** From where the reader is toward the beginning. */
async function scrollUp(panel: PanelPage, meter: Meter, step: number, most: number): Promise<Scrolled> {
  const { result, work } = await meter.during(() =>
    panel.page.evaluate(
      async ({ step, most }) => {
        const log = document.querySelector('.log')!;
        const times: number[] = [];
        await new Promise<void>((done) => {
          function benchScroll(time: number): void {
            times.push(time);
            log.scrollTop -= step;
            if (log.scrollTop <= 0 || times.length > most) done();
            else requestAnimationFrame(benchScroll);
          }
          requestAnimationFrame(benchScroll);
        });
        return { times, pixels: times.length * step };
      },
      // Infinity is no JSON.
      { step, most: Math.min(most, Number.MAX_SAFE_INTEGER) },
    ),
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
