import path from 'node:path';
import { InferenceClient } from '../../src/host/inferenceClient.ts';
import type { InferenceLog } from '../../src/host/inferenceClient.ts';
import { ownRuntime } from './ownRuntime.ts';
import { root } from './places.mjs';

export const quiet = (): void => undefined;

/** Says errors alone. */
export const quietLog: InferenceLog = { error: console.error, warn: quiet, info: quiet, debug: quiet, trace: quiet };

/** A client of `dist/inference.mjs`, whose process starts with its first request. @param env a new one shares it with nobody */
export function ownClient(env = ownRuntime()): InferenceClient {
  return new InferenceClient({ modulePath: path.join(root, 'dist/inference.mjs'), log: quietLog, env });
}
