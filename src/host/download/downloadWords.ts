/** What is said about a download while it runs, and about one that is not finished. */
import * as vscode from 'vscode';
import { formatCount, formatGigabytes } from '../../core/format.ts';
import type { PanelButton, PanelDownload } from '../../shared/panelProtocol.ts';
import { downloadErrorText, isDownloadError, sizeText } from '../modelMessages.ts';
import { button } from '../panelButtons.ts';
import { errorNote } from '../userMessages.ts';
import type { DownloadState } from './modelDownloads.ts';

/** `GLM-Z1-9B-0414 Q4_K_M` */
export function downloadName({ request }: DownloadState): string {
  return `${request.model.name} ${request.quantisation}`;
}

/** Somebody works on it, this window or another. */
export function isRunning({ phase }: DownloadState): boolean {
  return phase !== 'done' && phase !== 'paused' && phase !== 'failed';
}

/** What the status bar says while downloads run: all of them in one number, each in a sentence of the hover. */
export interface DownloadStatus {
  /** `$(cloud-download) Lemma: 42 %`, where the model itself has nothing to tell. */
  readonly text: string;
  /** `$(cloud-download) 42 %`, beside what the model does. */
  readonly short: string;
  readonly sentences: readonly string[];
}

/** @returns undefined when none runs */
export function downloadStatus(running: readonly DownloadState[], now: number): DownloadStatus | undefined {
  if (running.length === 0) return undefined;
  const sentences = running.map((state) => {
    const [name, progress] = [downloadName(state), progressText(state, now)];
    return state.here
      ? vscode.l10n.t('Lemma is downloading {0}: {1}.', name, progress)
      : vscode.l10n.t('Another window is downloading {0}: {1}.', name, progress);
  });
  if (running.every(({ phase }) => phase === 'checking'))
    return { text: vscode.l10n.t('$(cloud-download) Lemma: checking'), short: vscode.l10n.t('$(cloud-download) checking'), sentences };
  const percent = percentOf(running);
  return percent === undefined
    ? { text: vscode.l10n.t('$(cloud-download) Lemma: downloading'), short: '$(cloud-download)', sentences }
    : { text: vscode.l10n.t('$(cloud-download) Lemma: {0} %', percent), short: `$(cloud-download) ${percent} %`, sentences };
}

/** Rounded down, so that 100 is said when all is here. Unknown as long as one does not know its size. */
function percentOf(running: readonly DownloadState[]): number | undefined {
  let [done, total] = [0, 0];
  for (const { doneBytes, totalBytes } of running) {
    if (totalBytes === undefined) return undefined;
    done += doneBytes;
    total += totalBytes;
  }
  return total === 0 ? undefined : Math.min(100, Math.floor((done / total) * 100));
}

/** @param now milliseconds since 1970 @returns undefined when there is nothing more to say */
export function downloadNote(state: DownloadState, now: number): PanelDownload | undefined {
  const name = downloadName(state);
  const note = (text: string, icon: string, ...buttons: PanelButton[]): PanelDownload => ({ tone: 'info', icon, text, buttons });
  switch (state.phase) {
    case 'done':
      return undefined;
    case 'paused':
      return note(
        vscode.l10n.t('{0} is not downloaded completely: {1} are here. Resume where it stopped, or remove them.', name, amount(state)),
        'debug-stop',
        button('resumeDownload', true),
        button('removeDownload'),
        button('hideDownload'),
      );
    case 'failed':
      return {
        tone: 'error',
        icon: 'error',
        text: failureText(state),
        buttons: [...failureButtons(state), button('showLog'), button('removeDownload'), button('hideDownload')],
      };
    case 'finding':
    case 'fetching':
    case 'waiting':
    case 'checking': {
      const progress = progressText(state, now);
      const text = state.here
        ? vscode.l10n.t('Downloading {0}: {1}. You can close this view or VS Code; the download goes on where it stopped.', name, progress)
        : vscode.l10n.t('Another window is downloading {0}: {1}.', name, progress);
      return { ...note(text, 'arrow-down', ...(state.here ? [button('pauseDownload')] : [])), fraction: fraction(state) };
    }
  }
}

/** `2.6 of 6.2 GB · 24 MB/s · about 2 min 30 s left` */
export function progressText(state: DownloadState, now: number): string {
  switch (state.phase) {
    case 'finding':
      return vscode.l10n.t('looking for its files');
    case 'checking':
      return vscode.l10n.t('checking {0}', sizeText(state.doneBytes));
    case 'waiting':
      return `${amount(state)} · ${vscode.l10n.t('the connection is tried again in {0} s', seconds((state.untilMs ?? now) - now))}`;
    default: {
      const { bytesPerSecond, totalBytes, doneBytes } = state;
      if (bytesPerSecond === undefined || totalBytes === undefined) return amount(state);
      const speed = vscode.l10n.t('{0}/s', sizeText(bytesPerSecond));
      if (bytesPerSecond < 1000) return `${amount(state)} · ${speed}`;
      return [amount(state), speed, timeLeft(((totalBytes - doneBytes) / bytesPerSecond) * 1000)].join(' · ');
    }
  }
}

/** 0 to 1; null as long as the whole is not known. */
export function fraction({ doneBytes, totalBytes }: DownloadState): number | null {
  return totalBytes === undefined || totalBytes === 0 ? null : doneBytes / totalBytes;
}

function amount({ doneBytes, totalBytes }: DownloadState): string {
  if (totalBytes === undefined) return sizeText(doneBytes);
  // Both in the unit of the whole, so that they can be compared at a glance.
  if (totalBytes < 1e9) return vscode.l10n.t('{0} of {1}', sizeText(Math.min(doneBytes, totalBytes)), sizeText(totalBytes));
  return vscode.l10n.t('{0} of {1}', formatGigabytes(doneBytes, vscode.env.language), sizeText(totalBytes));
}

function timeLeft(ms: number): string {
  const left = Math.max(1, Math.ceil(ms / 1000));
  if (left < 60) return vscode.l10n.t('about {0} s left', seconds(ms));
  const minutes = Math.floor(left / 60);
  if (minutes < 5) return vscode.l10n.t('about {0} min {1} s left', count(minutes), count(left % 60));
  if (minutes < 120) return vscode.l10n.t('about {0} min left', count(minutes));
  return vscode.l10n.t('about {0} h left', count(minutes / 60));
}

function failureText({ error }: DownloadState): string {
  if (!error) return vscode.l10n.t('The download failed. Resume it, or read the log.');
  return isDownloadError(error) ? downloadErrorText(error) : errorNote(error).text;
}

function failureButtons({ error }: DownloadState): PanelButton[] {
  switch (error?.code) {
    case 'downloadRefused':
      return [button('setToken', true), button('resumeDownload')];
    case 'downloadNotFound':
      return [button('chooseModel', true)];
    case 'downloadDamaged':
      return [button('downloadAgain', true)];
    default:
      return [button('resumeDownload', true)];
  }
}

function seconds(ms: number): string {
  return count(Math.max(0, Math.ceil(ms / 1000)));
}

function count(value: number): string {
  return formatCount(value, vscode.env.language);
}
