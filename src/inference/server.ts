import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc';
import { ErrorCodes, ResponseError } from 'vscode-jsonrpc';
import type { LemmaError } from '../core/errors.ts';
import { toLemmaError } from '../core/errors.ts';
import {
  countTokensRequest,
  describeMachineRequest,
  describeModelsRequest,
  generateProgress,
  generateRequest,
  helloRequest,
  inferenceProtocolVersion,
  loadProgress,
  loadRequest,
  requestCancelledCode,
  unloadRequest,
} from '../shared/inferenceProtocol.ts';
import type { DescribeMachineResult, GenerateProgress } from '../shared/inferenceProtocol.ts';
import { describeModels } from './llamaHeaders.ts';
import type { Engine } from './engine.ts';
import { TaskQueue } from './taskQueue.ts';

/**
 * Answers the requests of `inferenceProtocol` by an engine, one at a time: a request that comes while another
 * runs waits for its turn, and can be cancelled while it waits.
 * @param engineVersion looked up at each hello, so that a broken installation fails there with a reason
 */
export function serve(connection: MessageConnection, engine: Engine, engineVersion: () => string): { stopAll(): void } {
  const queue = new TaskQueue();
  const running = new Set<AbortController>();
  /** Loads and unloads that run or wait: counting tokens needs a model that stays. */
  let modelChanges = 0;

  /** Runs a task in its turn, with an `AbortSignal` that follows the request's cancellation. */
  const inTurn = async <Result>(token: CancellationToken, task: (signal: AbortSignal) => Promise<Result>): Promise<Result | Failure> => {
    const controller = new AbortController();
    const listener = token.onCancellationRequested(() => controller.abort());
    if (token.isCancellationRequested) controller.abort();
    running.add(controller);
    try {
      return await queue.run(() => task(controller.signal));
    } catch (error) {
      return toFailure(error, controller.signal);
    } finally {
      running.delete(controller);
      listener.dispose();
    }
  };
  const changingModel = async <Result>(
    token: CancellationToken,
    task: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result | Failure> => {
    modelChanges++;
    try {
      return await inTurn(token, task);
    } finally {
      modelChanges--;
    }
  };
  /** Sends progress. A failed write means that the channel is closing, and with it this process. */
  const sending = (send: () => Promise<void>): void => {
    if (process.connected) void send().catch(() => undefined);
  };

  connection.onRequest(helloRequest, () => {
    try {
      return { protocolVersion: inferenceProtocolVersion, pid: process.pid, engineVersion: engineVersion() };
    } catch (error) {
      return failure({ code: 'engineStartFailed', reason: error instanceof Error ? error.message : String(error) });
    }
  });
  connection.onRequest(loadRequest, (params, token) =>
    changingModel(token, (signal) => {
      const report = (fraction: number) => sending(() => connection.sendProgress(loadProgress, params.progressToken, { fraction }));
      return engine.load(params, report, signal);
    }),
  );
  connection.onRequest(unloadRequest, (token) =>
    changingModel(token, async () => {
      await engine.unload();
      return null;
    }),
  );
  connection.onRequest(generateRequest, (params, token) =>
    inTurn(token, (signal) => {
      const report = (progress: GenerateProgress) =>
        sending(() => connection.sendProgress(generateProgress, params.progressToken, progress));
      return engine.generate(params, report, signal);
    }),
  );
  connection.onRequest(countTokensRequest, (params, token) => {
    if (modelChanges > 0) return inTurn(token, () => Promise.resolve(engine.countTokens(params)));
    try {
      return engine.countTokens(params);
    } catch (error) {
      return toFailure(error);
    }
  });
  connection.onRequest(describeMachineRequest, ({ gpu }, token) => {
    const describe = (): Promise<DescribeMachineResult> => engine.describeMachine(gpu);
    // A reply that runs has started the backend, and may take minutes. Everything else waits: two starts at once are two backends.
    if (modelChanges === 0 && running.size > 0) return describe().catch((error: unknown) => toFailure(error));
    return changingModel(token, describe);
  });
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

  return {
    stopAll() {
      for (const controller of running) controller.abort();
    },
  };
}

type Failure = ResponseError<LemmaError>;

function failure(error: LemmaError): Failure {
  return new ResponseError(ErrorCodes.InternalError, error.code, error);
}

/** Only a load fails by its cancellation; a reply resolves with `stop: 'cancelled'`. */
function toFailure(error: unknown, signal?: AbortSignal): Failure {
  if (signal?.aborted && error === signal.reason) return new ResponseError(requestCancelledCode, 'cancelled');
  return failure(toLemmaError(error));
}
