#!/bin/sh
# Builds llama.cpp's CUDA kernels for this machine's card from the packed source, and puts them into the packed libraries:
# sh cuda.sh FOLDER. Needs nvcc, CMake and cuBLAS, which may be that of a Python package; no network. Does nothing the second time.
set -eu
folder=$(cd "$1" && pwd)
pack="$folder/cuda/node_modules/@node-llama-cpp/linux-x64-cuda/bins/linux-x64-cuda"
[ -e "$pack/libggml-cuda.so" ] && exit 0
find_file() {
  find / -path /proc -prune -o -name "$1" -print 2>/dev/null | head -1
}
cublas=$(find_file 'libcublas.so.1?')
headers=$(find_file cublas_v2.h)
cudart=$(find_file 'libcudart.so.1?')
driver=$(find_file libcuda.so.1)
echo "cuBLAS: $cublas, $headers; runtime: $cudart; driver: $driver"
# The engine looks for them by their names, and the kernels for them beside themselves.
for each in "$cublas" "$(dirname "$cublas")/$(basename "$cublas" | sed s/cublas/cublasLt/)" "$cudart"; do ln -sf "$each" "$pack/"; done
ln -sf "$driver" "$pack/libcuda.so.1"
mkdir -p "$folder/ggml"
tar -xf "$folder/ggml.tar" -C "$folder/ggml"
# It is made into the package's description, which nobody needs here.
touch "$folder/ggml/ggml/ggml.pc.in"
card=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader | head -1 | tr -d .)
begun=$(date +%s)
cmake -S "$folder/ggml/ggml" -B "$folder/ggml/build" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON -DGGML_BACKEND_DL=ON \
  -DGGML_NATIVE=OFF -DGGML_CPU=OFF -DGGML_BUILD_TESTS=OFF -DGGML_BUILD_EXAMPLES=OFF -DGGML_CUDA=ON -DGGML_CUDA_NCCL=OFF \
  -DCMAKE_CUDA_ARCHITECTURES="$card-real" -DCMAKE_CUDA_FLAGS="-I$(dirname "$headers")" -DCMAKE_CXX_FLAGS="-I$(dirname "$headers")" \
  -DCUDA_cublas_LIBRARY="$cublas" -DCUDA_cuda_driver_LIBRARY="$driver"
cmake --build "$folder/ggml/build" --target ggml-cuda -j "$(nproc)"
cp "$(find "$folder/ggml/build" -name libggml-cuda.so)" "$pack/"
echo "CUDA kernels for $card: $(($(date +%s) - begun)) s"
