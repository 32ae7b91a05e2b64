#!/usr/bin/env bash
# Rebuilds the benchmarks' own guests: the same C as c-digest behind Extism's interface, and one that waits.
# Needs Debian's clang-19, lld-19, wabt, wasi-libc and libclang-rt-19-dev-wasm32.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
c=../../../../examples/guests/src/main/guests/c
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for source in extism.c "$c/sha256.c"; do
  clang-19 --target=wasm32-wasi -O2 -std=c17 -Wall -Wextra -Wpedantic -Werror -I"$c" \
    -c "$source" -o "$work/$(basename "$source").o"
done
wasm-ld-19 -m wasm32 --no-entry --stack-first --strip-all -L/usr/lib/wasm32-wasi "$work"/*.o -lc \
  -o ../resources/io/millrace/benchmarks/extism-digest.wasm
wat2wasm host-wait.wat -o ../resources/io/millrace/benchmarks/host-wait.wasm
