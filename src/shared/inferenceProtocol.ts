/**
 * The boundary between extension host and inference process: JSON-RPC 2.0 messages (`vscode-jsonrpc`) over a local
 * socket (`inferenceEndpoint.ts`). Imported by both sides; bump the version with any change. The windows of a user share
 * one process, one loaded model and one queue of requests, in which they take turns.
 *
 * Requests fail with a `ResponseError` whose `data` is a `LemmaError`. A cancelled `generate` does not
 * fail: it resolves with `stop: 'cancelled'` and everything generated so far has been reported.
 */
import { NotificationType, ProgressType, RequestType, RequestType0 } from 'vscode-jsonrpc';
import type { ChatMessage, ChatProfile, Sampling } from '../core/chatMessage.ts';
import type { TurnPart } from '../core/conversation.ts';
import type { LemmaError } from '../core/errors.ts';
import type { FamilyModelId } from '../core/models/family.ts';
import type { GlmTool } from '../core/glmPrompt.ts';
import type { ModelHeader } from '../core/models/header.ts';
import type { SavedStates } from './savedStates.ts';

export const inferenceProtocolVersion = 8;

/**
 * Code of the `ResponseError` for a cancelled `load`, and for any request that was cancelled before it was
 * looked at (the language server protocol's `RequestCancelled`). It carries no `LemmaError`.
 */
export const requestCancelledCode = -32800;

/** Code of the `ResponseError` for a `load` on another backend: a process keeps its own for life and ends now; ask the next one. */
export const otherBackendCode = -32801;

/**
 * Milliseconds between two pieces of a reply's text on their way to the panel; the first piece goes at once, and so does each
 * of a model that takes longer for a token. What a piece costs on its way (a message, a split, a line of the journal, a message
 * to the page) does not depend on how much is in it. A page draws a reply that is read along no more often (webview/cadence.ts).
 */
export const textIntervalMs = 48;

export interface HelloParams {
  readonly protocolVersion: number;
}
export interface HelloResult {
  readonly protocolVersion: number;
  readonly pid: number;
  /** Version of node-llama-cpp. */
  readonly engineVersion: string;
  /** What the process itself and native code in it have to say, for all windows. */
  readonly logFile: string;
}

/** What runs the layers that are not on the processor. */
export type GpuBackend = 'cuda' | 'vulkan' | 'metal';
/** `auto` takes the best backend there is. */
export type GpuChoice = 'auto' | GpuBackend | 'cpu';

export interface LoadParams {
  readonly modelPath: string;
  readonly gpu: GpuChoice;
  /** `gpu` is the processor in place of what was asked for, as long as the process lives. */
  readonly instead?: InsteadOfGpu;
  /** Wanted context size in tokens; what the model was trained for (with YaRN: stretched to) is the upper bound. */
  readonly contextTokens: number;
  /** Where memory is short, the context may shrink to this, in tokens; absent: 2,048. */
  readonly leastContextTokens?: number;
  /** A context that is there already and larger than wanted is kept, with what it remembers. */
  readonly keepLargerContext?: boolean;
  /** Stretch the context by YaRN as the model's card says. A change loads the model again. */
  readonly yarn?: boolean;
  /** CPU threads for evaluation; 0 lets the engine choose. */
  readonly threads: number;
  /** File in which the engine remembers the threads that were fastest; absent: it measures none, and leaves a core to the event loop. */
  readonly threadsFile?: string;
  /** The model is unloaded after so many idle minutes; 0 or absent: never. */
  readonly keepAliveMinutes?: number;
  /** Where what the context remembers of conversations is kept over an unload; absent: as another window has said, else nowhere. */
  readonly savedStates?: SavedStates;
  /** For `LoadProgress`, unique per request. */
  readonly progressToken: string;
}
export interface LoadProgress {
  /** 0 to 1. */
  readonly fraction: number;
}

/** Why a backend is not used. `notInstalled`: its pack is missing; `noDevice`: no card or driver for it; `noMemory`: the card has no room. */
export interface BackendRefusal {
  readonly backend: GpuBackend;
  readonly because: 'notInstalled' | 'noDevice' | 'otherSystem' | 'noMemory' | 'failed';
  /** The engine's own words, where there are any. */
  readonly detail?: string;
}

/** What was asked for, and why the processor has to do. */
export interface InsteadOfGpu {
  readonly asked: GpuChoice;
  readonly refused: readonly BackendRefusal[];
}

/** The context stretched by YaRN, and what the engine's log says of it. */
export interface YarnReport {
  readonly factor: number;
  readonly originalContextTokens: number;
  /** Read back from the engine; 1 / factor when YaRN is in effect. Absent: the engine did not say. */
  readonly frequencyScale?: number;
  /** The engine really uses it. */
  readonly taken: boolean;
}

/** Bytes, measured before the load. */
export interface MemoryReport {
  readonly ramTotal: number;
  readonly ramFree: number;
  /** Absent without a GPU. */
  readonly vramTotal?: number;
  readonly vramFree?: number;
}

/** One try that did not fit into memory. */
export interface StepDown {
  readonly failed: 'model' | 'context';
  readonly contextTokens: number;
  readonly gpuLayers: number;
  /** The engine's own words. */
  readonly reason: string;
}

export interface ModelInfo {
  /** From the file's metadata, else the file's name. */
  readonly name: string;
  readonly path: string;
  readonly architecture: string;
  readonly bytes: number;
  /** Row of the family's table; absent for a model outside of it. */
  readonly familyId?: FamilyModelId;
  readonly profile: ChatProfile;
  /** Part in which its replies start. */
  readonly replyStart: TurnPart;
  /** What evaluation really runs on; `server`: on another engine's machine, see `ServedBy`. */
  readonly device: 'gpu' | 'cpu' | 'server';
  /** Backend in use: `cuda`, `vulkan`, `metal` or `cpu`; of a server its engine's name. */
  readonly backend: string;
  readonly askedBackend: GpuChoice;
  /** Backends that would have come before the one in use. */
  readonly refusedBackends: readonly BackendRefusal[];
  readonly deviceName?: string;
  readonly gpuLayers: number;
  readonly layers: number;
  readonly contextTokens: number;
  /** What was asked for, as far as the model can; more than `contextTokens` where memory was short. */
  readonly wantedContextTokens: number;
  /** As trained, without YaRN. */
  readonly trainedContextTokens: number;
  /** Present when YaRN was asked for. */
  readonly yarn?: YarnReport;
  readonly memory: MemoryReport;
  /** Tries that did not fit, in order. */
  readonly stepDowns: readonly StepDown[];
  readonly threads: number;
  /** Why so many: the user's setting, what was measured, or all cores but one. Absent with the device `server`. */
  readonly threadsFrom?: 'user' | 'measured' | 'default';
  readonly loadMs: number;
  /** With the device `server` alone; sizes, layers and threads are 0 then, for nobody says them. */
  readonly served?: ServedBy;
}
/** The server that answers instead of the inference process. */
export interface ServedBy {
  /** Name and port. */
  readonly host: string;
  /** What is sent can be read by nobody on the way: https, or the same computer. */
  readonly encrypted: boolean;
  /** Its own word for the context; false: `lemma.model.contextTokens` stands in for it. */
  readonly contextKnown: boolean;
}

/** `panel`: Lemma's own conversation; `request`: what other extensions and VS Code's chat ask. */
export type ReplySide = 'panel' | 'request';

export interface GenerateParams {
  readonly messages: readonly ChatMessage[];
  /** Functions that the model may call; of the family's models alone, others are not told of them. */
  readonly tools?: readonly GlmTool[];
  /** Whose conversation it is: each keeps what the context remembers of it. Absent: the panel's. */
  readonly side?: ReplySide;
  /** Id of the conversation, by which what the context remembers of it is kept for another time; absent: it is not kept. */
  readonly conversation?: string;
  /** As `ModelInfo` has it: what the host reckoned with. */
  readonly profile: ChatProfile;
  readonly sampling: Sampling;
  /** Wish for new tokens; clamped to what the context has left after the prompt. */
  readonly maxTokens: number;
  /**
   * The reply's own beginning, for going on with a reply: what follows the prompt, so behind an enforced `<think>`. Plain
   * text. Where it is what a reply written lately began with, its tokens are those that were written.
   */
  readonly prefill?: string;
  /** `prefill` is inside the thought, which is closed now: the closing text is the first text of the reply. */
  readonly closeThought?: boolean;
  /**
   * New tokens after which the thought is closed at the end of its sentence, see `planThinking`; absent: never. Without
   * effect on a reply that has no thought.
   */
  readonly thinkingTokens?: number;
  /**
   * Several replies to the same prompt, written at once as far as memory allows: each tells its progress as `sample`. With
   * a seed each has one of its own, see `sampleSeed`. Absent: one reply, without `sample`. Not with `prefill`.
   */
  readonly samples?: number;
  /** The reply probably copies its prompt, so its next tokens are guessed from there. The reply is the same. Not with `samples`. */
  readonly promptLookup?: boolean;
  /** Also return the rendered prompt and all token ids. */
  readonly trace?: boolean;
  /** For `GenerateProgress`, unique per request. */
  readonly progressToken: string;
}
export type GenerateProgress =
  /** Another window's request comes first. */
  | { readonly kind: 'queued' }
  /** Sent once, before evaluation. */
  | {
      readonly kind: 'budget';
      readonly promptTokens: number;
      readonly reusedTokens: number;
      readonly maxTokens: number;
      readonly wantedTokens: number;
      /** New tokens of the thought after which it will be closed; absent: it is not. */
      readonly thinkingTokens?: number;
    }
  | { readonly kind: 'prompt'; readonly readTokens: number; readonly promptTokens: number }
  /**
   * New text of the reply; `tokens` is how many tokens it stands for. Never half a character.
   * `part`: it has been split already, since a server may tell thought and answer apart itself.
   */
  | { readonly kind: 'text'; readonly text: string; readonly tokens: number; readonly part?: 'thought' | 'answer' }
  /** The thought has used up `thinkingTokens`; the text that closes it comes next. */
  | { readonly kind: 'thoughtClosed' }
  /** Sent once, before the first of several replies begins: how many are written at once, and how many in all. */
  | { readonly kind: 'samples'; readonly samples: number; readonly atOnce: number }
  /** Of one of several replies, which are counted from 0. */
  | { readonly kind: 'sample'; readonly sample: number; readonly progress: GenerateProgress }
  | { readonly kind: 'sampleEnded'; readonly sample: number; readonly result: GenerateResult };

export interface GenerateResult {
  readonly stop: 'endOfTurn' | 'maxTokens' | 'context' | 'cancelled';
  readonly promptTokens: number;
  /** Tokens of the prompt that were still in the KV cache. */
  readonly reusedTokens: number;
  readonly generatedTokens: number;
  readonly promptMs: number;
  readonly generateMs: number;
  readonly trace?: GenerateTrace;
  /** With `promptLookup`: tokens that were guessed, and those that came. */
  readonly guessed?: { readonly guessed: number; readonly right: number };
}
export interface GenerateTrace {
  /** The prompt as text, control tokens spelled out. */
  readonly prompt: string;
  readonly promptIds: readonly number[];
  /** Including the stop token, as transformers' `generate` returns them. */
  readonly generatedIds: readonly number[];
}

/** A conversation whose next question is likely to come, or a question that is. */
export interface ReadAheadParams {
  /** The history as the next question's prompt will have it, up to that question; with `wholePrompt` that question too. */
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly GlmTool[];
  /** As in `GenerateParams`: nothing is read where the context remembers the other side. */
  readonly side?: ReplySide;
  /** As in `GenerateParams`; what is kept of it is read back first, and what the context remembers of another one put away. */
  readonly conversation?: string;
  /**
   * The question itself is known, and is the first one of its conversation. At most so many tokens are evaluated for it, and
   * none where the context remembers another window's conversation. It is no use of the model: an idle one is unloaded as if
   * nothing had been read.
   */
  readonly wholePrompt?: { readonly mostTokens: number };
}
export interface ReadAheadResult {
  /** What every prompt of this history begins with, or the whole prompt; 0 where nothing could be read. */
  readonly promptTokens: number;
  /** Tokens that were evaluated for it now. */
  readonly readTokens: number;
}

/** Stops one of several replies; the others go on. */
export interface StopSampleParams {
  /** Of the `generate` that it belongs to. */
  readonly progressToken: string;
  readonly sample: number;
}

/** A conversation was deleted: nothing is kept of it. */
export interface ForgetParams {
  readonly conversation: string;
}

export interface CountTokensParams {
  readonly messages: readonly ChatMessage[];
  /** As in `GenerateParams`. */
  readonly tools?: readonly GlmTool[];
  readonly profile: ChatProfile;
}
export interface CountTokensResult {
  /** Of the whole rendered prompt. */
  readonly promptTokens: number;
  /** Of each message's content alone, in order. */
  readonly contentTokens: readonly number[];
  /** Of what each message adds to the prompt, its role included, in order. Those of `promptTokens` that are left are the frame's. */
  readonly messageTokens: readonly number[];
  /** Not all of it was counted by the model's own tokenizer. */
  readonly estimated?: boolean;
}

export interface DescribeMachineParams {
  /** The backend to start, unless one runs. */
  readonly gpu: GpuChoice;
}
/** Bytes. RAM and disk are the host's to measure. */
export interface DescribeMachineResult {
  /** `cuda`, `vulkan`, `metal` or `cpu`. */
  readonly backend: string;
  readonly deviceNames: readonly string[];
  /** Absent on the processor. What this process holds itself counts as free. */
  readonly gpu?: { readonly total: number; readonly free: number };
  /** One memory for processor and GPU. */
  readonly unified: boolean;
}

export interface DescribeModelsParams {
  /** Of GGUF files; of the first part where a model is split. */
  readonly paths: readonly string[];
}
/** What a file's header says; an error where it cannot be read. */
export type ModelDescription = (ModelHeader & { readonly path: string }) | { readonly path: string; readonly error: LemmaError };

/** Sent to a window when another one loads or unloads, and before a reply for which its model had to be loaded again. */
export interface ModelChangedParams {
  /** The model that this window loaded last; null when it is not loaded any more. */
  readonly info: ModelInfo | null;
  /** It was unloaded because nobody used it for a while. */
  readonly idle?: boolean;
}

/** The process's last words: what runs and waits gets no answer. */
export interface EndingParams {
  /** `restarted`: another window wants a new process; `terminated`: the system ends it. */
  readonly because: 'restarted' | 'terminated';
}

export interface LeaveResult {
  /** No other window is there, so the process ends; the connection closes with it. */
  readonly last: boolean;
}

export interface LogParams {
  readonly level: 'error' | 'warn' | 'info' | 'debug' | 'trace';
  readonly message: string;
}

export const helloRequest = new RequestType<HelloParams, HelloResult, LemmaError>('lemma/hello');
export const loadRequest = new RequestType<LoadParams, ModelInfo, LemmaError>('lemma/load');
export const unloadRequest = new RequestType0<null, LemmaError>('lemma/unload');
export const countTokensRequest = new RequestType<CountTokensParams, CountTokensResult, LemmaError>('lemma/countTokens');
export const generateRequest = new RequestType<GenerateParams, GenerateResult, LemmaError>('lemma/generate');
/** Reads in idle time; ends within one batch when anything else is asked, and at once where something runs or no model is loaded. */
export const readAheadRequest = new RequestType<ReadAheadParams, ReadAheadResult, LemmaError>('lemma/readAhead');
export const stopSampleNotification = new NotificationType<StopSampleParams>('lemma/stopSample');
/** Answered at once, whatever runs, when its files are gone. */
export const forgetRequest = new RequestType<ForgetParams, null, LemmaError>('lemma/forget');
/** Starts a backend without a model and measures it. */
export const describeMachineRequest = new RequestType<DescribeMachineParams, DescribeMachineResult, LemmaError>('lemma/describeMachine');
/** Reads headers; answered at once, whatever else runs. */
export const describeModelsRequest = new RequestType<DescribeModelsParams, ModelDescription[], LemmaError>('lemma/describeModels');
/** The window does not need the process any more. */
export const leaveRequest = new RequestType0<LeaveResult, LemmaError>('lemma/leave');
/** Ends the process for all windows. */
export const endRequest = new RequestType0<null, LemmaError>('lemma/end');
export const modelChangedNotification = new NotificationType<ModelChangedParams>('lemma/modelChanged');
export const endingNotification = new NotificationType<EndingParams>('lemma/ending');
export const loadProgress = new ProgressType<LoadProgress>();
export const generateProgress = new ProgressType<GenerateProgress>();
export const logNotification = new NotificationType<LogParams>('lemma/log');
