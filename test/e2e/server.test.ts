import assert from 'node:assert/strict';
import type { FrameLocator, Page } from 'playwright-core';
import { startSession } from '../harness/session.ts';
import type { Session } from '../harness/session.ts';
import { panelFrame, runCommand, statusItem } from '../harness/workbench.ts';
import { beginStream, fixtureStream, loopbackServer, modelLists, sendJson } from '../process/loopbackServer.ts';
import type { Answer, LoopbackServer } from '../process/loopbackServer.ts';
import { answered, ask, failureShots } from './steps.ts';

describe('a server instead of this computer', () => {
  let session: Session;
  let page: Page;
  let panel: FrameLocator;
  let server: LoopbackServer;

  before(async () => {
    // As an engine that was started with a key.
    const guarded =
      (answer: Answer): Answer =>
      (request, response) =>
        request.headers.authorization === 'Bearer sk-e2e' ? answer(request, response) : sendJson(response, { error: 'Unauthorized' }, 401);
    server = await loopbackServer({
      '/v1/models': guarded((_request, response) => sendJson(response, modelLists.vllm)),
      '/v1/chat/completions': guarded((_request, response) => {
        beginStream(response);
        response.end(fixtureStream('vllm-chat-enforced.sse'));
      }),
    });
    session = await startSession({ workspace: { 'notes.md': 'one\n' }, open: 'notes.md' });
    ({ page } = session);
    panel = panelFrame(page);
    await runCommand(page, 'Lemma: Open Panel');
    // It takes the focus when it is there, and whatever is open then closes or loses its keys.
    await panel.locator('.composer textarea:focus').waitFor();
  });

  failureShots(() => session);

  after(async () => {
    await session?.close();
    await server?.close();
  });

  it('is tried, asks for its key, and answers in the same panel', async () => {
    await runCommand(page, 'Lemma: Test Connection');
    const input = page.locator('.quick-input-widget:visible');
    await input.filter({ hasText: 'OpenAI-compatible server' }).locator('input.input').fill(server.url);
    await page.keyboard.press('Enter');
    await input
      .filter({ hasText: `Key for ${server.host}` })
      .locator('input.input')
      .fill('sk-e2e');
    await page.keyboard.press('Enter');
    await input.locator('.monaco-list-row', { hasText: 'THUDM/GLM-Z1-32B-0414' }).waitFor();
    await page.keyboard.press('Enter');
    await statusItem(page)
      .and(page.locator(`[aria-label*="${server.host}"]`))
      .waitFor();

    await ask(panel, 'What is 47 + 38?');
    await answered(panel, '85');
    await statusItem(page).filter({ hasText: 'SERVER' }).waitFor();
    await panel
      .locator('.line', { hasText: 'GLM-Z1-32B-0414' })
      .filter({ hasText: `Ready on SERVER ${server.host}` })
      .waitFor();
    const chat = server.requests.filter(({ path }) => path === '/v1/chat/completions');
    assert.deepEqual(
      chat.map(({ headers }) => headers.authorization),
      ['Bearer sk-e2e'],
    );
    await session.shot('server');
  });
});
