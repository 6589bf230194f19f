/**
 * Measures Lemma in a real workbench and prints one line of JSON (`WorkbenchFigures`): how long activation takes by
 * VS Code's own account, and how fast tokens reach the extension host and the panel.
 */
import type { ConversationEvent } from '../../src/core/conversation.ts';
import { JournalReader } from '../harness/journal.ts';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { goTo, panelFrame, runCommand, workbenchReady } from '../harness/workbench.ts';

export interface WorkbenchFigures {
  /** Loading the bundle and `activate()` until it resolves, one entry per start of the extension host. */
  readonly activationMs: readonly number[];
  /** From the journal's times, so as the extension host received them. */
  readonly hostTokensPerSecond: number;
  /** From the first painted text of the thought to the painted end of the turn. */
  readonly panelTokensPerSecond: number;
  readonly tokens: number;
}

const activations = 5;
/** The tiny model thinks the numbers one a line: about 2,400 tokens, far more than fit into one update of the panel. */
const question = 'count to 400';

const session = await startSession({ workspace: { 'count.md': `${question}\n` }, open: 'count.md', height: 2000, watched: false });
try {
  const activationMs: number[] = [];
  for (let run = 0; run < activations; run++) {
    if (run > 0) {
      await session.page.reload();
      await workbenchReady(session.page, 'count.md');
    }
    activationMs.push(await activationTime(session));
  }
  const figures: WorkbenchFigures = { activationMs, ...(await streamSpeed(session)) };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} finally {
  await session.shot('bench-end');
  await session.close();
}

/** What «Developer: Show Running Extensions» says about Lemma. */
async function activationTime({ page }: Session): Promise<number> {
  await page.locator('.part.statusbar .statusbar-item', { hasText: 'Lemma' }).first().waitFor();
  await runCommand(page, 'Developer: Show Running Extensions');
  const time = page
    .locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'lemma-editor.lemma' })
    .or(page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'Lemma' }))
    .first()
    .locator('.activation-time');
  const text = (await time.textContent()) ?? '';
  const ms = /(\d+)\s*ms/.exec(text)?.[1];
  if (ms === undefined) throw new Error(`VS Code gives no activation time for Lemma: «${text}».`);
  await page.keyboard.press('Control+W');
  return Number(ms);
}

async function streamSpeed(open: Session): Promise<Omit<WorkbenchFigures, 'activationMs'>> {
  const { page } = open;
  const journal = new JournalReader(open.server);
  // The first turn loads the model and opens the panel; the second is measured.
  await solve(open);
  await journal.followTurn(() => undefined);
  await panelFrame(page).locator('lemma-toolbar.actions').last().waitFor();

  const panel = panelFrame(page);
  const before = await panel.locator('.thought').count();
  // By the page's own clock: what drives the browser hears of it late.
  const painted = panel.locator('body').evaluate(paintedMs, before);
  await solve(open);
  const events: ConversationEvent[] = [];
  await journal.followTurn((event) => events.push(event));
  const panelMs = await painted;

  const tokens = events.reduce((sum, event) => sum + (event.type === 'delta' ? event.tokens : 0), 0);
  const thinkingAt = events.find((event) => event.type === 'phase' && event.phase === 'thinking');
  const endedAt = events.find((event) => event.type === 'ended');
  if (thinkingAt?.type !== 'phase' || endedAt?.type !== 'ended') throw new Error('The journal has no times for this turn.');
  return {
    tokens,
    hostTokensPerSecond: (tokens / (endedAt.at - thinkingAt.at)) * 1000,
    panelTokensPerSecond: (tokens / panelMs) * 1000,
  };
}

/** Runs in the panel: from the frame that shows one more thought to the one that shows the buttons of its turn. */
async function paintedMs(_body: Element, thoughtsBefore: number): Promise<number> {
  let firstAt = 0;
  return new Promise((resolve) => {
    function benchLook(now: number): void {
      const turn = document.querySelectorAll('.thought')[thoughtsBefore]?.closest('.turn');
      if (turn && firstAt === 0) firstAt = now;
      if (turn?.querySelector('lemma-toolbar.actions')) resolve(now - firstAt);
      else requestAnimationFrame(benchLook);
    }
    requestAnimationFrame(benchLook);
  });
}

async function solve({ page }: Session): Promise<void> {
  await goTo(page, 'count.md', [1, 1]);
  await runCommand(page, 'Lemma: Solve Selection');
}
