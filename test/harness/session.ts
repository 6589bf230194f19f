import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launchBrowser } from './browser.ts';
import type { Browser } from './browser.ts';
import { startServer } from './server.ts';
import type { Server, ServerOptions } from './server.ts';
import { foreign, isLoopback, socketWatch } from './sockets.ts';
import type { SocketSeen } from './sockets.ts';
import { tinyModelSettings } from './settings.ts';
import { openWorkbench, statusItem } from './workbench.ts';

export interface SessionOptions extends Partial<ServerOptions> {
  /** Files of the workspace by name, or a folder that is copied. */
  readonly workspace: Readonly<Record<string, string>> | string;
  /** Name of the file to open. */
  readonly open?: string;
  /** Size of the window in pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Whether its connections are watched, which `close()` then judges; on unless time is measured. */
  readonly watched?: boolean;
}

/** A workbench with Lemma in it, ready to be used by hand or by a test. */
export interface Session extends Browser {
  readonly server: Server;
  /** Absolute path of the workspace folder, in a temporary place. */
  readonly folder: string;
  /** Absolute path of a file in it. */
  file(name: string): string;
  /** Whom server, extension host and engine spoke with so far. */
  sockets(): SocketSeen[];
}

/**
 * Server, browser, workspace and Lemma on the tiny model. `close()` ends and removes all of them, and throws when anything
 * below the server, or a page, spoke with another machine.
 */
export async function startSession({
  workspace,
  open,
  extension = 'linked',
  settings = {},
  width,
  height,
  watched = true,
  env = {},
  ...rest
}: SessionOptions): Promise<Session> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lemma-workspace-'));
  if (typeof workspace === 'string') cpSync(workspace, folder, { recursive: true });
  else {
    for (const [name, text] of Object.entries(workspace)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
  }
  const watch = watched ? socketWatch() : undefined;
  const removeFolder = (): void => {
    watch?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  const server = await startServer({
    extension,
    settings: { ...tinyModelSettings, ...settings },
    // Without a gallery of extensions VS Code itself asks no other machine either.
    env: { EXTENSIONS_GALLERY: '{}', ...watch?.env, ...env },
    ...rest,
  });
  watch?.watch(server);
  const browser = await launchBrowser({ width, height }).catch(async (error: unknown) => {
    await server.stop();
    removeFolder();
    throw error;
  });
  const session: Session = {
    ...browser,
    server,
    folder,
    file: (name) => path.join(folder, name),
    sockets: () => watch?.seen() ?? [],
    close: async () => {
      await browser.close();
      await server.stop();
      const outside = [...foreign(watch?.seen() ?? []), ...[...browser.askedHosts].filter((host) => !isLoopback(host))];
      removeFolder();
      if (watch && outside.length > 0) throw new Error(`There were connections to other machines: ${JSON.stringify(outside)}`);
    },
  };
  try {
    await openWorkbench(browser.page, server, { folder, file: open && session.file(open), development: extension === 'development' });
    // Lemma is activated, so its commands, keys and code actions are there.
    await statusItem(browser.page).waitFor({ timeout: 120_000 });
  } catch (error) {
    await browser.shot('could-not-open');
    await session.close();
    throw error;
  }
  return session;
}
