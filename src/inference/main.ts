/**
 * The inference process: forked by the extension host, speaks `inferenceProtocol` over the fork's IPC channel,
 * ends within 2 s of that channel's end. Says nothing on stdout; its log goes to the host as messages.
 */
import { Worker, isMainThread, workerData } from 'node:worker_threads';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { logNotification } from '../shared/inferenceProtocol.ts';
import type { LogParams } from '../shared/inferenceProtocol.ts';
import { endWhenDisconnected, watchHost } from './ending.ts';
import { LlamaEngine } from './llamaEngine.ts';
import { engineVersion } from './llamaSetup.ts';
import { serve } from './server.ts';

if (isMainThread) {
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
  const log = (level: LogParams['level'], message: string): void => {
    // With the channel gone there is nobody left to tell.
    if (process.connected) void connection.sendNotification(logNotification, { level, message }).catch(() => undefined);
  };
  const engine = new LlamaEngine(log);
  const server = serve(connection, engine, engineVersion);
  endWhenDisconnected(async () => {
    server.stopAll();
    await engine.dispose();
  });
  const watch = new Worker(new URL(import.meta.url), { workerData: { hostPid: process.ppid } });
  watch.on('error', (error: Error) => log('warn', `The watch over the host has ended: ${error.message}`));
  watch.unref();
  connection.listen();
} else {
  watchHost((workerData as { hostPid: number }).hostPid);
}
