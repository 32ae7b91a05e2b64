#!/usr/bin/env bash
# Rebuilds the benchmarks' own guests: c-digest and one function more, the same C behind Extism's interface, and one
# that waits. Needs Debian's clang-19, lld-19, wabt, wasi-libc and libclang-rt-19-dev-wasm32.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
c=../../../../examples/guests/src/main/guests/c
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
resources=../resources/io/millrace/benchmarks
libc=/usr/lib/wasm32-wasi
builtins=/usr/lib/llvm-19/lib/clang/19/lib/wasi/libclang_rt.builtins-wasm32.a
for source in extism.c peers.c "$c"/{sha256,guest,basics,platform_libc}.c; do
  clang-19 --target=wasm32-wasi -O2 -std=c17 -Wall -Wextra -Wpedantic -Werror -I"$c" \
    -c "$source" -o "$work/$(basename "$source" .c).o"
done
cd "$work"
wasm-ld-19 -m wasm32 --no-entry --stack-first --strip-all -L"$libc" extism.o sha256.o -lc -o extism-digest.wasm
# linked as examples/guests/build.sh links c-digest
wasm-ld-19 -m wasm32 --entry=_initialize --stack-first --strip-all -L"$libc" \
  "$libc/crt1-reactor.o" guest.o basics.o sha256.o platform_libc.o peers.o -lc "$builtins" -o peers-digest.wasm
cd - >/dev/null
install -m 644 "$work"/*-digest.wasm "$resources"
wat2wasm host-wait.wat -o "$resources/host-wait.wasm"
