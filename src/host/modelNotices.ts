import * as vscode from 'vscode';
import { formatCount } from '../core/format.ts';
import { runningShortfall } from '../core/models/shortfall.ts';
import type { Shortfall } from '../core/models/shortfall.ts';
import type { ModelInfo } from '../shared/inferenceProtocol.ts';
import type { PanelNote } from '../shared/panelProtocol.ts';
import type { ModelState } from '../shared/modelState.ts';
import { backendReasons, memoryText } from './modelDetails.ts';
import { modelLabel } from './modelService.ts';
import { button } from './panelButtons.ts';

const saidKey = 'lemma.saidShortfalls';

/** What is remembered, over reloads of the window. */
export interface NoticeMemory {
  get(key: string): string[] | undefined;
  update(key: string, value: string[]): PromiseLike<void>;
}

/**
 * Says once, with the numbers, that a model does not run as it was to: on the processor, with some layers on the GPU, with
 * a smaller context, without YaRN, or as a model that Lemma was not tested with.
 */
export class ModelNotices {
  readonly #show: (note: PanelNote) => void;
  readonly #memory: NoticeMemory;

  constructor(show: (note: PanelNote) => void, memory: NoticeMemory) {
    this.#show = show;
    this.#memory = memory;
  }

  look(state: ModelState): void {
    if (state.kind !== 'ready' || state.info.served) return;
    const { info } = state;
    const shortfalls = runningShortfall(info);
    const said = this.#memory.get(saidKey) ?? [];
    const keys = shortfalls.map((shortfall) => `${info.path} ${shortfall}`);
    const news = shortfalls.filter((shortfall) => !said.includes(`${info.path} ${shortfall}`));
    // What is over is said again when it comes back.
    const others = said.filter((key) => !key.startsWith(`${info.path} `));
    if (news.length > 0 || others.length + keys.length !== said.length) void this.#memory.update(saidKey, [...others, ...keys]);
    if (news.length > 0) this.#show(shortfallNote(info, news));
  }
}

const ofMemory: ReadonlySet<Shortfall> = new Set(['processor', 'someLayers', 'smallContext']);

export function shortfallNote(info: ModelInfo, shortfalls: readonly Shortfall[]): PanelNote {
  const grave = shortfalls.some((each) => each !== 'outsideFamily');
  return {
    tone: grave ? 'warning' : 'info',
    icon: grave ? 'warning' : 'info',
    text: [
      ...shortfalls.map((each) => shortfallText(info, each)),
      // The same numbers are the reason of each of these.
      ...(shortfalls.some((each) => ofMemory.has(each)) ? [vscode.l10n.t('{0}.', memoryText(info))] : []),
    ].join(' '),
    buttons: [button('showModelDetails', grave), ...(grave ? [button('chooseSmaller')] : []), button('dismissNotice')],
  };
}

function shortfallText(info: ModelInfo, shortfall: Shortfall): string {
  const name = modelLabel(info.path);
  switch (shortfall) {
    case 'processor':
      return vscode.l10n.t(
        '{0} runs on the processor, which is slow ({1}); a smaller model answers sooner.',
        name,
        backendReasons(info).join('; '),
      );
    case 'otherBackend':
      return vscode.l10n.t('{0} runs on another backend than was asked for ({1}).', name, backendReasons(info).join('; '));
    case 'someLayers':
      return vscode.l10n.t(
        'Only {0} of {1} layers of {2} fit on the GPU, so it is slower than it could be.',
        info.gpuLayers,
        info.layers,
        name,
      );
    case 'smallContext':
      return vscode.l10n.t(
        'There is memory for a context of {0} tokens only; {1} were wanted, so long replies end sooner.',
        count(info.contextTokens),
        count(info.wantedContextTokens),
      );
    case 'noYarn':
      return vscode.l10n.t(
        'The engine did not take YaRN (frequency scale {0}), so the context stays at {1} tokens. Update Lemma, or shorten the input.',
        info.yarn?.frequencyScale ?? '?',
        count(info.trainedContextTokens),
      );
    case 'outsideFamily':
      return vscode.l10n.t(
        '{0} is outside the family that Lemma is tested with. It is prompted by its own chat template, and a thought is shown where it writes one between <think> and </think>; look at its answers with care.',
        name,
      );
  }
}

function count(tokens: number): string {
  return formatCount(tokens, vscode.env.language);
}
