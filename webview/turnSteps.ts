import type { LemmaPanel } from './components/panel.ts';
import type { LemmaTurn } from './components/turn.ts';

/** Room above a turn that is gone to, in pixels. */
const above = 4;

/**
 * Alt+Up and Alt+Down: the focus goes to the turn before or after the one it is in, or to the one that is being read.
 * Behind the last turn comes the chat box.
 * @returns the key was one of them
 */
export function stepTurn(panel: LemmaPanel, event: KeyboardEvent): boolean {
  const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
  if ((key !== 'ArrowUp' && key !== 'ArrowDown') || !altKey || ctrlKey || metaKey || shiftKey) return false;
  if (panel.history) return false;
  const log = panel.querySelector<HTMLElement>('.log');
  const turns = [...panel.querySelectorAll<LemmaTurn>('lemma-turn')];
  if (!log || turns.length === 0) return false;
  const step = key === 'ArrowUp' ? -1 : 1;
  const index = indexFrom(turns, log, panel, step);
  const turn = turns[index];
  if (turn) void goTo(turn, log);
  else if (index >= turns.length) void panel.composer?.focusText();
  return true;
}

/** Where the step leads; beyond the ends for none. */
function indexFrom(turns: readonly HTMLElement[], log: HTMLElement, panel: LemmaPanel, step: number): number {
  const { activeElement } = document;
  const at = turns.findIndex((turn) => turn.contains(activeElement));
  if (at >= 0) return at + step;
  if (activeElement !== null && panel.composer?.contains(activeElement) === true) return step < 0 ? turns.length - 1 : turns.length;
  const { top } = log.getBoundingClientRect();
  return Math.max(
    0,
    turns.findIndex((turn) => turn.getBoundingClientRect().bottom > top + above),
  );
}

/** A turn that is seen whole is not moved. */
async function goTo(turn: LemmaTurn, log: HTMLElement): Promise<void> {
  turn.focus({ preventScroll: true });
  await turn.draw();
  const [box, seen] = [turn.getBoundingClientRect(), log.getBoundingClientRect()];
  if (box.top < seen.top || box.bottom > seen.bottom) log.scrollTop += box.top - seen.top - above;
}
