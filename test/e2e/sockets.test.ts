import assert from 'node:assert/strict';
import { startSession } from '../harness/session.ts';
import { foreign } from '../harness/sockets.ts';
import { panelFrame, runCommand } from '../harness/workbench.ts';
import { beginStream, fixtureStream, loopbackServer, modelLists, sendJson } from '../process/loopbackServer.ts';
import { answered, ask, failureShots, newConversation } from './steps.ts';
import type { Session } from '../harness/session.ts';

// Every other session looks at the same when it is closed: see `startSession`.
describe('the sockets of code-server, extension host and engine', () => {
  let session: Session | undefined;

  failureShots(() => session as Session);

  afterEach(async () => {
    await session?.close();
    session = undefined;
  });

  it('lead nowhere but to loopback while the engine answers and while a server does', async () => {
    const server = await loopbackServer({
      '/v1/models': (_request, response) => sendJson(response, modelLists.vllm),
      '/v1/chat/completions': (_request, response) => {
        beginStream(response);
        response.end(fixtureStream('vllm-chat-enforced.sse'));
      },
    });
    try {
      session = await startSession({ workspace: { 'a.md': 'one\n' }, open: 'a.md' });
      const { page } = session;
      const panel = panelFrame(page);
      await runCommand(page, 'Lemma: Open Panel');
      await ask(panel, 'What is 17 + 25?');
      await answered(panel, '42');
      session.server.writeSettings({
        'lemma.backend': 'server',
        'lemma.server.url': server.url,
        'lemma.server.model': 'THUDM/GLM-Z1-32B-0414',
      });
      await newConversation(page, panel);
      await ask(panel, 'What is 47 + 38?');
      await answered(panel, '85');
      const seen = session.sockets();
      // The watch sees: the port of code-server, and the question of the extension host.
      assert.ok(
        seen.some(({ program, to }) => program.includes('--type=extensionHost') && to === '127.0.0.1'),
        JSON.stringify(seen),
      );
      assert.deepEqual(foreign(seen), []);
      assert.ok(session.askedHosts.has('127.0.0.1'));
    } finally {
      await server.close();
    }
  });
});
