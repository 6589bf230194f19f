/**
 * node-llama-cpp alone, from the start of Node to the first token, with nothing of Lemma: what the language and the library
 * cost before Lemma does anything.
 *
 *   node libraryStart.ts MODEL PROMPT_FILE CONTEXT_TOKENS BATCH_TOKENS THREADS
 *
 * Prints the prompt's length, the token, and milliseconds: of importing the library, and of starting it.
 */
import { readFileSync } from 'node:fs';

const [modelPath = '', promptFile = '', contextTokens, batchTokens, threads] = process.argv.slice(2);
const begunAt = performance.now();
const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
const importedAt = performance.now();
const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, logLevel: LlamaLogLevel.error, maxThreads: 0 });
const startedAt = performance.now();
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({
  ...{ contextSize: Number(contextTokens), batchSize: Number(batchTokens), threads: Number(threads), flashAttention: false },
});
const prompt = model.tokenize(readFileSync(promptFile, 'utf8'), true);
const reply = context.getSequence().evaluate(prompt, { temperature: 0 });
const { value: token } = await reply.next();
if (token === undefined) throw new Error('There is no token.');
process.stdout.write(`${prompt.length} ${token} ${importedAt - begunAt} ${startedAt - importedAt}\n`, () => process.exit(0));
