/**
 * node-llama-cpp with nothing of Lemma around it, in a process of its own: the yardstick of `engine.ts`. For each
 * `run` message it evaluates the prompt anew and sends back how many tokens it wrote in how many milliseconds.
 *
 *   fork('engineAlone.ts', [MODEL, THREADS, FLASH_ATTENTION])
 */
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';

const [modelPath = '', threads = '1', flashAttention = 'false'] = process.argv.slice(2);
const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, logLevel: LlamaLogLevel.error, maxThreads: 0 });
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({ contextSize: 4096, threads: Number(threads), flashAttention: flashAttention === 'true' });
const sequence = context.getSequence();
const prompt = model.tokenize('[gMASK]<sop><|user|>\ncount to 400<|assistant|>\n<think>', true);

process.on('message', () => {
  void (async () => {
    await sequence.clearHistory();
    let tokens = 0;
    let firstAt = 0;
    for await (const _token of sequence.evaluate(prompt, { temperature: 0 })) if (tokens++ === 0) firstAt = performance.now();
    process.send?.({ tokens: tokens - 1, ms: performance.now() - firstAt });
  })();
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
