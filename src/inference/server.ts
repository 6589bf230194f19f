import type { MessageConnection } from 'vscode-jsonrpc';
import { LemmaFailure } from '../core/errors.ts';
import {
  countTokensRequest,
  describeMachineRequest,
  describeModelsRequest,
  endRequest,
  forgetRequest,
  generateProgress,
  generateRequest,
  helloRequest,
  inferenceProtocolVersion,
  leaveRequest,
  loadProgress,
  loadRequest,
  readAheadRequest,
  stopSampleNotification,
  unloadRequest,
} from '../shared/inferenceProtocol.ts';
import type { GenerateProgress, HelloResult } from '../shared/inferenceProtocol.ts';
import { describeModels } from './modelHeaders.ts';
import type { SharedEngine } from './sharedEngine.ts';
import { toFailure } from './sharedEngine.ts';

/**
 * Answers one window's requests of `inferenceProtocol` by the engine that all windows share: a request that comes while
 * another runs waits for its turn, and can be cancelled while it waits.
 * @param about looked at with each hello, so that a broken installation fails there with a reason
 */
export function serve(
  connection: MessageConnection,
  shared: SharedEngine,
  about: () => Pick<HelloResult, 'engineVersion' | 'logFile'>,
): void {
  const { engine } = shared;
  const window = shared.join(connection);
  if (!window) return connection.dispose();
  connection.onClose(() => {
    shared.leave(window);
    connection.dispose();
  });
  // Followed by the end of the connection.
  connection.onError(() => undefined);
  /** Sends progress. A failed write means that the window is going, or gone: then it throws at once. */
  const sending = (send: () => Promise<void>): void => void (async () => send())().catch(() => undefined);

  /** Of this window's requests that write several replies, by progress token. */
  const sampleStops = new Map<string, AbortController[]>();

  connection.onRequest(helloRequest, () => {
    try {
      return { protocolVersion: inferenceProtocolVersion, pid: process.pid, ...about() };
    } catch (error) {
      return toFailure(new LemmaFailure({ code: 'engineStartFailed', reason: error instanceof Error ? error.message : String(error) }));
    }
  });
  connection.onRequest(loadRequest, ({ progressToken, ...wish }, token) => {
    const report = (fraction: number) => sending(() => connection.sendProgress(loadProgress, progressToken, { fraction }));
    return shared.load(window, wish, token, report);
  });
  connection.onRequest(unloadRequest, (token) => shared.unload(window, token));
  connection.onRequest(generateRequest, (params, token) => {
    const report = (progress: GenerateProgress) => sending(() => connection.sendProgress(generateProgress, params.progressToken, progress));
    if (shared.isBusyForOthers(window)) report({ kind: 'queued' });
    const stops = Array.from({ length: params.samples ?? 0 }, () => new AbortController());
    if (stops.length > 0) sampleStops.set(params.progressToken, stops);
    const sampleSignal = (sample: number): AbortSignal => stops[sample]?.signal ?? new AbortController().signal;
    return shared
      .withModel(window, token, (signal) => {
        if (params.side !== 'request') shared.remembers(window);
        return engine.generate(params, report, signal, sampleSignal);
      })
      .finally(() => sampleStops.delete(params.progressToken));
  });
  connection.onRequest(forgetRequest, async ({ conversation }) => {
    await engine.forget(conversation);
    return null;
  });
  connection.onRequest(readAheadRequest, (params, token) => shared.readAhead(window, params, token));
  connection.onNotification(stopSampleNotification, ({ progressToken, sample }) => sampleStops.get(progressToken)?.[sample]?.abort());
  connection.onRequest(countTokensRequest, (params, token) => {
    if (!shared.modelOf(window)) return shared.withModel(window, token, () => Promise.resolve(engine.countTokens(params)));
    try {
      return engine.countTokens(params);
    } catch (error) {
      return toFailure(error);
    }
  });
  connection.onRequest(describeMachineRequest, ({ gpu }, token) => shared.describeMachine(window, gpu, token));
  connection.onRequest(describeModelsRequest, async ({ paths }, token) => {
    const controller = new AbortController();
    const listener = token.onCancellationRequested(() => controller.abort());
    try {
      return await describeModels(paths, controller.signal);
    } catch (error) {
      return toFailure(error, controller.signal);
    } finally {
      listener.dispose();
    }
  });
  // The end of the process may come before the answer; it says as much.
  connection.onRequest(leaveRequest, () => {
    const last = shared.isLast(window);
    if (last) shared.end('terminated', window);
    return { last };
  });
  connection.onRequest(endRequest, () => {
    shared.end('restarted', window);
    return null;
  });
}
