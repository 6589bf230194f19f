import { existsSync } from 'node:fs';
import path from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { repositoryRoot } from '../harness/settings.ts';

type Download = () => Promise<string>;

/** Into `.vscode-test/`, where a second run finds it. Gives up when nothing arrives for 30 s. */
const downloadStable: Download = () =>
  downloadAndUnzipVSCode({
    version: 'stable',
    cachePath: path.join(repositoryRoot, '.vscode-test'),
    extensionDevelopmentPath: repositoryRoot,
    timeout: 30_000,
  });

/**
 * The program of desktop VS Code: what VSCODE_EXECUTABLE names, else a download.
 * @throws Error with one whole sentence that names a way forward
 */
export async function desktopExecutable(
  env: Readonly<Record<string, string | undefined>>,
  download: Download = downloadStable,
): Promise<string> {
  const given = env.VSCODE_EXECUTABLE;
  if (given) {
    if (existsSync(given)) return given;
    throw new Error(
      `VSCODE_EXECUTABLE names ${given}, and there is no such file. Name the program of VS Code itself, such as /usr/share/code/code.`,
    );
  }
  try {
    return await download();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Desktop VS Code could not be downloaded (${reason.split('\n')[0]}). Set VSCODE_EXECUTABLE to an installed one, or run «npm run test:editor», which runs the same tests in code-server.`,
      { cause: error },
    );
  }
}
