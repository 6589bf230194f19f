/**
 * What the extension host of a real workbench takes of a core while a reply comes at 200 tokens a second: the stream is read,
 * split, written to the journal and sent to the panel, which shows it. The reply comes from a server, since the tiny model writes
 * as fast as it can: in pieces as the inference process sends them, and then a token at a time as servers do. VS Code's own search
 * for ports that listen, which a remote extension host does by reading about every process of the machine, is off. Linux alone.
 * Prints `HostLoadFigures`.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { textIntervalMs } from '../../src/shared/inferenceProtocol.ts';
import { processesOf, statOf } from '../harness/processes.ts';
import { startSession } from '../harness/session.ts';
import { goTo, panelFrame, runCommand } from '../harness/workbench.ts';
import { modelLists } from '../process/loopbackServer.ts';
import { startPacedServer } from './servers/paced.ts';

export interface HostLoadFigures {
  readonly tokensPerSecond: number;
  readonly seconds: number;
  /** Of a core, all threads of the extension host: while a reply comes, in stretches, and while nothing does. */
  readonly inPieces: readonly number[];
  readonly byToken: readonly number[];
  readonly idle: number;
}

const tokensPerSecond = 200;
/** Until everything is compiled that a reply needs. */
const warmTokens = 1000;
const stretchTokens = 1000;
const stretches = 4;
const idleMs = 10_000;
/** Of `/proc`, in most kernels. */
const ticksPerSecond = 100;

const server = await startPacedServer();
const [model] = modelLists.vllm.data;
const session = await startSession({
  ...{ workspace: { 'sum.md': 'What is the sum?\n' }, open: 'sum.md', height: 1000, watched: false },
  settings: {
    ...{ 'lemma.backend': 'server', 'lemma.server.url': server.url, 'lemma.server.model': model.id },
    'remote.autoForwardPortsSource': 'output',
  },
});
try {
  const { page } = session;
  const [host] = processesOf(session.server, '--type=extensionHost');
  if (host === undefined) throw new Error('The extension host was not found.');
  const solve = async (): Promise<void> => {
    await goTo(page, 'sum.md', [1, 1]);
    await runCommand(page, 'Lemma: Solve Selection');
  };
  // The first turn opens the panel.
  await server.setPace({ tokensPerSecond, tokens: 200 });
  await solve();
  await panelFrame(page).locator('lemma-toolbar.actions').last().waitFor();
  const idle = await share(host, () => pause(idleMs));

  const streaming = async (togetherMs?: number): Promise<number[]> => {
    const tokens = warmTokens + stretches * stretchTokens;
    await server.setPace({ tokensPerSecond, tokens, ...(togetherMs === undefined ? {} : { togetherMs }) });
    const turns = await panelFrame(page).locator('lemma-toolbar.actions').count();
    const warm = server.sent(warmTokens);
    await solve();
    await warm;
    const shares: number[] = [];
    for (let stretch = 1; stretch <= stretches; stretch++)
      shares.push(await share(host, () => server.sent(warmTokens + stretch * stretchTokens)));
    await panelFrame(page).locator('lemma-toolbar.actions').nth(turns).waitFor();
    return shares;
  };
  const figures: HostLoadFigures = {
    tokensPerSecond,
    seconds: (stretches * stretchTokens) / tokensPerSecond,
    inPieces: await streaming(textIntervalMs),
    byToken: await streaming(),
    idle,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} finally {
  await session.shot('bench-host-load');
  await session.close();
  await server.close();
}

/** Processor time over time while something is done. */
async function share(pid: number, work: () => Promise<unknown>): Promise<number> {
  const [before, begunAt] = [processorMs(pid), performance.now()];
  await work();
  return (processorMs(pid) - before) / (performance.now() - begunAt);
}

function processorMs(pid: number): number {
  // utime and stime are the 14th and 15th field.
  const fields = statOf(pid);
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}
