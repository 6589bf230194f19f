import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { foreign, socketWatch } from '../harness/sockets.ts';

describe('The watch of sockets', () => {
  /** Runs a program on Node until it has said a word, and waits until something foreign of it was seen. @returns what */
  const seenOf = async (program: string): Promise<string[]> => {
    const watch = socketWatch();
    const child = spawn(process.execPath, ['-e', program], { env: { ...process.env, ...watch.env }, stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      watch.watch({ pid: child.pid ?? 0, runtimeDir: 'no other process' });
      await once(child.stdout, 'data');
      for (;;) {
        const seen = foreign(watch.seen());
        if (seen.length > 0) return [...new Set(seen.map(({ to }) => to))];
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    } finally {
      child.kill('SIGKILL');
      watch.stop();
    }
  };

  // Only Linux tells of the sockets of other processes so simply.
  if (process.platform === 'linux')
    it('sees a port that is open to other machines', async () => {
      assert.deepEqual(await seenOf(`require('node:net').createServer().listen(0, '0.0.0.0', () => console.log('ready'))`), ['0.0.0.0']);
    });

  it('sees a connection that is tried for a moment, and a name that is looked up', async () => {
    // Addresses and names for documentation, which lead nowhere.
    const attempt = `require('node:net').connect(9, '192.0.2.1')
        .on('error', () => 0)
        .on('connectionAttempt', function () { setImmediate(() => this.destroy()); console.log('ready'); });
      setInterval(() => 0, 1000)`;
    assert.deepEqual(await seenOf(attempt), ['192.0.2.1']);
    const lookup = `fetch('http://lemma.invalid/').catch(() => console.log('ready')); setInterval(() => 0, 1000)`;
    assert.deepEqual(await seenOf(lookup), ['lemma.invalid']);
  });
});
