/**
 * On Linux, and on Windows for a GPU, node-llama-cpp tries its binary in a process of its own before it loads it: one that cannot
 * run here would take this process along. That is 0.35 to 0.6 s of every start, so a binary that has run is not tried again while
 * nothing has changed (docs/design/0027-cold-start.md). Where the library is no longer built as it is assumed here, it
 * tries each time, as it does by itself.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { release } from 'node:os';
import path from 'node:path';
import { fileStamp } from './ggufFile.ts';

/** The library's own trial: whether a binary runs here. Its arguments are the paths of the binary and of more backends, the backend, and more. */
type Trial = (binary: string, backends: string | undefined, gpu: string | false, ...more: unknown[]) => Promise<boolean>;

/** Where the module that takes the place of the library's finds what decides. */
const slot = Symbol.for('lemma.binaryTrial');
const shared = globalThis as { [slot]?: (trial: Trial, ...args: Parameters<Trial>) => Promise<boolean> };

const trialModule = /\/testBindingBinary\.js$/;
const trialUser = /\/node-llama-cpp\/dist\/bindings\/getLlama\.js$/;

let led = false;

/** From now on the library's trials are those of `trials`. To be called before the library is imported; needs Node 22.15. */
export function leadTrials(trials: BinaryTrials): void {
  shared[slot] = (trial, ...args) => trials.run(trial, ...args);
  if (led || !('registerHooks' in nodeModule)) return;
  led = true;
  nodeModule.registerHooks({
    resolve: (specifier, context, next) => {
      const found = next(specifier, context);
      if (!trialModule.test(specifier) || !trialUser.test(context.parentURL ?? '')) return found;
      const source = `
        import { testBindingBinary as trial } from ${JSON.stringify(found.url)};
        export const testBindingBinary = (...args) => globalThis[Symbol.for('lemma.binaryTrial')](trial, ...args);`;
      return { url: `data:text/javascript,${encodeURIComponent(source)}`, format: 'module', shortCircuit: true };
    },
  });
}

/** Which binaries have run here. What cannot be read or written only means another trial. */
export class BinaryTrials {
  readonly #log: (line: string) => void;
  #folder: string | undefined;
  /** Files to be written once the library has started. */
  readonly #running = new Set<string>();

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** @param folder of this user's alone, kept between starts */
  keepIn(folder: string): void {
    this.#folder = folder;
  }

  /** @returns what `trial` says, or true where the binary has run before */
  async run(trial: Trial, ...args: Parameters<Trial>): Promise<boolean> {
    const file = this.#fileOf(args);
    if (file !== undefined && this.#take(file)) {
      this.#log('The binary has run here before and is not tried again.');
      this.#running.add(file);
      return true;
    }
    const runs = await trial(...args);
    if (runs && file !== undefined) this.#running.add(file);
    return runs;
  }

  /** The library has started, with what was tried last. */
  started(): void {
    for (const file of this.#running) {
      try {
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, '');
      } catch (error) {
        this.#log(`That the binary runs cannot be noted: ${String(error)}`);
      }
    }
    this.#running.clear();
  }

  /** Takes the note away until the library has started: if that ends this process, the binary is tried the next time. */
  #take(file: string): boolean {
    try {
      rmSync(file);
      return true;
    } catch {
      return false;
    }
  }

  #fileOf([binary, backends, gpu]: Parameters<Trial>): string | undefined {
    if (this.#folder === undefined) return undefined;
    const facts = [binary, fileStamp(binary), backends, backends && fileStamp(backends), gpu, process.version, release(), ...system()];
    return path.join(this.#folder, `runs-${createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16)}`);
  }
}

/** What changes with the system's libraries and drivers. */
function system(): unknown[] {
  if (process.platform !== 'win32') return [fileStamp('/etc/ld.so.cache'), contentOf('/proc/driver/nvidia/version')];
  const folder = path.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32');
  return ['nvcuda.dll', 'vulkan-1.dll'].map((name) => fileStamp(path.join(folder, name)));
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
