/** What the measurements share. */
import { readFileSync } from 'node:fs';
import type { InferenceClient } from '../../src/host/inferenceClient.ts';
import type { ModelInfo } from '../../src/shared/inferenceProtocol.ts';

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Bytes of a process that are in memory, by Linux' own count; 0 elsewhere. */
export function residentBytes(pid: number | undefined): number {
  if (pid === undefined || process.platform !== 'linux') return 0;
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return 1024 * Number(kilobytes);
}

/** Tokens of a line that is repeated, between lines of its kind. */
export async function tokensOfLine(client: InferenceClient, { profile }: ModelInfo, line: string): Promise<number> {
  const count = async (content: string): Promise<number> => {
    const { contentTokens } = await client.countTokens({ messages: [{ role: 'user', content }], profile });
    return contentTokens[0] ?? 0;
  };
  return ((await count(line.repeat(101))) - (await count(line))) / 100;
}
