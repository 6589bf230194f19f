import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { panelFrame, runCommand, select, statusItem } from '../harness/workbench.ts';
import { beginStream, loopbackServer, modelLists, sendJson } from '../process/loopbackServer.ts';
import type { LoopbackServer } from '../process/loopbackServer.ts';
import { answered, ask, endOf, failureShots, newConversation } from './steps.ts';

/** Words that stand nowhere else. */
const key = 'sk-e2e-4c1f09d2';
const inFile = 'marker-of-the-selection';
const typed = 'marker-of-the-question';
const thought = 'marker-of-the-thought';
const answer = 'marker-of-the-answer';

describe('what nobody else is to read', () => {
  let session: Session;
  let page: Page;
  let panel: FrameLocator;
  let server: LoopbackServer;

  before(async () => {
    server = await loopbackServer({
      '/v1/models': ({ headers }, response) =>
        headers.authorization === `Bearer ${key}`
          ? sendJson(response, modelLists.vllm)
          : sendJson(response, { error: { message: 'Unauthorized' } }, 401),
      '/v1/chat/completions': ({ body }, response) => {
        const asked = JSON.stringify(body);
        // As some servers do, it repeats what it was sent.
        if (asked.includes('fail now')) return sendJson(response, { error: { message: `${key} asked ${typed}` } }, 500);
        beginStream(response);
        if (asked.includes('break off')) return void response.end(`data: {"error":{"message":"${key} asked ${typed}","code":500}}\n\n`);
        const piece = (delta: object, more = {}): string => `data: ${JSON.stringify({ choices: [{ index: 0, delta, ...more }] })}\n\n`;
        response.end(piece({ reasoning_content: thought }) + piece({ content: answer }, { finish_reason: 'stop' }) + 'data: [DONE]\n\n');
      },
    });
    session = await startSession({ workspace: { 'notes.md': `one ${inFile}\n` }, open: 'notes.md', logLevel: 'debug' });
    ({ page } = session);
    panel = panelFrame(page);
    await runCommand(page, 'Lemma: Open Panel');
  });

  failureShots(() => session);

  after(async () => {
    await session?.close();
    await server?.close();
  });

  interface File {
    readonly name: string;
    readonly text: string;
  }
  /** Files of that session with their contents: user data with the logs, the engine's folder, the workspace. */
  const files = (isWanted = (_name: string): boolean => true): File[] =>
    // The engine's folder is there once it was started.
    [session.server.dataDir, session.server.runtimeDir, session.folder].filter(existsSync).flatMap((root) =>
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && isWanted(entry.name))
        .map((entry) => path.join(entry.parentPath, entry.name))
        .map((name) => ({ name, text: readFileSync(name, 'latin1') })),
    );
  const logs = (): File[] => files((name) => name.endsWith('.log'));
  const holding = (among: readonly File[], words: string): string[] =>
    among.filter(({ text }) => text.includes(words)).map(({ name }) => name);
  /** VS Code writes its logs a moment later. */
  const logged = async (name: string, line: RegExp): Promise<void> => {
    while (!files((each) => each === name).some(({ text }) => line.test(text))) await new Promise((resolve) => setTimeout(resolve, 100));
  };

  it('a server’s key is in no file of VS Code, workspace or conversation, and no file’s text or reply is in a log', async () => {
    await runCommand(page, 'Lemma: Test Connection');
    const input = page.locator('.quick-input-widget:visible');
    await input.filter({ hasText: 'OpenAI-compatible server' }).locator('input.input').fill(server.url);
    await page.keyboard.press('Enter');
    await input
      .filter({ hasText: `Key for ${server.host}` })
      .locator('input.input')
      .fill(key);
    await page.keyboard.press('Enter');
    await input.locator('.monaco-list-row', { hasText: 'THUDM/GLM-Z1-32B-0414' }).waitFor();
    await page.keyboard.press('Enter');
    await statusItem(page)
      .and(page.locator(`[aria-label*="${server.host}"]`))
      .waitFor();
    await select(page, 'notes.md', [1, 1], [1, Infinity]);
    await runCommand(page, 'Lemma: Explain Selection');
    await answered(panel, answer);
    await ask(panel, typed);
    await answered(panel, answer);
    for (const failing of ['fail now', 'break off']) {
      await newConversation(page, panel);
      await ask(panel, `${typed} ${failing}`);
      await endOf(panel, typed).waitFor();
      assert.ok(!(await panel.locator('body').innerText()).includes(key), 'the panel does not show it either');
    }
    await logged('Lemma.log', /\[turn [^\]]+\] \{"code":"serverFailed"[^]*\[turn [^\]]+\] \{"code":"serverFailed"/);

    // The server was sent all of it, and conversations have what was asked and answered: the search finds what is there.
    const sent = JSON.stringify(server.requests.map(({ headers, body }) => [headers, body]));
    assert.deepEqual(
      [key, inFile, typed].map((words) => sent.includes(words)),
      [true, true, true],
    );
    for (const words of [inFile, typed, thought, answer]) assert.notDeepEqual(holding(files(), words), [], words);
    // The logs say what they can.
    assert.ok(logs().some(({ text }) => /\[debug\] \[context\]/.test(text)));

    assert.deepEqual(holding(files(), key), []);
    assert.deepEqual(
      [inFile, typed, thought, answer].flatMap((words) => holding(logs(), words)),
      [],
    );
  });

  it('nor is what the engine was asked and answered', async () => {
    session.server.writeSettings({ 'lemma.backend': 'local' });
    await newConversation(page, panel);
    await ask(panel, 'What is 17 + 25?');
    await answered(panel, '42');
    await logged('engine.log', /llama/);
    await logged('Lemma.log', /\[turn [^\]]+\] endOfTurn: read \d+ of \d+ tokens in \d+ ms, wrote \d+ in \d+ ms/);
    assert.deepEqual(
      ['What is', '17 + 25', 'boxed'].flatMap((words) => holding(logs(), words)),
      [],
    );
  });
});
