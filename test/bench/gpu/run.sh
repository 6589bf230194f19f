#!/bin/sh
# Measures the packed product on this machine's GPU: sh run.sh [FOR_RESULTS]. Needs Linux x64, an NVIDIA driver and xz, no
# network; root where no Vulkan loader is installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${1:-$here/results}
mkdir -p "$work" "$here/unpacked"
tar -xJf "$here/pack.tar.xz" -C "$here/unpacked"
# The engine looks for the loader where the system keeps its libraries, and nowhere else.
if ! ldconfig -p | grep -q libvulkan.so.1; then
  cp -P "$here/unpacked/lib/"* /usr/lib/x86_64-linux-gnu/
  ldconfig
fi
# Where the driver says what it is, if it is in none of the loader's own places.
for icd in /usr/share/vulkan/icd.d/nvidia_icd.json /etc/vulkan/icd.d/nvidia_icd.json /usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json; do
  [ -e "$icd" ] && export VK_DRIVER_FILES="$icd"
done
# With LEMMA_CUDA, by CUDA, whose kernels are built first; five minutes on sixteen cores.
gpu=auto
if [ -n "${LEMMA_CUDA:-}" ]; then
  sh "$here/cuda.sh" "$here/unpacked"
  gpu=cuda
  LEMMA_CUDA_PACK="$here/unpacked/cuda"
  LD_LIBRARY_PATH="$LEMMA_CUDA_PACK/node_modules/@node-llama-cpp/linux-x64-cuda/bins/linux-x64-cuda${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  export LEMMA_CUDA_PACK LD_LIBRARY_PATH
fi
export LEMMA_BENCH_GPU="$gpu"
# With LEMMA_START_PARTS, where the time of a cold start goes, by the library alone.
if [ -n "${LEMMA_START_PARTS:-}" ]; then
  exec "$here/unpacked/node" "$here/unpacked/extension/dist/startParts.mjs" "$work/glm-z1-9b-random-q4_k_m.gguf"
fi
# With LEMMA_TOKEN_COST, where a token's time goes, by the library alone; its model is the one that the rest has written.
if [ -n "${LEMMA_TOKEN_COST:-}" ]; then
  UV_THREADPOOL_SIZE=${UV_THREADPOOL_SIZE:-1} exec "$here/unpacked/node" "$here/unpacked/extension/dist/tokenCost.mjs" "$work/glm-z1-9b-random-q4_k_m.gguf" "$gpu"
fi
# With LEMMA_PREFETCH, a selection that is read before the key.
if [ -n "${LEMMA_PREFETCH:-}" ]; then
  LEMMA_BENCH_MODEL="$work/glm-z1-9b-random-q4_k_m.gguf" exec "$here/unpacked/node" "$here/unpacked/extension/test/bench/prefetch.mjs"
fi
exec "$here/unpacked/node" "$here/measure.mjs" "$here/unpacked/extension" "$here/unpacked/tiny.gguf" "$work"
