/** What the panel says of a question that is answered several times. */
import * as vscode from 'vscode';
import type { Turn } from '../core/conversation.ts';
import { formatCount } from '../core/format.ts';
import { ballotsOf, voteOf } from '../core/samples.ts';
import type { Sample } from '../core/samples.ts';
import type { Vote } from '../core/votes.ts';
import type { VoteGroupWords, VoteWords } from '../shared/panelProtocol.ts';

/** @returns undefined for a turn without samples */
export function voteWords(turn: Turn): VoteWords | undefined {
  const { samples } = turn;
  if (!samples) return undefined;
  const vote = voteOf(turn);
  return { summary: summary(turn, vote), groups: [...groups(turn, vote), ...unfinished(turn)] };
}

/** «5 of 8 answers so far. 3 agree on 1/2.» */
function summary(turn: Turn, vote: Vote): string {
  const {
    groups: [leader],
    counted,
    leaders,
  } = vote;
  const wanted = turn.samplesWanted ?? counted;
  const agreed = leader ? agreement(leader.samples.length, counted, leader.latex, leaders) : '';
  const told = (...sentences: string[]): string => [...sentences, agreed].filter((each) => each !== '').join(' ');
  if (turn.phase !== 'ended') {
    const atOnce = turn.samplesAtOnce ?? wanted;
    const fewer = atOnce >= wanted ? '' : vscode.l10n.t('Memory holds {0} at once; the others follow.', count(atOnce));
    return told(vscode.l10n.t('{0} of {1} answers so far.', count(counted), count(wanted)), fewer);
  }
  if (counted === 0) return vscode.l10n.t('None of {0} answers came to its end.', count(wanted));
  if (counted < wanted && turn.chosenSample !== undefined)
    return told(vscode.l10n.t('{0} of {1} answers came to their end.', count(counted), count(wanted)));
  return told(vscode.l10n.t('{0} answers.', count(counted)));
}

function agreement(agreeing: number, counted: number, latex: string | undefined, leaders: number): string {
  if (counted <= 1) return '';
  if (leaders > 1) return vscode.l10n.t('It is a tie of {0} results; the one that came first is shown.', count(leaders));
  if (agreeing <= 1) return vscode.l10n.t('No two agree.');
  if (latex === undefined) return vscode.l10n.t('{0} are the same text.', count(agreeing));
  return vscode.l10n.t('{0} agree on this: {1}', count(agreeing), plainMath(latex));
}

function groups(turn: Turn, { groups: all }: Vote): VoteGroupWords[] {
  return all.map(({ latex, samples, failed, share }): VoteGroupWords => {
    const votes = vscode.l10n.t('{0} of {1}', count(samples.length), count(ballotsOf(turn).length));
    const percent = new Intl.NumberFormat(vscode.env.language, { style: 'percent', maximumFractionDigits: 0 }).format(share);
    const doubt = failed.length === 0 ? '' : ' · ' + vscode.l10n.t('a check found something false in {0}', count(failed.length));
    return {
      result: latex === undefined ? '' : plainMath(latex),
      detail: `${votes} · ${percent}${doubt}`,
      samples: samples.map((sample) => ({ sample, label: vscode.l10n.t('Answer {0}', count(sample + 1)) })),
    };
  });
}

/** What has been begun and does not count, behind the groups. */
function unfinished({ samples = [], samplesWanted = 0, phase }: Turn): VoteGroupWords[] {
  const begun = phase === 'ended' ? samples.length : Math.max(samples.length, samplesWanted);
  const left = Array.from({ length: begun }, (_, sample) => ({ each: samples[sample], sample }));
  const uncounted = left.filter(({ each }) => each?.end?.kind !== 'complete');
  const readable = uncounted.filter(({ each }) => phase !== 'ended' || (each && each.thought + each.answer !== ''));
  if (readable.length === 0) return [];
  return [
    {
      result: phase === 'ended' ? vscode.l10n.t('Not counted') : vscode.l10n.t('Being written'),
      detail: '',
      samples: readable.map(({ each, sample }) => ({ sample, label: unfinishedLabel(each, sample) })),
    },
  ];
}

function unfinishedLabel(each: Sample | undefined, sample: number): string {
  const name = vscode.l10n.t('Answer {0}', count(sample + 1));
  switch (each?.end?.kind) {
    case undefined:
      return name;
    case 'limit':
      return vscode.l10n.t('{0}: it reached its limit of tokens.', name);
    case 'repetition':
      return vscode.l10n.t('{0}: it only repeated itself.', name);
    default:
      return vscode.l10n.t('{0}: it was stopped.', name);
  }
}

/** `\frac{1}{2}` as it is read in one line: 1/2. */
export function plainMath(latex: string): string {
  return latex
    .replace(/\\d?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, (_, top: string, bottom: string) => `${inParens(top)}/${inParens(bottom)}`)
    .replace(/\\(?:left|right|,|;|!|quad|displaystyle)(?![a-z])/g, '')
    .replace(/\\(?:text|mathrm|mathbf)\{([^{}]*)\}/g, '$1')
    .replace(/\\([{}])/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}

function inParens(part: string): string {
  return /[+\-*\s]/.test(part.trim().replace(/^-/, '')) ? `(${part.trim()})` : part.trim();
}

function count(number: number): string {
  return formatCount(number, vscode.env.language);
}
