import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import type { Server } from './server.ts';
import { repositoryRoot } from './settings.ts';

export const extensionId = 'lemma-editor.lemma';

/** The address of a file or folder of this machine as the workbench, which thinks it is remote, writes it. */
export function remoteUri(server: Server, file: string): string {
  return `vscode-remote://${new URL(server.base).host}${file}`;
}

export interface OpenOptions {
  /** Absolute; without one the window has no folder. */
  readonly folder?: string;
  /** Absolute; opened in an editor. */
  readonly file?: string;
  /** Run the repository as the extension under development (needs a server started so). */
  readonly development?: boolean;
  /** With `development`: the module whose `run()` is called in the extension host. */
  readonly tests?: string;
}

/** The page's address for that workbench. */
export function workbenchUrl(server: Server, { folder, file, development, tests }: OpenOptions): string {
  const payload: [string, string][] = [];
  if (file) payload.push(['openFile', remoteUri(server, file)]);
  if (development) payload.push(['extensionDevelopmentPath', remoteUri(server, repositoryRoot)]);
  if (tests) payload.push(['extensionTestsPath', remoteUri(server, tests)]);
  const query = new URLSearchParams(folder ? { folder } : { ew: 'true' });
  if (payload.length > 0) query.set('payload', JSON.stringify(payload));
  return `${server.base}/?${query.toString()}`;
}

/** Opens the workbench and waits until it can be used; with a file, until its editor shows text. */
export async function openWorkbench(page: Page, server: Server, options: OpenOptions): Promise<void> {
  await page.goto(workbenchUrl(server, options));
  await workbenchReady(page, options.file);
}

/** Waits for status bar, activity bar and, with `file`, its editor. Also after a reload. */
export async function workbenchReady(page: Page, file?: string): Promise<void> {
  await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 120_000 });
  await page.locator('.monaco-workbench .activitybar .action-item').first().waitFor({ timeout: 120_000 });
  if (file) await editorOf(page, file).locator('.view-line').first().waitFor({ timeout: 120_000 });
}

/** The text editor of a file, by its name. */
export function editorOf(page: Page, file: string): Locator {
  return page.locator(`.monaco-editor[data-uri$="/${path.basename(file)}"]`).first();
}

/** What the editor shows, one string per view line, with plain spaces for the no-break spaces that it draws. */
export async function editorLines(page: Page, file: string): Promise<string[]> {
  const lines = await editorOf(page, file)
    .locator('.view-lines .view-line')
    .evaluateAll((all) =>
      all
        .map((line) => ({ top: parseFloat((line as HTMLElement).style.top), text: line.textContent ?? '' }))
        .sort((a, b) => a.top - b.top)
        .map(({ text }) => text),
    );
  return lines.map((line) => line.replaceAll('\u00a0', ' '));
}

/** Waits until the editor's visible text holds `text` (or matches it). */
export async function waitForEditorText(page: Page, file: string, text: string | RegExp): Promise<void> {
  const expected: { literal: string } | { source: string; flags: string } =
    typeof text === 'string' ? { literal: text } : { source: text.source, flags: text.flags };
  await page.waitForFunction(
    ({ name, expected }) => {
      const lines = [...document.querySelectorAll<HTMLElement>(`.monaco-editor[data-uri$="/${name}"] .view-lines .view-line`)];
      const shown = lines
        .sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))
        .map((line) => (line.textContent ?? '').replaceAll('\u00a0', ' '))
        .join('\n');
      return 'literal' in expected ? shown.includes(expected.literal) : new RegExp(expected.source, expected.flags).test(shown);
    },
    { name: path.basename(file), expected },
  );
}

/** Runs a command by its title (as the palette shows it, `Lemma: Solve Selection`) through the palette. */
export async function runCommand(page: Page, title: string): Promise<void> {
  const widget = page.locator('.quick-input-widget:visible');
  const row = widget.locator('.monaco-list-row', { hasText: title }).first();
  // F1 is lost while the workbench is still starting or a webview is taking the focus, and the palette lists the
  // commands that are there when it opens: both are mended by opening it again.
  await repeat(async () => {
    // An open palette keeps its list. Escape goes to its own input: in the editor it would drop the selection.
    if (await widget.isVisible()) await widget.locator('input.input').press('Escape');
    await page.keyboard.press('F1');
    await widget.locator('input.input').fill(`>${title}`, { timeout: 3000 });
    await row.click({ timeout: 3000 });
  });
  await row.waitFor({ state: 'hidden' });
}

/** Opens the palette and returns a command's row; for a command that takes the focus to another window. */
export async function findCommand(page: Page, title: string): Promise<Locator> {
  const widget = page.locator('.quick-input-widget:visible');
  const row = widget.locator('.monaco-list-row', { hasText: title }).first();
  await repeat(async () => {
    if (await widget.isVisible()) await widget.locator('input.input').press('Escape');
    await page.keyboard.press('F1');
    await widget.locator('input.input').fill(`>${title}`, { timeout: 10_000 });
    await row.waitFor({ timeout: 10_000 });
  });
  return row;
}

/** Does something until it succeeds, at most ten times. */
export async function repeat(act: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await act();
      return;
    } catch (error) {
      if (attempt === 10) throw error;
    }
  }
}

/**
 * Puts the focus into the editor and selects from one place to another; lines and columns count from 1, and the column
 * `Infinity` is the end of the line. Lines that are wrapped must not lie between.
 */
export async function select(
  page: Page,
  file: string,
  from: readonly [line: number, column: number],
  to: readonly [line: number, column: number],
): Promise<void> {
  await goTo(page, file, from);
  // Keys one by one: VS Code has no command in the palette that takes a range.
  for (let line = from[0]; line < to[0]; line++) await page.keyboard.press('Shift+ArrowDown');
  if (to[1] === Infinity) return page.keyboard.press('Shift+End');
  const start = to[0] === from[0] ? from[1] : 1;
  // Home goes to the first character of the text before it goes to the first column.
  if (to[0] !== from[0] && from[1] !== 1) for (let column = from[1]; column > 1; column--) await page.keyboard.press('Shift+ArrowLeft');
  for (let column = start; column < to[1]; column++) await page.keyboard.press('Shift+ArrowRight');
}

/** Drags the border between side bar and editor until the side bar is so many pixels wide. */
export async function widenSideBar(page: Page, width: number): Promise<void> {
  const box = await page.locator('.part.sidebar').boundingBox();
  if (!box) throw new Error('The side bar is hidden.');
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width, y);
  await page.mouse.down();
  await page.mouse.move(box.x + width, y, { steps: 5 });
  await page.mouse.up();
}

/** Puts the cursor of a file's editor there; line and column count from 1. */
export async function goTo(page: Page, file: string, [line, column]: readonly [line: number, column: number]): Promise<void> {
  const line1 = editorOf(page, file).locator('.view-line').first();
  const widget = page.locator('.quick-input-widget');
  // The box closes when something else takes the focus, as a panel does that is still being opened.
  await repeat(async () => {
    await line1.click({ position: { x: 2, y: 4 } });
    await page.keyboard.press('Control+G');
    await widget.locator('input.input').fill(`:${line}:${column}`, { timeout: 3000 });
    await page.keyboard.press('Enter');
    await widget.waitFor({ state: 'hidden', timeout: 3000 });
  });
}

/** Opens a file of the folder by its name; a binary one has no text editor, so only its tab is waited for. */
export async function openFile(page: Page, file: string): Promise<void> {
  const name = path.basename(file);
  const widget = page.locator('.quick-input-widget:visible');
  // The list is still sorted while it is first shown, so the row is looked for by its name and clicked.
  await repeat(async () => {
    await page.keyboard.press('Control+P');
    await widget.locator('input.input').fill(name, { timeout: 3000 });
    await widget.locator(`.monaco-list-row[aria-label^="${name}"]`).first().click({ timeout: 3000 });
    await page.locator('.editor-group-container.active .tab.active', { hasText: name }).waitFor({ timeout: 3000 });
  });
}

/** The document of Lemma's panel: VS Code nests the extension's page in two frames. */
export function panelFrame(page: Page): FrameLocator {
  return page.frameLocator(`iframe.webview[src*="extensionId=${extensionId}"]`).frameLocator('iframe#active-frame');
}

/** The page in the side bar or the one in the editor tab, where both are open: VS Code says in the address which is which. */
export function frameOf(page: Page, place: 'view' | 'tab'): FrameLocator {
  const view = '[src*="purpose=webviewView"]';
  const frame = `iframe.webview[src*="extensionId=${extensionId}"]`;
  return page.frameLocator(place === 'view' ? frame + view : `${frame}:not(${view})`).frameLocator('iframe#active-frame');
}

/** Lemma's item in the status bar. */
export function statusItem(page: Page): Locator {
  return page.locator('.part.statusbar .statusbar-item', { hasText: 'Lemma' }).first();
}

/** Opens the light bulb's menu at the cursor and returns it. A press while providers are still loading is lost, so it is repeated. */
export async function lightBulbMenu(page: Page): Promise<Locator> {
  const menu = page.locator('.action-widget').first();
  await repeat(async () => {
    await page.keyboard.press('Control+.');
    await menu.waitFor({ timeout: 3000 });
  });
  return menu;
}
