/** Downloads of one large file by Lemma, checked while they come, over `curl`, which checks nothing. */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fetchFile } from '../../../src/host/download/fetchFile.ts';
import { median } from '../figures.ts';
import type { ModelRow } from '../models.ts';

const root = path.join(import.meta.dirname, '../../..');
const gigabit = 125_000_000;

/** In turn, so that what else the machine does hits both. */
const pairs = 3;

/** @param folder on the disk that is measured */
export async function measureDownload(folder: string): Promise<ModelRow[]> {
  const limited = await compare(folder, 1_000_000_000, gigabit);
  const free = await compare(folder, 2_000_000_000, 0);
  return [
    { ...row('a download at 1 Gbit/s, checked, over `curl`', limited), goal: 'at least 0.95 times', met: middle(limited) >= 0.95 },
    row('the same without a limit, on loopback', free),
  ];
}

interface Pair {
  readonly ownBytesPerSecond: number;
  readonly curlBytesPerSecond: number;
  /** Own over curl's. */
  readonly ratio: number;
}

async function compare(parent: string, bytes: number, bytesPerSecond: number): Promise<Pair[]> {
  const server = fork(path.join(import.meta.dirname, 'fileServer.ts'), [String(bytes), String(bytesPerSecond)], {
    execArgv: ['--no-warnings'],
  });
  const folder = mkdtempSync(path.join(parent, 'lemma-bench-'));
  try {
    const [{ origin, total }] = (await once(server, 'message')) as [{ origin: string; total: number }];
    const own = async (): Promise<void> => {
      const target = path.join(folder, 'model.gguf');
      await fetchFile(
        { url: `${origin}/model.gguf`, target },
        {
          tokenOrigin: origin,
          signal: new AbortController().signal,
          hashModule: path.join(root, 'dist/hashWorker.cjs'),
          onProgress: () => undefined,
        },
      );
      rmSync(target);
    };
    const curl = (): void => {
      const target = path.join(folder, 'curl.gguf');
      execFileSync('curl', ['--silent', '--show-error', '--fail', '--output', target, `${origin}/model.gguf`]);
      rmSync(target);
    };
    const results: Pair[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const curlBytesPerSecond = total / (await seconds(curl));
      const ownBytesPerSecond = total / (await seconds(own));
      results.push({ ownBytesPerSecond, curlBytesPerSecond, ratio: ownBytesPerSecond / curlBytesPerSecond });
    }
    return results;
  } finally {
    server.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function seconds(work: () => void | Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

function row(what: string, results: readonly Pair[]): ModelRow {
  const ratios = results.map(({ ratio }) => ratio);
  const speed = (values: readonly number[]): string => `${Math.round(median(values) / 1e6)} MB/s`;
  const note = `${speed(results.map((each) => each.ownBytesPerSecond))} to ${speed(results.map((each) => each.curlBytesPerSecond))}`;
  return { what, value: median(ratios), unit: 'times', min: Math.min(...ratios), max: Math.max(...ratios), note };
}

function middle(results: readonly Pair[]): number {
  return median(results.map(({ ratio }) => ratio));
}
