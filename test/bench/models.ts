/**
 * The models' part of the benchmark, `npm run bench -- models`: getting them, loading them, and what they take. Each
 * measurement gives rows; prints them as JSON on the last line.
 */
import { tmpdir } from 'node:os';
import { measureDownload } from './models/download.ts';
import { measureLoading } from './models/loading.ts';

/** A row of the report (scripts/lib/bench/frame.mjs). */
export interface ModelRow {
  readonly what: string;
  /** The median of several; absent where it could not be measured. */
  readonly value: number | undefined;
  readonly unit: string;
  readonly min?: number;
  readonly max?: number;
  /** Absent where a figure is reported only. */
  readonly goal?: string;
  readonly met?: boolean;
  readonly note?: string;
}

/** In the order of the report. */
const measurements: readonly (() => Promise<ModelRow[]>)[] = [() => measureDownload(tmpdir()), () => measureLoading()];

const rows: ModelRow[] = [];
for (const measure of measurements) rows.push(...(await measure()));
console.log(JSON.stringify(rows));
