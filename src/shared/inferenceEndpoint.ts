/**
 * How the windows of a user find the one inference process that they share, and show it that they may use it
 * (docs/design/0015-one-process-for-all-windows.md). Both sides import it.
 *
 * The process writes an endpoint file that only its user can read. A window connects to the address in it and sends one
 * line, its introduction; nothing else is looked at before the process has answered with its admission. From then on
 * the connection speaks `inferenceProtocol`.
 */

/** The endpoint file's content. */
export interface InferenceEndpoint {
  /** Path of a Unix socket, or name of a named pipe on Windows. */
  readonly address: string;
  /** A second one, served by a thread that no native call can block: the process lives while somebody holds it. */
  readonly watchAddress: string;
  /** Hexadecimal, 256 random bits. */
  readonly token: string;
  readonly pid: number;
  /** Where the process writes its own log. */
  readonly logFile: string;
}

/** First line of a connection, from the window. */
export interface Introduction {
  /** As in the endpoint file's name: protocol, version and build. */
  readonly name: string;
  readonly token: string;
}

/** The process's answer, one line. A refused connection is closed behind it. */
export type Admission = { readonly admitted: true } | { readonly admitted: false; readonly because: RefusalReason };

/** `size`: more than an introduction was sent; `time`: none came; `form`: it is no introduction. */
export type RefusalReason = 'form' | 'size' | 'time' | 'token' | 'version';

/** Bytes that a stranger may send, and how long it may take, in milliseconds. */
export const introductionBytes = 1024;
export const introductionMs = 5000;

/** What a started process tells its starter before it lets go of it: it can be reached, or another one was first. */
export type StartWord = 'ready' | 'taken';

/** The file in the users's runtime folder that leads to the process of that name. */
export function endpointFileName(name: string): string {
  return `${name}.json`;
}

/** @returns undefined for text that is no endpoint, such as one of another version */
export function parseEndpoint(text: string): InferenceEndpoint | undefined {
  const { address, watchAddress, token, pid, logFile } = parseObject(text);
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
  if (!isText(address) || !isText(watchAddress) || !isText(token) || !isText(logFile)) return undefined;
  return typeof pid === 'number' && Number.isInteger(pid) && pid > 0 ? { address, watchAddress, token, pid, logFile } : undefined;
}

/** @returns undefined for a line that is no introduction */
export function parseIntroduction(line: string): Introduction | undefined {
  const { name, token } = parseObject(line);
  return typeof name === 'string' && typeof token === 'string' ? { name, token } : undefined;
}

/** @returns undefined for a line that is no admission */
export function parseAdmission(line: string): Admission | undefined {
  const { admitted, because } = parseObject(line);
  if (admitted === true) return { admitted };
  return admitted === false && typeof because === 'string' ? { admitted, because: because as RefusalReason } : undefined;
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
