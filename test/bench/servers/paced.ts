/** The parent's side of `pacedServer.ts`. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Pace, PacedMessage } from './pacedServer.ts';

export interface PacedServer {
  /** With `/v1`. */
  readonly url: string;
  /** Of the replies that begin from now on. */
  setPace(pace: Pace): Promise<void>;
  /** Resolves when the only reply that is being written has so many tokens, a multiple of a hundred. */
  sent(tokens: number): Promise<void>;
  close(): Promise<void>;
}

export async function startPacedServer(): Promise<PacedServer> {
  const child = fork(path.join(import.meta.dirname, 'pacedServer.ts'), { execArgv: ['--no-warnings'] });
  const next = async (wanted: (message: PacedMessage) => boolean): Promise<PacedMessage> =>
    new Promise((resolve) => {
      const listener = (message: unknown): void => {
        if (!wanted(message as PacedMessage)) return;
        child.off('message', listener);
        resolve(message as PacedMessage);
      };
      child.on('message', listener);
    });
  const listening = await next(({ kind }) => kind === 'listening');
  return {
    url: listening.kind === 'listening' ? listening.url : '',
    setPace: async (pace) => {
      const set = next(({ kind }) => kind === 'pace');
      child.send(pace);
      await set;
    },
    sent: async (tokens) => {
      await next((message) => message.kind === 'sent' && message.tokens === tokens);
    },
    close: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
