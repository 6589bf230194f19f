import type { Turn } from '../src/core/conversation.ts';
import type { PanelStrings } from '../src/shared/panelStrings.ts';

/** What the polite region says of a turn as each of its phases begins; its text is there to be read and is not announced. */
export function liveWord({ phase, end }: Turn, isLoading: boolean, strings: PanelStrings): string {
  switch (phase) {
    case 'waiting':
      return isLoading ? strings.liveLoading : '';
    case 'reading':
      return strings.liveReading;
    case 'thinking':
      return strings.liveThinking;
    case 'answering':
      return strings.liveAnswering;
    case 'ended':
      return end?.kind === 'complete' ? strings.liveReady : strings.liveStopped;
  }
}
