/** From a question to what goes along with it: everything is asked for at once, and what comes late is left out. */
import type { Attachment } from '../../core/attachment.ts';
import { chooseContext, newToPrompt } from '../../core/contextChoice.ts';
import type { ContextPiece, CountedPiece } from '../../core/contextChoice.ts';
import type { TurnQuestion } from '../../core/conversation.ts';
import { mathFlavour } from '../../core/formulas.ts';
import { isProse, showsSurroundings } from '../../core/prompt.ts';
import { estimatedTokens } from '../../core/tokenEstimate.ts';
import { openDocumentOf } from '../editor/readAttachment.ts';
import type { InferenceLog } from '../inferenceClient.ts';
import type { TokenCounter } from '../tokenCounter.ts';
import { definitions, enclosing, imports, problems } from './codeContext.ts';
import type { ContextPlace } from './codeContext.ts';
import { mathDefinitions } from './mathContext.ts';
import { SourceFiles } from './sourceFiles.ts';

/** Longest wait for language extensions and files, in milliseconds: somebody has pressed a key and waits for an answer. */
export const gatherLimitMs = 150;
/** Longest wait for a count of tokens; an estimate stands in for it. */
const countLimitMs = 60;

export interface GatheredContext {
  readonly context: readonly Attachment[];
  readonly tookMs: number;
  /** What was not there in time, by name. */
  readonly late: readonly string[];
}

export interface GatherRequest {
  /** With its snapshot and the user's own attachments, none of which is repeated. */
  readonly question: Omit<TurnQuestion, 'id'>;
  /** 0: nothing goes along. */
  readonly budgetTokens: number;
  /** Says what the user does not want. */
  readonly isUnwanted?: (attachment: Attachment) => boolean;
  readonly limitMs?: number;
}

/** Does not reject: a question without context is better than none. */
export async function gatherContext(
  { question, budgetTokens, isUnwanted = () => false, limitMs = gatherLimitMs }: GatherRequest,
  counter: Pick<TokenCounter, 'count'>,
  log: InferenceLog,
): Promise<GatheredContext> {
  const startedAt = performance.now();
  const { snapshot } = question;
  const document = snapshot && openDocumentOf(snapshot.uri);
  // Positions mean nothing in a document that has changed since.
  if (!snapshot || !document || budgetTokens <= 0 || document.version !== snapshot.version) return { context: [], tookMs: 0, late: [] };
  const pieces: ContextPiece[] = [];
  let closed = false;
  const add = (piece: ContextPiece): void => void (closed || pieces.push(piece));
  const shownLines = showsSurroundings(question) ? snapshot.before.split('\n').length - 1 : 0;
  const shownFrom = snapshot.range.start.line - shownLines;
  const place: ContextPlace = { document, snapshot, shownFrom, files: new SourceFiles(document), add };
  const late = await inTime(sourcesFor(question, place), limitMs, log);
  closed = true;
  const fresh = newToPrompt(pieces, question).filter(({ attachment }) => !isUnwanted(attachment));
  const counted = await countPieces(fresh, counter);
  const context = chooseContext(counted, budgetTokens, snapshot.uri);
  const tookMs = performance.now() - startedAt;
  const lateWords = late.length === 0 ? '' : ` Late and left out: ${late.join(', ')}.`;
  log.debug(`[context] ${context.length} of ${pieces.length} pieces in ${Math.round(tookMs)} ms.${lateWords}`);
  return { context, tookMs, late };
}

type Sources = Readonly<Record<string, () => Promise<void> | void>>;

function sourcesFor({ task, snapshot }: Omit<TurnQuestion, 'id'>, place: ContextPlace): Sources {
  if (mathFlavour(place.document.languageId) !== undefined) return { 'math definitions': () => mathDefinitions(place) };
  if (!snapshot || isProse(snapshot)) return {};
  return {
    ...(task === 'fix' ? {} : { problems: () => problems(place) }),
    imports: () => imports(place),
    'enclosing symbols': () => enclosing(place),
    definitions: () => definitions(place),
  };
}

/** @returns the names of those that were not done in time */
async function inTime(sources: Sources, limitMs: number, log: InferenceLog): Promise<string[]> {
  const waiting = new Set(Object.keys(sources));
  const all = Promise.all(
    Object.entries(sources).map(async ([name, source]) => {
      try {
        await source();
      } catch (error) {
        log.debug(`[context] ${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
      waiting.delete(name);
    }),
  );
  await within(all, limitMs);
  return [...waiting];
}

async function countPieces(pieces: readonly ContextPiece[], counter: Pick<TokenCounter, 'count'>): Promise<CountedPiece[]> {
  const messages = pieces.map(({ attachment }) => ({ role: 'user', content: attachment.text }) as const);
  const counts = await within(counter.count(messages), countLimitMs);
  return pieces.map((piece, index) => ({ ...piece, tokens: counts?.[index]?.content ?? estimatedTokens(piece.attachment.text) }));
}

async function within<Value>(work: Promise<Value>, limitMs: number): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), limitMs)));
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
