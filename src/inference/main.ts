/**
 * The inference process: started by the first window that needs it, shared by all windows of its user, ends within 2 s
 * of the last one. Speaks `inferenceProtocol` over a local socket; what it says to nobody in particular goes to its log.
 *
 *   main.ts FOLDER NAME LOGFILE     with its output in the log file, and a pipe to its starter as descriptor 3
 */
import { once } from 'node:events';
import { closeSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { createMessageConnection, SocketMessageReader, SocketMessageWriter } from 'vscode-jsonrpc/node';
import type { StartWord } from '../shared/inferenceEndpoint.ts';
import type { LogParams } from '../shared/inferenceProtocol.ts';
import { endProcess, watchWindows } from './ending.ts';
import type { Watch } from './ending.ts';
import { newEndpoint, publish, unpublish } from './endpointFile.ts';
import { openGate } from './gate.ts';
import { LlamaEngine } from './llamaEngine.ts';
import { engineVersion } from './llamaSetup.ts';
import { serve } from './server.ts';
import { SharedEngine } from './sharedEngine.ts';

/** Milliseconds that the first window has to connect. */
const firstWindowMs = 10_000;

if (isMainThread) {
  const [folder = '', name = '', logFile = ''] = process.argv.slice(2);
  // What this process creates is its user's alone.
  process.umask(0o077);
  await run({ folder, name, endpoint: newEndpoint(folder, name, logFile) });
} else {
  await watchWindows(workerData as Watch);
  parentPort?.postMessage('listening');
}

async function run(watch: Watch): Promise<void> {
  const { folder, name, endpoint } = watch;
  const log = (level: LogParams['level'], message: string): void => {
    if (level !== 'trace') process.stdout.write(`${new Date().toISOString()} [${endpoint.pid}] ${level}: ${message}\n`);
    shared.log(level, message);
  };
  const engine = new LlamaEngine(log);
  const shared = new SharedEngine(engine, (saying) => {
    // First of all: whoever looks for a process from now on starts another one.
    unpublish(folder, name, endpoint);
    endProcess(saying, () => engine.dispose());
  });
  const admit = (socket: Socket): void => {
    const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
    serve(connection, shared, () => ({ engineVersion: engineVersion(), logFile: endpoint.logFile }));
    connection.listen();
  };
  process.once('SIGTERM', () => shared.end('terminated'));
  const worker = new Worker(new URL(import.meta.url), { workerData: watch });
  await once(worker, 'message');
  worker.on('error', (error: Error) => log('warn', `The watch over the windows has ended: ${error.message}`));
  worker.unref();
  await openGate(endpoint.address, { name, token: endpoint.token }, admit);
  if (await publish(folder, name, endpoint)) {
    say('ready');
    setTimeout(() => {
      if (shared.isUnused) shared.end('terminated');
    }, firstWindowMs);
  } else {
    unpublish(folder, name, endpoint);
    say('taken');
    process.exit(0);
  }
}

/** Tells the starter how it went. It may be gone by now, or never have been there. */
function say(word: StartWord): void {
  try {
    writeSync(3, word);
    closeSync(3);
  } catch {
    // Windows find the process by its endpoint file in any case.
  }
}
