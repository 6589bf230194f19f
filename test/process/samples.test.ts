import assert from 'node:assert/strict';
import type { GenerateProgress, GenerateResult } from '../../src/shared/inferenceProtocol.ts';
import { ask, loaded, longText, newClient, reply, textOf } from './support.ts';

const sampling = { temperature: 1.5, topP: 1, topK: 0, seed: 7 } as const;
/** At 5 the tiny model writes another text with each seed, and another one with each last digit: batches of three have others than of one. */
const wild = { ...sampling, temperature: 5 } as const;
const several = `${longText(100)}\nTell me anything.`;

/** What came of each sample. */
function bySample(pieces: readonly GenerateProgress[], samples: number): { text: string; result: GenerateResult | undefined }[] {
  return Array.from({ length: samples }, (_, sample) => {
    const own = pieces.flatMap((piece) => (piece.kind === 'sample' && piece.sample === sample ? [piece.progress] : []));
    const ended = pieces.find((piece) => piece.kind === 'sampleEnded' && piece.sample === sample);
    return { text: textOf(own), result: ended?.kind === 'sampleEnded' ? ended.result : undefined };
  });
}

describe('Several replies at once', () => {
  const { client } = newClient();
  before(() => loaded(client));
  after(() => client.dispose());

  it('are those that are written one by one from the same seeds, and the prompt is read once', async () => {
    const { pieces, result } = await reply(client, ask(several, { sampling, maxTokens: 80, samples: 3 }));
    const samples = bySample(pieces, 3);
    assert.equal(result.stop, 'endOfTurn');
    for (const [index, { text, result: own }] of samples.entries()) {
      const alone = await reply(client, ask(several, { sampling: { ...sampling, seed: 7 + index }, maxTokens: 80 }));
      assert.equal(text, alone.text);
      assert.equal(own?.stop, alone.result.stop);
      assert.equal(own.reusedTokens, own.promptTokens - 1);
    }
    assert.deepEqual(
      pieces.filter(({ kind }) => kind === 'samples'),
      [{ kind: 'samples', samples: 3, atOnce: 3 }],
    );
  });

  it('are different ones', async () => {
    const { pieces } = await reply(client, ask(several, { sampling: wild, maxTokens: 20, samples: 3 }));
    assert.equal(new Set(bySample(pieces, 3).map(({ text }) => text)).size, 3);
  });

  it('take turns in being written', async () => {
    const { pieces } = await reply(client, ask('count to 400', { maxTokens: 60, samples: 4 }));
    const order = pieces.flatMap((piece) => (piece.kind === 'sample' && piece.progress.kind === 'text' ? [piece.sample] : []));
    const lastFirsts = Math.max(...[0, 1, 2, 3].map((sample) => order.indexOf(sample)));
    const firstEnd = pieces.findIndex(({ kind }) => kind === 'sampleEnded');
    assert.ok(lastFirsts >= 3 && firstEnd > 0);
    assert.ok(new Set(pieces.slice(0, firstEnd).flatMap((piece) => (piece.kind === 'sample' ? [piece.sample] : []))).size === 4);
  });

  it('stop together, with all that was written told', async () => {
    const controller = new AbortController();
    const onText = (piece: GenerateProgress): void => {
      if (piece.kind === 'sample' && piece.progress.kind === 'text' && piece.sample === 1) controller.abort();
    };
    const { pieces, result } = await reply(client, ask('count to 400', { samples: 3 }), onText, controller.signal);
    assert.equal(result.stop, 'cancelled');
    const ends = bySample(pieces, 3).map((sample) => sample.result);
    for (const end of ends) assert.equal(end?.stop, 'cancelled');
    const told = pieces.reduce(
      (sum, each) => sum + (each.kind === 'sample' && each.progress.kind === 'text' ? each.progress.tokens : 0),
      0,
    );
    assert.equal(told, result.generatedTokens);
  });

  it('leave the conversation’s own context as it was', async () => {
    await reply(client, ask(several, { maxTokens: 20 }));
    await reply(client, ask('What is 1 + 1?', { samples: 2 }));
    const { result } = await reply(client, ask(several, { maxTokens: 20 }));
    assert.equal(result.reusedTokens, result.promptTokens - 1);
  });
});
