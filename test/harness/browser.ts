import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';
import { fromEnvironment } from './server.ts';
import { repositoryRoot } from './settings.ts';

/** A Chromium with one page, and what it complained about. */
export interface Browser {
  readonly context: BrowserContext;
  readonly page: Page;
  /** `type: text` of every console message, frames included. */
  readonly consoleLines: readonly string[];
  /** `address reason` of every request that failed. */
  readonly failedRequests: readonly string[];
  /** Names or addresses that its pages, their frames and workers asked for anything. What Chromium does of itself is not there. */
  readonly askedHosts: ReadonlySet<string>;
  /** Writes `out/shots/<name>.png` and returns its path. */
  shot(name: string): Promise<string>;
  close(): Promise<void>;
}

export interface BrowserOptions {
  readonly width?: number;
  readonly height?: number;
  /** With a window, for watching a test. */
  readonly headed?: boolean;
}

const quietFlags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const calmFlags = [
  '--disable-component-update',
  '--disable-sync',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  // A turn of the wheel is one step, not as many as the machine has time for.
  '--disable-smooth-scrolling',
];

/** Starts the Chromium that LEMMA_CHROMIUM names, with an empty profile that is removed again. */
export async function launchBrowser({
  width = 1400,
  height = 900,
  headed = process.env.LEMMA_HEADED === '1',
}: BrowserOptions = {}): Promise<Browser> {
  const profile = mkdtempSync(path.join(tmpdir(), 'lemma-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: fromEnvironment('LEMMA_CHROMIUM'),
    headless: !headed,
    viewport: { width, height },
    permissions: ['clipboard-read', 'clipboard-write'],
    args: [...quietFlags, ...calmFlags],
  });
  // Only there for what never comes: a machine with other work takes several times as long as a quiet one.
  context.setDefaultTimeout(90_000);
  const page = context.pages()[0] ?? (await context.newPage());
  const consoleLines: string[] = [];
  const failedRequests: string[] = [];
  const askedHosts = new Set<string>();
  context.on('request', (request) => {
    // Not `data:`, `blob:` and the like, which ask nobody.
    if (!/^(https?|wss?):/.test(request.url())) return;
    const { hostname } = new URL(request.url());
    // VS Code's service worker answers these, with files of the workspace and of extensions.
    if (!hostname.endsWith('.vscode-resource.vscode-cdn.net')) askedHosts.add(hostname);
  });
  page.on('console', (line) => consoleLines.push(`${line.type()}: ${line.text()}`));
  page.on('pageerror', (error) => consoleLines.push(`pageerror: ${error.message}`));
  page.on('requestfailed', (request) => failedRequests.push(`${request.url()} ${request.failure()?.errorText ?? ''}`));
  return {
    context,
    page,
    consoleLines,
    failedRequests,
    askedHosts,
    shot: async (name) => {
      const folder = path.join(repositoryRoot, 'out/shots');
      mkdirSync(folder, { recursive: true });
      const file = path.join(folder, `${name}.png`);
      await page.screenshot({ path: file });
      return file;
    },
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
