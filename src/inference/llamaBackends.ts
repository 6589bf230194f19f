/** Which backend runs the model, and why not a better one. Nothing falls back without a reason that can be told. */
import { existsSync } from 'node:fs';
import type { Llama } from 'node-llama-cpp';
import type { BackendRefusal, GpuBackend, GpuChoice } from '../shared/inferenceProtocol.ts';

/** Best first. */
export function backendsOf(platform: NodeJS.Platform): readonly GpuBackend[] {
  return platform === 'darwin' ? ['metal'] : ['cuda', 'vulkan'];
}

/** What there is on this machine, as far as it can be told from outside of the engine. */
export interface BackendFacts {
  readonly platform: NodeJS.Platform;
  readonly installed: (backend: GpuBackend) => boolean;
  readonly hasNvidia: boolean;
}

export function backendFacts(): BackendFacts {
  return { platform: process.platform, installed: isInstalled, hasNvidia: hasNvidiaDriver() };
}

/**
 * The backends that come before the one in use.
 * @param used false for the processor
 * @param failed the engine's words about a backend that was asked for and did not start
 */
export function refusals(asked: GpuChoice, used: Llama['gpu'], facts: BackendFacts, failed?: string): BackendRefusal[] {
  if (asked === 'cpu') return [];
  const better = backendsOf(facts.platform);
  const end = used === false ? better.length : Math.max(0, better.indexOf(used));
  const passedOver = asked === 'auto' ? better.slice(0, end) : asked === used ? [] : [asked];
  return passedOver.map((backend) => refusal(backend, facts, failed));
}

function refusal(backend: GpuBackend, facts: BackendFacts, detail: string | undefined): BackendRefusal {
  if (!backendsOf(facts.platform).includes(backend)) return { backend, because: 'otherSystem' };
  if (backend === 'cuda' && !facts.hasNvidia) return { backend, because: 'noDevice' };
  if (!facts.installed(backend)) return { backend, because: 'notInstalled' };
  // Vulkan's pack says only that it does not work; without a driver or a device it never does.
  if (backend === 'vulkan') return { backend, because: 'noDevice' };
  return { backend, because: 'failed', ...(detail === undefined ? {} : { detail }) };
}

/** The pack is found beside node-llama-cpp, or wherever a hook of this process sends the import. */
function isInstalled(backend: GpuBackend): boolean {
  const system = { darwin: 'mac', win32: 'win' }[process.platform as string] ?? process.platform;
  try {
    return import.meta.resolve(`@node-llama-cpp/${system}-${process.arch}-${backend}`) !== '';
  } catch {
    return false;
  }
}

function hasNvidiaDriver(): boolean {
  const signs =
    process.platform === 'win32'
      ? [`${process.env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\nvcuda.dll`]
      : ['/proc/driver/nvidia/version', '/dev/nvidiactl', '/dev/dxg'];
  return signs.some((sign) => existsSync(sign));
}
