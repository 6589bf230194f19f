/**
 * Hostile and odd text in the real panel: each case is the answer, the thought, the question and the file's name of
 * a turn of its own, many turns a page, first as a stream of pieces and then whole.
 */
import type { Page } from 'playwright-core';
import type { PanelState } from '../../src/shared/panelProtocol.ts';
import { Script, snapshotOf } from './conversations.ts';
import type { PanelPage } from './panelPage.ts';

/** One entry of a file in test/fixtures/attacks (its README describes the format). */
export interface AttackCase {
  readonly id: string;
  /** Text, or pieces with how often each is repeated. */
  readonly input: string | readonly (readonly [string, number])[];
  /** For formulas: what KaTeX makes of it. */
  readonly expected?: unknown;
  /** `trust: …` marks commands that may be drawn or not, but must do nothing. */
  readonly note?: string;
  /** Formulas alone have it: on lines of its own, or in a line. */
  readonly display?: boolean;
  readonly macros?: Readonly<Record<string, string>>;
}

export interface AttackResult {
  readonly id: string;
  /** What went wrong, one line each; empty when the case passed. */
  readonly problems: readonly string[];
  /** From the message to the painted page, in milliseconds, where the case had a page to itself. */
  readonly ms?: number;
}

/** Turns on one page. */
const batchSize = 100;
/** Longer texts have a page to themselves. */
const largeText = 8_000;
/** Far above what any case takes; a page that needs longer is taken for dead. */
const hangMs = 60_000;
/** Of a single case, where nothing is left to be halved: on busy cores two quadratic ones of markdown-it take over a minute. */
const hangAloneMs = 2 * hangMs;
const pieces = 4;

/** The case as a model would write it. */
export function modelText({ input, display, macros }: AttackCase): string {
  const text = typeof input === 'string' ? input : input.map(([piece, count]) => piece.repeat(count)).join('');
  if (display === undefined) return text;
  const definitions = Object.entries(macros ?? {}).map(([name, meaning]) => `\\def${name}{${meaning}}`);
  const tex = definitions.join('') + text;
  return display ? `$$\n${tex}\n$$` : `\\(${tex}\\)`;
}

/** Runs all cases; each result is that of the case alone. */
export async function checkAttacks(panel: PanelPage, cases: readonly AttackCase[]): Promise<AttackResult[]> {
  const watch = await Watch.over(panel.page);
  const results: AttackResult[] = [];
  const [large, small] = [
    cases.filter((one) => modelText(one).length > largeText),
    cases.filter((one) => modelText(one).length <= largeText),
  ];
  for (let start = 0; start < small.length; start += batchSize) {
    results.push(...(await together(panel, watch, small.slice(start, start + batchSize))));
  }
  for (const one of large) results.push(...(await together(panel, watch, [one])));
  await watch.end();
  return cases.map(({ id }) => results.find((result) => result.id === id) ?? { id, problems: ['it was not run'] });
}

/** What the page as a whole did is put down to one case by halving. */
async function together(panel: PanelPage, watch: Watch, batch: readonly AttackCase[]): Promise<AttackResult[]> {
  const { ofPage, ofTurn, ms } = await renderBatch(panel, watch, batch);
  if (ofPage.length === 0 || batch.length === 1)
    return batch.map(({ id }, index) => ({ id, problems: [...ofPage, ...(ofTurn[index] ?? [])], ...(batch.length === 1 ? { ms } : {}) }));
  const middle = batch.length >> 1;
  return [...(await together(panel, watch, batch.slice(0, middle))), ...(await together(panel, watch, batch.slice(middle)))];
}

interface Found {
  readonly ofPage: readonly string[];
  readonly ofTurn: readonly (readonly string[])[];
  readonly ms: number;
}

async function renderBatch(panel: PanelPage, watch: Watch, batch: readonly AttackCase[]): Promise<Found> {
  watch.reset();
  const limitMs = batch.length === 1 ? hangAloneMs : hangMs;
  const start = Date.now();
  try {
    const ofTurn = await withinLimit(draw(panel, batch), limitMs);
    const ofPage = [...watch.seen, ...(await withinLimit(pageProblems(panel), limitMs))];
    return { ofPage, ofTurn, ms: Date.now() - start };
  } catch (error) {
    return { ofPage: [`the page does not answer: ${String(error)}`], ofTurn: [], ms: Date.now() - start };
  }
}

async function draw(panel: PanelPage, batch: readonly AttackCase[]): Promise<string[][]> {
  const texts = batch.map(modelText);
  const script = new Script();
  const turnIds = texts.map((text) => {
    const short = text.slice(0, largeText);
    script.ask('ask', snapshotOf('x\n', short.slice(0, 200), 'plaintext'), short).phase('thinking');
    const asked = script.events.findLast(({ type }) => type === 'asked');
    return asked?.type === 'asked' ? asked.question.id : '';
  });
  let sent = script.events.length;
  await openUnfolded(panel, script.state(), turnIds);
  for (const part of ['thought', 'answer'] as const) {
    for (let piece = 0; piece < pieces; piece += 1) {
      texts.forEach((text, index) => {
        // Uneven cuts, elsewhere in each case.
        const cut = (at: number): number => Math.min(text.length, Math.ceil((text.length * at * (pieces + (index % 5))) / pieces ** 2));
        const end = piece === pieces - 1 ? text.length : cut(piece + 1);
        const added = text.slice(cut(piece), Math.max(cut(piece), end));
        script.events.push({ type: 'delta', turnId: turnIds[index] ?? '', part, text: added, tokens: added.length });
      });
      await panel.send({ type: 'events', from: sent, events: script.after(sent) });
      sent = script.events.length;
    }
    for (const turnId of turnIds) {
      if (part === 'thought') script.events.push({ type: 'phase', turnId, phase: 'answering', at: script.at });
      else script.events.push({ type: 'ended', turnId, end: { kind: 'complete' }, at: script.at });
    }
  }
  await panel.send({ type: 'events', from: sent, events: script.after(sent) });
  await panel.settled();
  const streamed = await turnHtml(panel.page);
  await panel.reload(script.state());
  await panel.drawAll();
  await panel.settled();
  const whole = await turnHtml(panel.page);
  const problems = await panel.page.evaluate(turnProblems);
  return batch.map((one, index) => [
    ...(problems[index] ?? ['its turn is not on the page']),
    ...(streamed[index] === whole[index] ? [] : ['the streamed text is drawn otherwise than the whole one']),
    ...formulaProblems(one, whole[index] ?? ''),
  ]);
}

/** Loads the page with all thoughts open, as a reader who had opened them finds them again. */
async function openUnfolded(panel: PanelPage, state: PanelState, turnIds: readonly string[]): Promise<void> {
  if (panel.page.url() === 'about:blank') await panel.blank();
  const folds = Object.fromEntries(turnIds.map((id) => [id, 'open']));
  await panel.page.evaluate((memory) => sessionStorage.setItem('state', JSON.stringify(memory)), {
    ...{ conversationId: state.conversation?.id, folds },
  });
  await panel.reload(state);
  await panel.drawAll();
}

function turnHtml(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('lemma-turn')].map((turn) =>
      [...turn.querySelectorAll('.answer, .flow')].map((part) => part.innerHTML).join('\n'),
    ),
  );
}

function formulaProblems({ display, expected, note }: AttackCase, html: string): string[] {
  if (display === undefined || note?.startsWith('trust') === true) return [];
  const [drawn, source] = [/class="katex|<math/.test(html), /class="tex bad"/.test(html)];
  if (expected === 'renders' && (!drawn || source)) return ['the formula is not drawn'];
  if (expected === 'parse_error' && drawn) return ['a formula with a fault is drawn instead of its source'];
  return [];
}

/** What each turn holds that it must not. Runs in the page. */
function turnProblems(): string[][] {
  const forbidden =
    'script, iframe, frame, img, picture, video, audio, source, link, meta, base, style, object, embed, form, a[href], [srcdoc], [src]';
  return [...document.querySelectorAll('lemma-turn')].map((turn) => {
    const problems: string[] = [];
    for (const element of turn.querySelectorAll(forbidden)) problems.push(`<${element.localName}> is on the page`);
    for (const element of turn.querySelectorAll('*')) {
      for (const { name, value } of element.attributes) {
        if (name.startsWith('on')) problems.push(`${element.localName} has ${name}`);
        if (name === 'style' && !element.closest('.katex')) problems.push(`${element.localName} has a style of its own`);
        if (name === 'data-href' && !/^(?:https?:\/\/|mailto:)/i.test(value)) problems.push(`a link leads to ${value}`);
      }
      if (element.closest('.answer, .flow') && ['fixed', 'sticky'].includes(getComputedStyle(element).position))
        problems.push(`${element.localName} is ${getComputedStyle(element).position}`);
    }
    const { length } = turn.querySelectorAll('lemma-question, lemma-thought, lemma-answer, lemma-composer, lemma-turn');
    if (length > 3) problems.push('parts of the panel are in it');
    const log = document.querySelector('.log')?.getBoundingClientRect();
    const box = turn.getBoundingClientRect();
    if (log && (box.left < log.left - 1 || box.right > log.right + 1)) problems.push('it is wider than the panel');
    return problems;
  });
}

/** What the page did as a whole, and whether it still does what it is told. */
async function pageProblems(panel: PanelPage): Promise<string[]> {
  const { page } = panel;
  const problems = (await panel.violations()).map((violation) => `the policy was violated: ${violation}`);
  problems.push(
    ...(await page.evaluate(() => {
      const found = window.attacked === undefined ? [] : [`a script ran: ${JSON.stringify(window.attacked)}`];
      const composer = document.querySelector('lemma-composer');
      const { left, top, width, height } = composer?.getBoundingClientRect() ?? new DOMRect();
      for (const [x, y] of [
        [0.5, 0.5],
        [0.1, 0.3],
        [0.9, 0.8],
      ] as const) {
        const hit = document.elementFromPoint(left + width * x, top + height * y);
        if (!hit || !composer?.contains(hit)) found.push(`the composer is covered by ${hit?.outerHTML.slice(0, 80) ?? 'nothing'}`);
      }
      return found;
    })),
  );
  const errors = (await panel.sent('error')).map(({ message }) => `the panel reported: ${message.slice(0, 200)}`);
  const opened = (await page.evaluate(() => window.sent)).filter(({ type }) =>
    ['openLink', 'insert', 'replace', 'send', 'action'].includes(type),
  );
  for (const { type } of opened) problems.push(`the panel asked for ${type} by itself`);
  const fold = page.locator('lemma-turn .fold').last();
  if ((await fold.count()) > 0) {
    await fold.evaluate((button: HTMLElement) => button.click());
    await page.locator('lemma-turn .fold[aria-expanded=false]').last().waitFor({ state: 'attached', timeout: hangMs });
  }
  return [...problems, ...errors];
}

async function withinLimit<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, fail) => (timer = setTimeout(() => fail(new Error(`no end within ${limitMs / 1000} s`)), limitMs)));
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Records and blocks all that a page must not do: requests, navigation, windows, dialogs, scripts of the text. */
class Watch {
  readonly seen: string[] = [];
  private readonly off: (() => Promise<void>)[] = [];

  static async over(page: Page): Promise<Watch> {
    const watch = new Watch();
    await page.addInitScript(() => {
      for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'] as const)
        Object.defineProperty(window, name, { value: () => (window.attacked = name) });
    });
    const own = (url: string): boolean =>
      /^http:\/\/127\.0\.0\.1:\d+\/(?:(?:\?new)?$|(?:main|themes|vscodeApi|katex|highlighter|chunk)[\w.-]*$|fonts\/[\w.-]+$)/.test(url);
    await page.route('**/*', async (route) => {
      const url = route.request().url();
      if (own(url)) return route.continue();
      watch.seen.push(`a request was made: ${url}`);
      return route.abort();
    });
    watch.off.push(() => page.unroute('**/*'));
    const listen = <E extends 'dialog' | 'popup' | 'framenavigated' | 'crash' | 'download'>(
      event: E,
      say: (argument: never) => void,
    ): void => {
      page.on(event as 'dialog', say as never);
      watch.off.push(() => Promise.resolve(void page.off(event as 'dialog', say as never)));
    };
    listen('dialog', (dialog: { message(): string; dismiss(): Promise<void> }) => {
      watch.seen.push(`a dialog was shown: ${dialog.message()}`);
      void dialog.dismiss();
    });
    listen('popup', () => watch.seen.push('a window was opened'));
    listen('download', () => watch.seen.push('a download was started'));
    listen('crash', () => watch.seen.push('the page crashed'));
    listen('framenavigated', (frame: { url(): string }) => {
      if (!own(frame.url())) watch.seen.push(`the page went to ${frame.url()}`);
    });
    return watch;
  }

  reset(): void {
    this.seen.length = 0;
  }

  async end(): Promise<void> {
    for (const off of this.off) await off();
  }
}
