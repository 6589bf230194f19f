/** How the list of conversations is ordered and worded. Pure: no DOM. */
import { usableLocale } from '../src/core/format.ts';
import type { HistoryItem } from '../src/shared/panelProtocol.ts';

export type HistoryGroupKey = 'pinned' | 'today' | 'yesterday' | 'lastWeek' | 'older';

export interface HistoryGroup {
  readonly key: HistoryGroupKey;
  /** In the order of the list. */
  readonly items: readonly HistoryItem[];
}

const keys: readonly HistoryGroupKey[] = ['pinned', 'today', 'yesterday', 'lastWeek', 'older'];

/**
 * The list in groups by the reader's own days, none of them empty.
 * @param items pinned first, then the newest first
 * @param now milliseconds since 1970, as in the items
 */
export function historyGroups(items: readonly HistoryItem[], now: number): HistoryGroup[] {
  const groupOf = ({ pinned, changedAt }: HistoryItem): HistoryGroupKey => (pinned ? 'pinned' : dayGroup(daysBetween(changedAt, now)));
  return keys.map((key) => ({ key, items: items.filter((item) => groupOf(item) === key) })).filter((group) => group.items.length > 0);
}

function dayGroup(days: number): HistoryGroupKey {
  if (days <= 0) return 'today';
  if (days === 1) return 'yesterday';
  return days < 7 ? 'lastWeek' : 'older';
}

/** Midnights between two times. A day may have 23 or 25 hours. */
function daysBetween(earlier: number, later: number): number {
  const day = (time: number): number => {
    const date = new Date(time);
    return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  };
  return Math.round((day(later) - day(earlier)) / 86_400_000);
}

/** The hour for today and yesterday, else the day: `14:02`, `19 Nov`, `19 Nov 2025` for another year. */
export function historyTime(at: number, now: number, locale: string): string {
  const otherYear = new Date(at).getFullYear() !== new Date(now).getFullYear();
  const options: Intl.DateTimeFormatOptions =
    daysBetween(at, now) <= 1
      ? { hour: 'numeric', minute: '2-digit' }
      : { day: 'numeric', month: 'short', ...(otherYear ? { year: 'numeric' } : {}) };
  return new Intl.DateTimeFormat(usableLocale(locale), options).format(at);
}

/**
 * Asks the host for the list, one question at a time: while an answer is awaited, what is typed waits, and only the
 * last of it is asked. So a slow disk is never asked for what nobody waits for any more.
 */
export class HistoryQuery {
  readonly #ask: (query: string) => void;
  #query = '';
  #awaited = false;
  #again = false;

  constructor(ask: (query: string) => void) {
    this.#ask = ask;
  }

  /** @param query absent: the last one again, since the list has changed */
  ask(query = this.#query): void {
    this.#query = query;
    if (this.#awaited) {
      this.#again = true;
      return;
    }
    this.#awaited = true;
    this.#ask(query);
  }

  /** An answer came. */
  answered(): void {
    this.#awaited = false;
    if (!this.#again) return;
    this.#again = false;
    this.ask();
  }
}
