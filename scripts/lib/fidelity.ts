/**
 * The fidelity check: every case of a reference file (made by transformers, see test/fixtures/model/export.py) is
 * asked of the product's own inference process, and prompt text, prompt tokens and greedy reply must be the same.
 *
 *   node scripts/lib/fidelity.ts [--reference FILE] [--model FILE]
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { ChatMessage } from '../../src/core/chatMessage.ts';
import { LemmaFailure } from '../../src/core/errors.ts';
import type { InferenceClient } from '../../src/host/inferenceClient.ts';
import { ownClient, quiet } from './ownClient.ts';

const root = path.join(import.meta.dirname, '../..');
const fixture = (name: string): string => path.join(root, 'test/fixtures/model', name);

/** The control token that ends a reply; it is never text to Lemma. */
const stopToken = /<\|(?:endoftext|user|observation)\|>$/;

/** One case of a reference file, as far as it is compared. */
export interface ReferenceCase {
  readonly name: string;
  readonly messages: readonly ChatMessage[];
  readonly prompt: string;
  readonly prompt_ids: readonly number[];
  /** Greedy, with the stop token where it stopped within `max_new_tokens`. */
  readonly generated_ids: readonly number[];
  /** The reply as text, the stop token spelled out. */
  readonly text: string;
}

export interface Reference {
  readonly max_new_tokens: number;
  readonly cases: readonly ReferenceCase[];
}

export function readReference(file: string): Reference {
  return JSON.parse(readFileSync(file, 'utf8')) as Reference;
}

/**
 * Asks one case of a client whose model is loaded.
 * @returns what differs, one line each; empty when the case is reproduced token for token
 */
export async function compareCase(client: InferenceClient, reference: Reference, one: ReferenceCase): Promise<string[]> {
  let text = '';
  const { trace } = await client.generate(
    {
      messages: one.messages,
      profile: 'glm-z1',
      sampling: { temperature: 0, topP: 1, topK: 0 },
      maxTokens: reference.max_new_tokens,
      trace: true,
    },
    (progress) => {
      if (progress.kind === 'text') text += progress.text;
    },
  );
  if (!trace) return ['the process gave no trace'];
  return [
    ...(trace.prompt === one.prompt ? [] : [`the prompt is ${JSON.stringify(trace.prompt)} instead of ${JSON.stringify(one.prompt)}`]),
    ...difference('prompt token', trace.promptIds, one.prompt_ids),
    ...difference('new token', trace.generatedIds, one.generated_ids),
    ...(text === one.text.replace(stopToken, '')
      ? []
      : [`the streamed text is ${JSON.stringify(text)} instead of ${JSON.stringify(one.text)}`]),
  ];
}

/** The first place where two rows of tokens differ. */
function difference(what: string, found: readonly number[], expected: readonly number[]): string[] {
  const length = Math.max(found.length, expected.length);
  for (let index = 0; index < length; index++) {
    if (found[index] === expected[index]) continue;
    return [`${what} ${index + 1} of ${expected.length} is ${found[index] ?? 'missing'} instead of ${expected[index] ?? 'the end'}`];
  }
  return [];
}

/** Runs all cases, prints a line for each and the counts at the end. @returns the number of failed cases */
export async function checkFidelity(referenceFile: string, modelFile: string): Promise<number> {
  const reference = readReference(referenceFile);
  const client = ownClient();
  let passed = 0;
  try {
    await client.load({ modelPath: path.resolve(modelFile), gpu: 'cpu', contextTokens: 32_768, threads: 0 }, quiet);
    for (const one of reference.cases) {
      const differences = await compareCase(client, reference, one);
      if (differences.length === 0) passed++;
      console.log(`  ${differences.length === 0 ? '✔' : '✘'} ${one.name}  ${one.prompt_ids.length} + ${one.generated_ids.length} tokens`);
      for (const line of differences) console.log(`      ${line}`);
    }
  } catch (error) {
    // The cases that could not be asked count as failed.
    console.error(`  ✘ ${error instanceof LemmaFailure ? JSON.stringify(error.error) : String(error)}`);
  } finally {
    await client.dispose();
  }
  const failed = reference.cases.length - passed;
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      reference: { type: 'string', default: fixture('reference.json') },
      model: { type: 'string', default: fixture('glm-z1-tiny-f16.gguf') },
    },
  });
  process.exitCode = (await checkFidelity(values.reference, values.model)) > 0 ? 1 : 0;
}
