import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { toLemmaError } from '../../core/errors.ts';
import type { Config } from '../config.ts';
import { Disposables } from '../disposables.ts';
import type { FetchProgress } from '../download/fetchTypes.ts';
import { sizeText } from '../modelMessages.ts';
import type { ModelService } from '../modelService.ts';
import { errorNote } from '../userMessages.ts';
import type { CudaPack } from './cudaPacks.ts';
import { cudaPacksOf } from './cudaPacks.ts';
import { cudaFolder, installCuda, isCudaInstalled, removeCuda } from './installCuda.ts';
import { findRegistry } from './npmRegistry.ts';

/** Tells the inference process where the packs lie (`src/inference/cudaPack.ts`). */
const variable = 'LEMMA_CUDA_PACK';

const declinedKey = 'lemma.cudaDeclined';

/** Where NVIDIA's driver shows itself without a program being run. */
const driverFiles = ['/proc/driver/nvidia/version', 'C:\\Windows\\System32\\nvidia-smi.exe'];

/** Installs, offers and removes CUDA support. */
export class CudaSupport {
  readonly #context: vscode.ExtensionContext;
  readonly #config: Config;
  readonly #log: { info(message: string): void; warn(message: string): void };
  readonly #restart: () => Promise<void>;
  readonly #folder: string;
  readonly #disposables = new Disposables();
  /** Ends an installation when the window closes; what was fetched is kept. */
  readonly #closed = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    context: vscode.ExtensionContext,
    config: Config,
    model: ModelService,
    log: { info(message: string): void; warn(message: string): void },
    restart: () => Promise<void>,
  ) {
    this.#context = context;
    this.#config = config;
    this.#log = log;
    this.#restart = restart;
    this.#folder = path.join(context.globalStorageUri.fsPath, 'cuda');
    this.#tellEngine();
    this.#disposables.add(
      model.onDidChange((state) => {
        if (state.kind === 'ready' && ['cpu', 'vulkan'].includes(state.info.backend)) void this.#offer();
      }),
    );
  }

  get packs(): readonly CudaPack[] {
    return cudaPacksOf(process.platform, process.arch) ?? [];
  }

  /** Fetches what is missing, says how far it is, and offers to restart the engine with it. */
  install(): Promise<void> {
    return (this.#running ??= this.#install().finally(() => (this.#running = undefined)));
  }

  async remove(): Promise<void> {
    try {
      await removeCuda(this.#folder);
    } catch (thrown) {
      return this.#sayError(thrown);
    }
    this.#tellEngine();
    await this.#offerRestart(vscode.l10n.t('CUDA support is removed. Restart the engine to run without it.'));
  }

  dispose(): void {
    this.#closed.abort();
    this.#disposables.dispose();
  }

  async #install(): Promise<void> {
    const { packs } = this;
    if (packs.length === 0) {
      const text = vscode.l10n.t(
        'There is no CUDA support for this computer ({0}). Lemma runs on it by Vulkan, Metal or the processor.',
        `${process.platform}-${process.arch}`,
      );
      await vscode.window.showInformationMessage(text);
      return;
    }
    const title = vscode.l10n.t('Installing CUDA Support');
    try {
      const registry = await findRegistry('@node-llama-cpp', this.#config.cudaRegistry, process.env);
      this.#log.info(`[cuda] ${packs.map(({ name, version }) => `${name}@${version}`).join(', ')} from ${registry.url}`);
      const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
      const whole = await vscode.window.withProgress(options, (progress, token) => {
        const cancel = new AbortController();
        token.onCancellationRequested(() => cancel.abort());
        return installCuda({
          packs,
          registry,
          folder: this.#folder,
          hashModule: path.join(this.#context.extensionPath, 'dist', 'hashWorker.cjs'),
          unpackModule: path.join(this.#context.extensionPath, 'dist', 'unpackWorker.mjs'),
          signal: AbortSignal.any([cancel.signal, this.#closed.signal]),
          onProgress: (now, pack) => progress.report({ message: this.#progressText(now, pack) }),
        });
      });
      if (!whole) return;
    } catch (thrown) {
      return this.#sayError(thrown);
    }
    this.#tellEngine();
    await this.#offerRestart(vscode.l10n.t('CUDA support is installed. Restart the engine to run with it.'));
  }

  #progressText({ doneBytes, totalBytes }: FetchProgress, pack: number): string {
    const amount = totalBytes === undefined ? sizeText(doneBytes) : vscode.l10n.t('{0} of {1}', sizeText(doneBytes), sizeText(totalBytes));
    return vscode.l10n.t('package {0} of {1}: {2}', pack + 1, this.packs.length, amount);
  }

  /** The next inference process inherits it. */
  #tellEngine(): void {
    const folder = cudaFolder(this.#folder, this.packs);
    if (existsSync(folder)) process.env[variable] = folder;
    else delete process.env[variable];
  }

  /** Once, where a card of NVIDIA's is seen and something slower was taken. */
  async #offer(): Promise<void> {
    const declined = this.#context.globalState.get<boolean>(declinedKey, false);
    if (declined || this.#running || this.packs.length === 0 || !driverFiles.some((file) => existsSync(file))) return;
    if (this.#config.model.gpu !== 'auto' || (await isCudaInstalled(this.#folder, this.packs))) return;
    await this.#context.globalState.update(declinedKey, true);
    const install = vscode.l10n.t('Install CUDA Support');
    const text = vscode.l10n.t(
      'This computer has an NVIDIA card. CUDA support makes the most of it; it is fetched from your npm registry and checked. You can install it later by «Lemma: Install CUDA Support» too.',
    );
    if ((await vscode.window.showInformationMessage(text, install)) === install) await this.install();
  }

  async #offerRestart(text: string): Promise<void> {
    const restart = vscode.l10n.t('Restart Engine');
    if ((await vscode.window.showInformationMessage(text, restart)) === restart) await this.#restart();
  }

  async #sayError(thrown: unknown): Promise<void> {
    const error = toLemmaError(thrown);
    this.#log.warn(`[cuda] ${JSON.stringify(error)}`);
    await vscode.window.showErrorMessage(this.#errorText(error));
  }

  #errorText(error: ReturnType<typeof toLemmaError>): string {
    if (error.code === 'downloadNotFound')
      return vscode.l10n.t(
        'The registry {0} does not have {1}. Name another one in the setting lemma.cuda.registry.',
        error.host,
        error.name,
      );
    if (error.code === 'downloadRefused')
      return vscode.l10n.t(
        'The registry {0} refuses CUDA support (HTTP {1}). Sign in with npm, or name another one in the setting lemma.cuda.registry.',
        error.host,
        error.status,
      );
    return vscode.l10n.t('CUDA support is not installed. {0}', errorNote(error).text);
  }
}
