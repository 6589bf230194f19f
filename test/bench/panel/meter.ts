/**
 * What the page's main thread does, from Chromium's own trace: every task with its length by the clock and in processor
 * time of the thread. The clock counts what other programs on the machine take from it, the processor time does not.
 */
import type { CDPSession, Page } from 'playwright-core';

/** In milliseconds; processor time where the name does not say `wall`. */
export interface Work {
  readonly wallMs: number;
  /** All tasks of the main thread, the benchmark's own included. */
  readonly taskMs: number;
  readonly taskWallMs: number;
  /** What the benchmark's own functions took of it. */
  readonly benchMs: number;
  /** Script of the panel. */
  readonly scriptMs: number;
  readonly styleAndLayoutMs: number;
  readonly paintMs: number;
  readonly frames: number;
  readonly longestTaskMs: number;
  readonly longestTaskWallMs: number;
  /** Tasks longer than 50 ms. */
  readonly longTasks: number;
  readonly longTasksWall: number;
}

/** Functions of the benchmark that run in the page have names that begin so. */
export const benchPrefix = 'bench';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string; readonly data?: { readonly functionName?: string } };
}

const scriptEvents = new Set([
  'FireAnimationFrame',
  'FunctionCall',
  'TimerFire',
  'RunMicrotasks',
  'EvaluateScript',
  'HandlePostMessage',
  'EventDispatch',
]);
const layoutEvents = new Set(['UpdateLayoutTree', 'Layout']);
const paintEvents = new Set(['PrePaint', 'Paint', 'Layerize', 'Commit']);

/** Longer tasks keep a reader's key press waiting so that it is felt. */
export const longTaskMs = 50;

export class Meter {
  private readonly session: CDPSession;
  private events: TraceEvent[] = [];

  private constructor(session: CDPSession) {
    this.session = session;
    session.on('Tracing.dataCollected', ({ value }) => this.events.push(...(value as unknown as TraceEvent[])));
  }

  static async of(page: Page): Promise<Meter> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    return new Meter(session);
  }

  /** Does something and says what it cost the main thread of the page. */
  async during<Result>(act: () => Promise<Result>): Promise<{ readonly result: Result; readonly work: Work }> {
    this.events = [];
    const includedCategories = ['toplevel', 'devtools.timeline'];
    await this.session.send('Tracing.start', {
      transferMode: 'ReportEvents',
      traceConfig: { includedCategories, excludedCategories: ['*'] },
    });
    const began = performance.now();
    const result = await act();
    const wallMs = performance.now() - began;
    const complete = new Promise((done) => this.session.once('Tracing.tracingComplete', done));
    await this.session.send('Tracing.end');
    await complete;
    const work = workOf(this.events, wallMs);
    this.events = [];
    return { result, work };
  }

  /** Bytes of living JavaScript objects, after a collection. */
  async heapBytes(): Promise<number> {
    for (let round = 0; round < 2; round++) await this.session.send('HeapProfiler.collectGarbage');
    return this.metric('JSHeapUsedSize');
  }

  nodes(): Promise<number> {
    return this.metric('Nodes');
  }

  private async metric(name: string): Promise<number> {
    const { metrics } = await this.session.send('Performance.getMetrics');
    return metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  }
}

function workOf(all: readonly TraceEvent[], wallMs: number): Work {
  const events = mainThread(all);
  const tasks = events.filter(({ name }) => name === 'RunTask' || name === 'ThreadControllerImpl::RunTask');
  const outer = outermost(tasks);
  const scripts = outermost(events.filter(({ name }) => scriptEvents.has(name)));
  const bench = events.filter(({ args }) => args?.data?.functionName?.startsWith(benchPrefix) === true);
  const isBench = (script: TraceEvent): boolean => bench.some((event) => contains(script, event));
  const cpu = (some: readonly TraceEvent[]): number => some.reduce((sum, { tdur = 0 }) => sum + tdur, 0) / 1000;
  const named = (names: ReadonlySet<string>): TraceEvent[] => outermost(events.filter(({ name }) => names.has(name)));
  const [own, panel] = [scripts.filter(isBench), scripts.filter((script) => !isBench(script))];
  const walls = outer.map(({ dur = 0 }) => dur / 1000);
  const cpus = outer.map(({ tdur = 0 }) => tdur / 1000);
  return {
    wallMs,
    taskMs: cpu(outer),
    taskWallMs: walls.reduce((sum, ms) => sum + ms, 0),
    benchMs: cpu(own),
    scriptMs: cpu(panel),
    styleAndLayoutMs: cpu(named(layoutEvents)),
    paintMs: cpu(named(paintEvents)),
    frames: events.filter(({ name }) => name === 'FireAnimationFrame').length,
    longestTaskMs: Math.max(0, ...cpus),
    longestTaskWallMs: Math.max(0, ...walls),
    longTasks: cpus.filter((ms) => ms > longTaskMs).length,
    longTasksWall: walls.filter((ms) => ms > longTaskMs).length,
  };
}

/** Finished events of the page's thread, the one with the most script, in order. */
function mainThread(all: readonly TraceEvent[]): TraceEvent[] {
  const counts = new Map<string, number>();
  for (const { name, pid, tid } of all) {
    if (!scriptEvents.has(name)) continue;
    counts.set(`${pid} ${tid}`, (counts.get(`${pid} ${tid}`) ?? 0) + 1);
  }
  const [thread] = [...counts].sort((one, other) => other[1] - one[1])[0] ?? [''];
  return all
    .filter(({ ph, pid, tid }) => ph === 'X' && `${pid} ${tid}` === thread)
    .sort((one, other) => one.ts - other.ts || (other.dur ?? 0) - (one.dur ?? 0));
}

function contains(outer: TraceEvent, inner: TraceEvent): boolean {
  return inner.ts >= outer.ts && inner.ts < outer.ts + (outer.dur ?? 0);
}

/** Those that lie in no other; both in the order of time. */
function outermost(events: readonly TraceEvent[]): TraceEvent[] {
  const result: TraceEvent[] = [];
  for (const event of events) {
    const last = result.at(-1);
    if (!last || !contains(last, event)) result.push(event);
  }
  return result;
}
