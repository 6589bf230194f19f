import { createHash, timingSafeEqual } from 'node:crypto';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { Admission, RefusalReason } from '../shared/inferenceEndpoint.ts';
import { introductionBytes, introductionMs, parseIntroduction } from '../shared/inferenceEndpoint.ts';

/** Who is let in. */
export interface Key {
  readonly name: string;
  readonly token: string;
}

/**
 * Listens, and admits those who introduce themselves with the name and the token. Of a stranger nothing is read but one
 * short line, and that only for a few seconds.
 * @param admit gets the socket with everything behind the introduction still unread; listens to it at once
 * @returns once it can be reached. Rejects with the system's error
 */
export function openGate(address: string, key: Key, admit: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const gate = createServer((socket) => receive(socket, key, admit));
    gate.once('error', reject);
    gate.listen(address, () => {
      gate.off('error', reject);
      // A connection that cannot be accepted is its window's trouble, which tries again.
      gate.on('error', () => undefined);
      resolve(gate);
    });
  });
}

function receive(socket: Socket, key: Key, admit: (socket: Socket) => void): void {
  let received = Buffer.alloc(0);
  let isDecided = false;
  const answer = (admission: Admission): string => `${JSON.stringify(admission)}\n`;
  const decided = (): void => {
    isDecided = true;
    clearTimeout(timer);
    socket.off('data', onData);
    socket.pause();
  };
  const refuse = (because: RefusalReason): void => {
    if (isDecided) return;
    decided();
    socket.end(answer({ admitted: false, because }), () => socket.destroy());
  };
  const onData = (data: Buffer): void => {
    received = Buffer.concat([received, data]);
    const end = received.indexOf('\n');
    if (end > introductionBytes || (end < 0 && received.length > introductionBytes)) return refuse('size');
    if (end < 0) return;
    const because = reasonAgainst(received.toString('utf8', 0, end), key);
    if (because) return refuse(because);
    decided();
    if (end + 1 < received.length) socket.unshift(received.subarray(end + 1));
    socket.write(answer({ admitted: true }));
    admit(socket);
    socket.resume();
  };
  // While a native call blocks this thread the line may have come already: it is read before the time is up.
  const timer = setTimeout(() => setImmediate(() => refuse('time')), introductionMs);
  socket.on('data', onData);
  // Followed by the end of the connection, which is what counts.
  socket.on('error', () => undefined);
  socket.once('close', () => clearTimeout(timer));
}

function reasonAgainst(line: string, { name, token }: Key): RefusalReason | undefined {
  const introduction = parseIntroduction(line);
  if (!introduction) return 'form';
  if (!isSame(introduction.token, token)) return 'token';
  return introduction.name === name ? undefined : 'version';
}

/** Takes as long for a wrong token as for the right one. */
function isSame(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
