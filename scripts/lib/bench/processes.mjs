/** From a cold start to the first token, servers' replies, and what the extension host takes of a core. */
import { at, over, row, spread, under } from './frame.mjs';

/** @type {import('./frame.mjs').Part} */
export const startPart = {
  name: 'start',
  title: 'From a cold start to the first token',
  built: true,
  run: async ({ figures }) => {
    const { models } = await figures('test/bench/start.ts');
    return {
      rows: models.flatMap(({ name, bytes, promptTokens, lemmaMs, llamaMs, libraryMs, importMs, libraryStartMs }) => {
        const ratio = (to) => lemmaMs.map((ms, pair) => ms / to[pair]);
        const [own, library] = [ratio(llamaMs), ratio(libraryMs)];
        const beyond = lemmaMs.map((ms, pair) => ms - llamaMs[pair]);
        const of = `${name}, ${(bytes / 1e6).toFixed(0)} MB, a prompt of ${promptTokens} tokens`;
        return [
          row(`${of}: Lemma over llama.cpp alone`, at(own, 0.5), 'times', {
            ...{ ...spread(own), ...under(at(own, 0.5), 1.15, 'times') },
            note: `${at(lemmaMs, 0.5).toFixed(0)} ms to ${at(llamaMs, 0.5).toFixed(0)} ms`,
          }),
          row(`${name}: the same in milliseconds more`, at(beyond, 0.5), 'ms', spread(beyond)),
          row(`${name}: Lemma over node-llama-cpp alone in Node`, at(library, 0.5), 'times', {
            ...spread(library),
            note: `${at(libraryMs, 0.5).toFixed(0)} ms, of which ${at(importMs, 0.5).toFixed(0)} import it and ${at(libraryStartMs, 0.5).toFixed(0)} start it`,
          }),
        ];
      }),
      text: 'Each figure is that of a process of its own, from its start. The files are in the system’s memory. llama.cpp alone is a program of its own libraries (`test/bench/start/llamaStart.cpp`) that loads the file, makes the same context, evaluates the same tokens and takes the likeliest one.',
    };
  },
};

/** @type {import('./frame.mjs').Part} */
export const serversPart = {
  name: 'servers',
  title: 'Servers',
  run: async ({ figures }) => {
    const { many, one, ownPerSecond, barePerSecond } = await figures('test/bench/servers.ts');
    const pairs = ownPerSecond.map((own, pair) => own / barePerSecond[pair]);
    const fairness = Math.min(...many.arrived) / Math.max(...many.arrived);
    const pace = `${many.streams} replies at once, ${many.tokensPerSecond} tokens/s each`;
    const process = (paced) => row(`processor, of a core: ${paced === one ? 'one reply' : pace}`, paced.cpuShare * 100, '%');
    return {
      rows: [
        row(`${pace}: speed of a reply as it arrives`, at(many.arrived, 0.5), 'tokens/s', spread(many.arrived)),
        row(`${pace}: the slowest over the fastest`, fairness, 'times', over(fairness, 0.9, 'times')),
        row(`${pace}: the longest pause in any of them`, many.longestGapMs, 'ms'),
        process(many),
        { ...process(one), note: `at ${one.tokensPerSecond} tokens/s, read and split only` },
        row(`${many.streams} replies as fast as they come, over a client that looks at nothing`, at(pairs, 0.5), 'times', {
          ...spread(pairs),
          note: `${Math.round(at(ownPerSecond, 0.5)).toLocaleString('en-US')} to ${Math.round(at(barePerSecond, 0.5)).toLocaleString('en-US')} tokens/s together`,
        }),
      ],
    };
  },
};

/** @type {import('./frame.mjs').Part} */
export const hostPart = {
  name: 'host',
  title: 'The extension host while a reply comes',
  built: true,
  run: async ({ figures, workbench }) => {
    if (process.platform !== 'linux')
      return { rows: [row('processor of the extension host', undefined, '', { note: 'not measured: it needs Linux' })] };
    const { tokensPerSecond, seconds, inPieces, byToken, idle } = await figures('test/bench/hostLoad.ts', await workbench());
    const share = (how, shares, limit = {}) =>
      row(`processor, of a core, at ${tokensPerSecond} tokens/s for ${seconds} s, ${how}`, at(shares, 0.5) * 100, '%', {
        ...spread(shares.map((each) => each * 100)),
        ...limit,
      });
    return {
      rows: [
        share('in pieces of 48 ms as the inference process sends them', inPieces, under(at(inPieces, 0.5) * 100, 5, '%')),
        share('a packet for each token as servers send them', byToken),
        row('the same while nothing happens', idle * 100, '%'),
      ],
      text: 'All threads of the extension host of a real workbench, which reads the reply from a server, splits it, writes it to the journal and sends it to the open panel.',
    };
  },
};
