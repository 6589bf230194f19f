/** The line between log and composer: always 34 px, its controls always in the same places. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { Turn } from '../../src/core/conversation.ts';
import { formatCount, formatRate } from '../../src/core/format.ts';
import type { PanelState } from '../../src/shared/panelProtocol.ts';
import { fill } from '../../src/shared/panelStrings.ts';
import { icon } from '../icons.ts';
import type { Pulse } from '../pulse.ts';
import type { Store } from '../store.ts';
import type { PanelContext } from './element.ts';
import { pushButton } from './pushButton.ts';

interface Activity {
  readonly text: TemplateResult | string;
  /** 0 to 1; null while it is not known, undefined for none. */
  readonly fraction?: number | null;
}

export function statusLine(
  store: Store,
  host: PanelState,
  turn: Turn | undefined,
  pulse: Pulse | undefined,
  context: PanelContext,
): TemplateResult {
  const { strings } = context;
  const activity = turn ? activityOf(store, host, turn, pulse, context) : idleActivity(host);
  return html`<div class="line" role="group" aria-label=${strings.status}>
    ${
      activity.fraction === undefined
        ? nothing
        : html`<progress max="1" value=${activity.fraction ?? nothing} aria-label=${strings.status}></progress>`
    }
    ${turn ? runningControls(activity.text, turn, context) : idleControls(host, context)}
  </div>`;
}

function runningControls(text: TemplateResult | string, turn: Turn, { strings, post }: PanelContext): TemplateResult {
  const act = (action: 'stop' | 'answerNow') => (): void => post({ type: 'action', action, turnId: turn.question.id });
  return html`<span class="grow num">${text}</span> ${
      turn.phase === 'thinking' && !turn.samples
        ? pushButton({ label: strings.answerNow, title: strings.answerNowHint, small: true, onClick: act('answerNow') })
        : nothing
    }
    ${pushButton({ label: strings.stop, title: strings.stopHint, icon: 'debug-stop', small: true, onClick: act('stop') })}`;
}

function idleControls(host: PanelState, { strings, post }: PanelContext): TemplateResult {
  return html`${
      host.modelLabel === ''
        ? nothing
        : html`<button
            type="button"
            class="icon model-pick"
            title=${strings.chooseModel}
            aria-haspopup="menu"
            @click=${() => post({ type: 'action', action: 'chooseModel' })}
          >
            <span class="name">${host.modelLabel}</span>${icon('chevron-down')}
          </button>`
    } <span class="grow"></span><span class="muted state" title=${host.modelHover || nothing}>${host.modelStatus}</span>`;
}

function idleActivity({ model }: PanelState): Activity {
  return { text: '', fraction: model.kind === 'loading' ? model.fraction : undefined };
}

/** What is answered first. */
const queuedWords = { window: 'waitingForWindow', request: 'waitingForRequest' } as const;

function activityOf(store: Store, host: PanelState, turn: Turn, pulse: Pulse | undefined, { strings, locale }: PanelContext): Activity {
  const count = (tokens: number): string => formatCount(tokens, locale);
  const rate =
    pulse && pulse.msSince >= 1000 ? ` · ${fill(strings.tokensPerSecond, formatRate(pulse.tokensSince, pulse.msSince, locale))}` : '';
  const progress = store.progress?.turnId === turn.question.id ? store.progress : undefined;
  switch (turn.phase) {
    case 'waiting':
      if (host.model.kind === 'loading') return { text: host.modelStatus, fraction: host.model.fraction };
      return { text: progress?.queued ? strings[queuedWords[progress.queued]] : strings.waitingForModel, fraction: null };
    case 'reading': {
      if (progress?.queued) return { text: strings[queuedWords[progress.queued]], fraction: null };
      if (!progress || progress.promptTokens === 0) return { text: strings.readingQuestion, fraction: null };
      const { readTokens, promptTokens, againTokens } = progress;
      if (againTokens !== undefined) {
        const again = count(againTokens);
        const fraction = (readTokens - (promptTokens - againTokens)) / againTokens;
        return { text: byWidth(fill(strings.tokensAgain, again), fill(strings.tokensReadAgain, again)), fraction };
      }
      return { text: fill(strings.tokensRead, count(readTokens), count(promptTokens)), fraction: readTokens / promptTokens };
    }
    case 'thinking': {
      const tokens = pulse?.thoughtTokens ?? turn.thoughtTokens;
      const narrow = fill(strings.tokens, count(tokens));
      const limit = turn.thinkingTokens ?? turn.maxTokens;
      if (limit === undefined || turn.samples) return { text: `${narrow}${rate}` };
      const wide = fill(strings.tokensOf, count(tokens), count(limit));
      return {
        text: html`${byWidth(narrow, wide)}${rate}`,
        fraction: Math.min(1, tokens / limit),
      };
    }
    default:
      return { text: `${fill(strings.tokens, count(pulse?.answerTokens ?? turn.answerTokens))}${rate}` };
  }
}

function byWidth(narrow: string, wide: string): TemplateResult {
  return html`<span class="narrow">${narrow}</span><span class="wide">${wide}</span>`;
}
