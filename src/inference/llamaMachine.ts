import type { Llama } from 'node-llama-cpp';
import type { DescribeMachineResult } from '../shared/inferenceProtocol.ts';

/** What a started backend can use. The processor has no memory of its own to tell. */
export async function describeMachine(llama: Llama): Promise<DescribeMachineResult> {
  if (llama.gpu === false) return { backend: 'cpu', deviceNames: [], unified: false };
  const [vram, own, deviceNames] = await Promise.all([llama.getVramState(), llama.getLlamaMemoryUsage(), llama.getGpuDeviceNames()]);
  return {
    backend: llama.gpu,
    deviceNames,
    gpu: { total: vram.total, free: Math.min(vram.total, vram.free + own.gpuVram) },
    unified: vram.unifiedSize > 0,
  };
}
