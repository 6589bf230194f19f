/** The thread that decides formulas: what takes too long is ended from outside, together with the thread. */
import { parentPort } from 'node:worker_threads';
import { checkFormula } from '../core/check/checkText.ts';
import type { CheckReply, CheckRequest } from '../shared/checkProtocol.ts';

const port = parentPort;
if (!port) throw new Error('This file is the code of a worker thread.');

port.on('message', ({ id, formula }: CheckRequest) => {
  port.postMessage({ kind: 'checked', id, checked: checkFormula(formula) } satisfies CheckReply);
});
port.postMessage({ kind: 'ready' } satisfies CheckReply);
