import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import path from 'node:path';
import { toLemmaError } from '../../core/errors.ts';
import type { Machine } from '../../core/models/fit.ts';
import type { GpuChoice } from '../../shared/inferenceProtocol.ts';
import type { InferenceClient, InferenceLog } from '../inferenceClient.ts';

/**
 * Measures memory, backend and disk. A backend that does not start is told in the log, and the machine counts as one
 * without: choosing a model must work then too.
 * @param downloadFolder where models go; it need not exist yet
 * @returns undefined when it was cancelled
 */
export async function measureMachine(
  client: InferenceClient,
  gpu: GpuChoice,
  downloadFolder: string,
  log: InferenceLog,
  signal?: AbortSignal,
): Promise<Machine | undefined> {
  const [diskFree, described] = await Promise.all([
    freeBytes(downloadFolder),
    client.describeMachine(gpu, signal).catch((error: unknown) => {
      log.warn(`[models] The backend cannot be measured: ${JSON.stringify(toLemmaError(error))}`);
      return { backend: 'cpu', deviceNames: [], unified: false };
    }),
  ]);
  return described && { ...described, ramTotal: totalmem(), ...(diskFree === undefined ? {} : { diskFree }) };
}

/** Free bytes for this user where the folder is, or will be. */
async function freeBytes(folder: string): Promise<number | undefined> {
  for (let at = folder; ; at = path.dirname(at)) {
    const stats = await statfs(at).catch(() => undefined);
    if (stats) return stats.bavail * stats.bsize;
    if (path.dirname(at) === at) return undefined;
  }
}
