/**
 * The built panel in a real Chromium, under the same strict CSP as in VS Code. Only `acquireVsCodeApi` is a stand-in
 * (the real one is covered by the e2e suite): it records what the panel posts and keeps its state over reloads.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { buildPanel, panelBundle } from '../../scripts/lib/panelBundle.mjs';
import type { HostToPanel, PanelState, PanelToHost } from '../../src/shared/panelProtocol.ts';
import type { LemmaPanel } from '../../webview/components/panel.ts';
import { launchBrowser } from '../harness/browser.ts';
import type { Browser } from '../harness/browser.ts';
import { repositoryRoot } from '../harness/settings.ts';

declare global {
  interface Window {
    /** Everything the panel posted. */
    sent: PanelToHost[];
    /** One line for each violation of the policy. */
    violations: string[];
    /** Set by hostile text if it ever ran. */
    attacked?: unknown;
  }
}

export type Theme = 'dark-modern' | 'light-modern' | 'hc-dark' | 'hc-light';
export const themes: readonly Theme[] = ['dark-modern', 'light-modern', 'hc-dark', 'hc-light'];

/** Classes that VS Code gives to the body of a webview. */
const bodyClasses: Readonly<Record<Theme, string>> = {
  'dark-modern': 'vscode-dark',
  'light-modern': 'vscode-light',
  'hc-dark': 'vscode-high-contrast',
  'hc-light': 'vscode-high-contrast vscode-high-contrast-light',
};

const apiScript = `
// A page that is opened anew remembers nothing, from before its first script.
if (location.search === '?new') sessionStorage.clear();
window.sent = [];
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.violations.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile + ':' + event.lineNumber);
});
window.acquireVsCodeApi = () => ({
  postMessage: (message) => window.sent.push(structuredClone(message)),
  getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
  setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
});`;

const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2' };

export class PanelPage {
  readonly bundleFolder = panelBundle;
  /** Paths that the page asked for. */
  readonly requests: string[] = [];
  private browser: Browser | undefined;
  private readonly server: Server;
  private theme: Theme = 'dark-modern';

  private constructor() {
    this.server = createServer((request, response) => {
      const url = request.url ?? '/';
      this.requests.push(url.replace(/\?new$/, ''));
      this.answer(url).then(
        ({ body, headers }) => response.writeHead(200, headers).end(body),
        () => response.writeHead(404).end(),
      );
    });
  }

  /** Builds the panel as it ships and starts the browser; nothing is loaded yet. */
  static async start(): Promise<PanelPage> {
    const panel = new PanelPage();
    await panel.launch();
    return panel;
  }

  /**
   * One for all tests of the suite in whose `describe` this is called, there from the first test on. After each of them
   * the policy was not violated and the panel reported no error.
   */
  static forSuite(): PanelPage {
    const panel = new PanelPage();
    before(() => panel.launch());
    after(() => panel.close());
    afterEach(async () => {
      assert.deepEqual(await panel.violations(), []);
      assert.deepEqual(await panel.sent('error'), []);
    });
    return panel;
  }

  private async launch(): Promise<void> {
    // The suite has built it once: files that run side by side must not write what another one loads.
    if (process.env.LEMMA_PANEL_BUILT !== '1') await buildPanel();
    this.browser = await launchBrowser({ width: 480, height: 640 });
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
  }

  async close(): Promise<void> {
    await this.browser?.close();
    await new Promise((done) => this.server.close(done));
  }

  get page(): Page {
    assert.ok(this.browser, 'The panel is there from the first test on.');
    return this.browser.page;
  }

  readonly find = (selector: string): Locator => this.page.locator(selector);

  /** @param name the accessible name, or a part of it */
  readonly button = (name: string | RegExp): Locator => this.page.getByRole('button', { name });

  /** Loads the page anew, with nothing remembered, and draws `state`. */
  async open(
    state: PanelState,
    options: { readonly theme?: Theme; readonly width?: number; readonly height?: number } = {},
  ): Promise<void> {
    const { theme = 'dark-modern', width = 480, height = 640 } = options;
    this.theme = theme;
    await this.page.setViewportSize({ width, height });
    await this.load(`${this.address}?new`, state);
  }

  /** Pixels by which the conversation is wider than the panel, and the page than its window. */
  overflow(): Promise<{ readonly log: number; readonly page: number }> {
    return this.page.evaluate(() => {
      const log = document.querySelector('.log')!;
      return { log: log.scrollWidth - log.clientWidth, page: document.documentElement.scrollWidth - window.innerWidth };
    });
  }

  /** Loads the page, with nothing remembered and nothing shown. */
  async blank(): Promise<void> {
    await this.page.goto(`${this.address}?new`);
  }

  /** Resolves when the page has not changed for some frames and waits for no formula and no colours. */
  async settled(): Promise<void> {
    await this.page.evaluate(async () => {
      const waits = (): boolean =>
        [...document.querySelectorAll('.math > code.tex, .scroll > code.tex')].some(
          (source) => !source.classList.contains('bad') && !source.closest('.pending'),
        ) ||
        (document.querySelector('.code .language:not(:empty)') !== null &&
          !performance.getEntriesByType('resource').some(({ name }) => name.includes('highlighter')));
      let before = -1;
      for (let still = 0; still < 4;) {
        await new Promise((done) => requestAnimationFrame(done));
        const now = document.querySelectorAll('main *').length;
        still = now === before && !waits() ? still + 1 : 0;
        before = now;
      }
    });
  }

  /** Loads the page anew as VS Code does when the view comes back. */
  reload(state: PanelState): Promise<void> {
    return this.load(this.address, state);
  }

  private async load(address: string, state: PanelState): Promise<void> {
    await this.page.goto(address);
    await this.page.waitForFunction(() => window.sent.some(({ type }) => type === 'ready'));
    await this.send({ type: 'state', ...state });
    await this.page.waitForFunction(() => window.sent.some(({ type }) => type === 'painted'));
  }

  /** Draws the turns that are too far from the view to be drawn yet, as selecting them does. */
  async drawAll(): Promise<void> {
    await this.page.evaluate(() => {
      const turns = document.querySelector('.turns');
      if (turns && document.querySelector('.turn.far')) document.getSelection()?.selectAllChildren(turns);
    });
    await this.page.waitForFunction(() => !document.querySelector('.turn.far'));
    await this.page.evaluate(() => document.getSelection()?.removeAllRanges());
  }

  /** As the host does; resolves when the panel has drawn it. */
  async send(...messages: HostToPanel[]): Promise<void> {
    await this.page.evaluate(async (all) => {
      for (const message of all) window.postMessage(message, '*');
      // Text waits for its turn (webview/cadence.ts), so the events are asked for and not the frame.
      const events = all.findLast((message) => message.type === 'events');
      const count = events?.type === 'events' ? events.from + events.events.length : 0;
      const drawn = (): boolean => {
        const store = document.querySelector<LemmaPanel>('lemma-panel')?.store;
        return !store?.host || store.behind || store.host.eventCount >= count;
      };
      do await new Promise((done) => setTimeout(done));
      while (count > 0 && !drawn());
      // One frame draws what the messages changed, the next one comes after its layout.
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      await new Promise((done) => requestAnimationFrame(done));
    }, messages);
  }

  /** Messages of one type that the panel has posted, in order. */
  async sent<T extends PanelToHost['type']>(type: T): Promise<Extract<PanelToHost, { type: T }>[]> {
    const all = await this.page.evaluate(() => window.sent);
    return all.filter((message): message is Extract<PanelToHost, { type: T }> => message.type === type);
  }

  async waitForSent(type: PanelToHost['type'], count = 1): Promise<void> {
    await this.page.waitForFunction(([wanted, least]) => window.sent.filter((each) => each.type === wanted).length >= Number(least), [
      type,
      count,
    ] as const);
  }

  /** Resolves when fonts, formulas and colours are there. */
  async drawn(): Promise<void> {
    await this.page.waitForFunction(() => {
      const sources = [...document.querySelectorAll('.math > code.tex, .scroll > code.tex')];
      return sources.every((each) => each.classList.contains('bad') || each.closest('.pending'));
    });
    await this.page.waitForFunction(() =>
      [...document.querySelectorAll('.code')].every(
        (box) => !box.querySelector('.language')?.textContent || box.querySelector('[class^=hljs]') || box.hasAttribute('data-plain'),
      ),
    );
    await this.page.evaluate(() => document.fonts.ready.then(() => undefined));
    await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }

  async violations(): Promise<readonly string[]> {
    return this.page.evaluate(() => window.violations);
  }

  async shot(name: string): Promise<string> {
    assert.ok(this.browser);
    return this.browser.shot(name);
  }

  private get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  private async answer(url: string): Promise<{ readonly body: string | Buffer; readonly headers: Record<string, string> }> {
    if (url === '/' || url === '/?new') return this.document();
    if (url === '/vscodeApi.js') return { body: apiScript, headers: { 'content-type': 'text/javascript' } };
    const file =
      url === '/themes.css' ? path.join(repositoryRoot, 'test/fixtures/themes.css') : path.join(this.bundleFolder, path.normalize(url));
    return {
      body: await readFile(file),
      headers: { 'content-type': types[path.extname(file)] ?? 'application/octet-stream', 'cache-control': 'max-age=3600' },
    };
  }

  /** The page as `src/host/panel/webviewHtml.ts` makes it. */
  private document(): { readonly body: string; readonly headers: Record<string, string> } {
    const { origin } = new URL(this.address);
    const policy = [
      `default-src 'none'`,
      `script-src 'nonce-test' ${origin}`,
      `style-src ${origin}`,
      `font-src ${origin}`,
      `base-uri 'none'`,
      `form-action 'none'`,
    ].join('; ');
    const body = `<!doctype html>
<html lang="en" data-theme="${this.theme}">
<head><meta charset="utf-8"><title>Lemma</title>
<link rel="stylesheet" href="themes.css"><link rel="stylesheet" href="main.css"></head>
<body class="${bodyClasses[this.theme]}">
<main class="lemma" id="app"></main>
<script nonce="test" src="vscodeApi.js"></script>
<script type="module" nonce="test" src="main.js"></script>
</body></html>`;
    return { body, headers: { 'content-type': 'text/html', 'content-security-policy': policy } };
  }
}
