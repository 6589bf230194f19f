/**
 * Serves a workspace for a person: `node serve.ts FOLDER SETTINGS_JSON` prints the address of the workbench as its
 * only line and runs until it is interrupted.
 */
import path from 'node:path';
import { startServer } from './server.ts';
import type { Settings } from './settings.ts';
import { workbenchUrl } from './workbench.ts';

const [folder = '', settings = '{}'] = process.argv.slice(2);
const server = await startServer({ extension: 'linked', settings: JSON.parse(settings) as Settings });
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.removeAllListeners(signal);
  process.once(signal, () => void server.stop().then(() => process.exit(0)));
}
process.stdout.write(`${workbenchUrl(server, { folder, file: path.join(folder, 'problem.md') })}\n`);
