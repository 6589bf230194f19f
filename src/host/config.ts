import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Sampling } from '../core/chatMessage.ts';
import { recommendedMaxTokens, recommendedSampling } from '../core/chatMessage.ts';
import { mostSamples } from '../core/models/samplePlan.ts';
import type { YarnSetting } from '../core/models/yarn.ts';
import { familyModel } from '../core/models/family.ts';
import type { GpuChoice, LoadParams, ModelInfo } from '../shared/inferenceProtocol.ts';
import type { ServerChoice } from './backend.ts';
import type { PanelFonts } from '../shared/panelProtocol.ts';

/** What a model is loaded with; undefined path: none is chosen. `server`: that answers instead of a file on this machine. */
export type ModelSettings = Pick<LoadParams, 'gpu' | 'threads' | 'keepAliveMinutes' | 'savedStates' | 'threadsFile'> & {
  readonly modelPath: string | undefined;
  /** Longest context that the user allows, in tokens; 0: as long as the model can. */
  readonly contextTokens: number;
  /** `auto` when absent. */
  readonly yarn?: YarnSetting;
  readonly server?: ServerChoice;
};

export interface HubSettings {
  readonly endpoint: string;
  readonly sha256: string | undefined;
}

export interface ReplySettings {
  readonly sampling: Sampling;
  readonly maxTokens: number;
  /** After so many tokens a thought is closed; 0: never. */
  readonly thinkingTokens: number;
  /** A reply that only repeats itself is stopped; absent: it is not. */
  readonly stopLoops?: boolean;
}

/** `answers`: those of answers; `answersAndThoughts`; `off`: none. */
export type CheckedEquations = (typeof checkedEquations)[number];
const checkedEquations = ['answers', 'answersAndThoughts', 'off'] as const;

/** `auto`: where the model runs on a GPU. */
export type PrefetchSetting = (typeof prefetchSettings)[number];
const prefetchSettings = ['auto', 'on', 'off'] as const;

/** Sections of settings that the loaded model depends on. */
const modelSettings = [
  ...['lemma.model', 'lemma.engine', 'lemma.backend', 'lemma.server', 'lemma.yarn', 'lemma.keepAliveMinutes'],
  'lemma.savedStatesGB',
];

const yarnSettings: readonly YarnSetting[] = ['auto', 'on', 'off'];

const chatFonts = {
  family: 'fontFamily',
  size: 'fontSize',
  codeFamily: 'editor.fontFamily',
  codeSize: 'editor.fontSize',
  codeWeight: 'editor.fontWeight',
} as const satisfies Record<Exclude<keyof PanelFonts, 'codeLigatures'>, string>;

/** The only reader of Lemma's settings. Defaults stand in package.json; those here only guard against `null`. */
export class Config {
  get model(): ModelSettings {
    const config = vscode.workspace.getConfiguration('lemma');
    const { server } = this;
    return {
      ...(config.get<string>('backend', 'local') === 'server' ? { server } : {}),
      modelPath: expandHome(config.get<string>('model.path', '').trim()) || undefined,
      gpu: gpuChoice(config.get<string>('model.gpu', 'auto')),
      contextTokens: config.get<number>('model.contextTokens', 0),
      threads: config.get<number>('engine.threads', 0),
      yarn: yarnSettings.find((each) => each === config.get<string>('yarn', 'auto')) ?? 'auto',
      keepAliveMinutes: config.get<number>('keepAliveMinutes', 15),
    };
  }

  /** Most room for what the context remembers of conversations, on the disk; 0: none is taken. */
  get savedStatesBytes(): number {
    return Math.max(0, vscode.workspace.getConfiguration('lemma').get<number>('savedStatesGB', 4)) * 1e9;
  }

  /** The server that is set, whether it answers or not. */
  get server(): ServerChoice {
    const config = vscode.workspace.getConfiguration('lemma.server');
    const contextTokens = vscode.workspace.getConfiguration('lemma').get<number>('model.contextTokens', 0);
    return {
      ...{ url: config.get<string>('url', '').trim(), model: config.get<string>('model', '').trim() },
      ...(contextTokens > 0 ? { contextTokens } : {}),
    };
  }

  /** Where models are downloaded to and looked for; undefined: Lemma's own folder. */
  get modelsFolder(): string | undefined {
    return expandHome(vscode.workspace.getConfiguration('lemma').get<string>('modelsFolder', '').trim()) || undefined;
  }

  /** Where models are downloaded from, and what the next one's SHA-256 has to be. */
  get hub(): HubSettings {
    const config = vscode.workspace.getConfiguration('lemma.model');
    const endpoint = config.get<string>('endpoint', '').trim();
    const sha256 = config.get<string>('sha256', '').trim();
    return {
      endpoint: /^https?:/i.test(endpoint) && URL.canParse(endpoint) ? endpoint : 'https://huggingface.co',
      sha256: /^[0-9a-f]{64}$/i.test(sha256) ? sha256 : undefined,
    };
  }

  /** Where CUDA support is fetched from; empty: the registry that the user's npm names. */
  get cudaRegistry(): string {
    return vscode.workspace.getConfiguration('lemma').get<string>('cuda.registry', '').trim();
  }

  /** Most tokens of what goes along with a question without having been attached; 0: nothing does. */
  get automaticContextTokens(): number {
    return Math.max(0, vscode.workspace.getConfiguration('lemma').get<number>('context.automaticTokens', 1500));
  }

  /** How many times a question is answered, for a vote. */
  get samples(): number {
    const samples = Math.round(vscode.workspace.getConfiguration('lemma').get<number>('samples', 1));
    return Math.min(mostSamples, Math.max(1, samples));
  }

  /** Which equations are checked without being asked for. */
  get checkedEquations(): CheckedEquations {
    const chosen = vscode.workspace.getConfiguration('lemma').get<string>('checkEquations', 'answers');
    return checkedEquations.find((each) => each === chosen) ?? 'answers';
  }

  /** Whether a selection that rests is read before it is asked about. */
  get prefetch(): PrefetchSetting {
    const chosen = vscode.workspace.getConfiguration('lemma').get<string>('prefetch', 'auto');
    return prefetchSettings.find((each) => each === chosen) ?? 'auto';
  }

  get reply(): ReplySettings {
    return this.replyOf();
  }

  /** What the user set; else what the loaded model's card recommends. */
  replyOf(info?: ModelInfo): ReplySettings {
    const config = vscode.workspace.getConfiguration('lemma');
    const row = info?.familyId === undefined ? undefined : familyModel(info.familyId);
    const { temperature, topP, topK } = row?.sampling ?? recommendedSampling;
    const set = (name: string, recommended: number): number => {
      const { globalValue, workspaceValue, workspaceFolderValue } = config.inspect<number>(name) ?? {};
      return workspaceFolderValue ?? workspaceValue ?? globalValue ?? recommended;
    };
    const seed = config.get<number | null>('sampling.seed', null);
    return {
      sampling: {
        temperature: set('sampling.temperature', temperature),
        topP: set('sampling.topP', topP),
        topK: set('sampling.topK', topK),
        ...(seed === null ? {} : { seed }),
      },
      maxTokens: set('maxTokens', row?.maxTokens ?? recommendedMaxTokens),
      thinkingTokens: config.get<number>('thinking.budgetTokens', 0),
      stopLoops: config.get<boolean>('thinking.stopLoops', true),
    };
  }

  /**
   * What the user set for VS Code's chat, which the panel stands beside. The defaults do not count: they are the
   * workbench's and the editor's own fonts, which VS Code hands to every webview.
   */
  get panelFonts(): PanelFonts {
    const config = vscode.workspace.getConfiguration('chat');
    const set = Object.entries(chatFonts).flatMap(([name, key]) => {
      const { globalValue, workspaceValue, workspaceFolderValue } = config.inspect<unknown>(key) ?? {};
      const value = workspaceFolderValue ?? workspaceValue ?? globalValue;
      const usable = key.endsWith('Size') ? typeof value === 'number' && value > 0 : typeof value === 'string' && value.trim() !== '';
      return usable && value !== 'default' ? [[name, value]] : [];
    });
    const codeLigatures = ligatures(vscode.workspace.getConfiguration('editor').get('fontLigatures'));
    return { ...(Object.fromEntries(set) as PanelFonts), ...(codeLigatures === undefined ? {} : { codeLigatures }) };
  }

  onDidChangeFonts(listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('chat') || event.affectsConfiguration('editor.fontLigatures')) listener();
    });
  }

  onDidChangeSamples(listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('lemma.samples')) listener();
    });
  }

  onDidChangeThinking(listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('lemma.thinking')) listener();
    });
  }

  onDidChangeCheckedEquations(listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('lemma.checkEquations')) listener();
    });
  }

  onDidChangeAutomaticContext(listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('lemma.context')) listener();
    });
  }

  /** Fires when a setting changes that the loaded model depends on. */
  onDidChangeModel(listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (modelSettings.some((section) => event.affectsConfiguration(section))) listener();
    });
  }

  /** Asks this server from now on. */
  async setServer({ url, model }: ServerChoice): Promise<void> {
    const config = vscode.workspace.getConfiguration('lemma');
    await config.update('server.url', url, vscode.ConfigurationTarget.Global);
    await config.update('server.model', model, vscode.ConfigurationTarget.Global);
    await config.update('backend', 'server', vscode.ConfigurationTarget.Global);
  }

  async setGpu(gpu: GpuChoice): Promise<void> {
    await vscode.workspace.getConfiguration('lemma').update('model.gpu', gpu, vscode.ConfigurationTarget.Global);
  }

  async setModelPath(modelPath: string): Promise<void> {
    const config = vscode.workspace.getConfiguration('lemma');
    await config.update('model.path', modelPath, vscode.ConfigurationTarget.Global);
    // Whoever chooses a file wants it to answer.
    if (config.get('backend') === 'server') await config.update('backend', 'local', vscode.ConfigurationTarget.Global);
  }
}

/** `off` was the processor's name before 0.2; anything else that is not known is left to Lemma. */
function gpuChoice(setting: string): GpuChoice {
  if (setting === 'off') return 'cpu';
  return gpuChoices.find((choice) => choice === setting) ?? 'auto';
}

const gpuChoices: readonly GpuChoice[] = ['auto', 'cuda', 'vulkan', 'metal', 'cpu'];

/** As VS Code reads `editor.fontLigatures`: a switch, or OpenType features such as `'ss01', 'calt' off`. */
function ligatures(setting: unknown): string | undefined {
  if (setting === true || setting === 'true') return "'liga' on, 'calt' on";
  const feature = /^(["'])[\x20-\x7e]{4}\1(?:\s+(?:on|off|\d{1,3}))?$/;
  const isFeatures = typeof setting === 'string' && setting.split(',').every((each) => feature.test(each.trim()));
  return isFeatures ? setting : undefined;
}

/** A leading `~` is the home folder, as in a shell. */
function expandHome(file: string): string {
  return file === '~' || /^~[\\/]/.test(file) ? path.join(homedir(), file.slice(1)) : file;
}
