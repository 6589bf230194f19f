/**
 * node-llama-cpp alone, from the start of Node to the first token, with nothing of Lemma: what the language and the library
 * cost before Lemma does anything.
 *
 *   node libraryStart.ts MODEL PROMPT_FILE CONTEXT_TOKENS BATCH_TOKENS THREADS
 */
import { readFileSync } from 'node:fs';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';

const [modelPath = '', promptFile = '', contextTokens, batchTokens, threads] = process.argv.slice(2);
const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, logLevel: LlamaLogLevel.error, maxThreads: 0 });
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({
  ...{ contextSize: Number(contextTokens), batchSize: Number(batchTokens), threads: Number(threads), flashAttention: false },
});
const prompt = model.tokenize(readFileSync(promptFile, 'utf8'), true);
const reply = context.getSequence().evaluate(prompt, { temperature: 0 });
const { value: token } = await reply.next();
if (token === undefined) throw new Error('There is no token.');
process.stdout.write(`${prompt.length} ${token}\n`, () => process.exit(0));
