/**
 * One part of `npm run bench -- panel`, as one line of JSON (`PanelPart`), in a browser of its own:
 *
 *   node panel.ts stream counting|mathematics open|preview [--fast]
 *   node panel.ts messages
 *   node panel.ts comparison [--fast]
 */
import os from 'node:os';
import { PanelPage } from '../browser/panelPage.ts';
import { comparison } from './panel/comparison.ts';
import type { Compared } from './panel/comparison.ts';
import { manyMessages } from './panel/messages.ts';
import type { ManyMessages } from './panel/messages.ts';
import { Meter } from './panel/meter.ts';
import { stream } from './panel/streaming.ts';
import type { Streamed } from './panel/streaming.ts';
import { countingThought, mathThought } from './panel/thoughts.ts';

export interface PanelPart {
  /** Of the machine, over the last minute, before and after: more than its cores means that others took part of the time. */
  readonly load: readonly [number, number];
  readonly result: Streamed | ManyMessages | readonly Compared[];
}

const [part, thought, shown] = process.argv.slice(2);
const fast = process.argv.includes('--fast');
const before = os.loadavg()[0] ?? 0;
const result = part === 'comparison' ? await comparison(fast ? 8 : 24) : await inPanel();
process.stdout.write(`${JSON.stringify({ load: [before, os.loadavg()[0] ?? 0], result } satisfies PanelPart)}\n`);

async function inPanel(): Promise<Streamed | ManyMessages> {
  const panel = await PanelPage.start();
  try {
    const meter = await Meter.of(panel.page);
    if (part === 'messages') return await manyMessages(panel, meter);
    return await stream(
      panel,
      meter,
      thought === 'counting' ? countingThought() : mathThought(),
      shown === 'open' ? 'open' : 'preview',
      fast,
    );
  } finally {
    await panel.close();
  }
}
