#!/usr/bin/env bash
# Rebuilds the guest modules on Debian bookworm.
#
#   build.sh              builds all into a temporary directory and compares with the committed bytes
#   build.sh --update     builds all and installs the modules and SHA256SUMS
#   build.sh --installed  compares too, but installs nothing: what has no toolchain on this machine,
#                         or another version than TOOLCHAINS tells, is skipped, and named
#
# GO=/path/to/go builds with that Go instead of fetching one: the same bytes want Go 1.24.4.
# GOCACHE is used when set. Nothing outside the temporary directory is changed, except that
# missing Debian packages are installed when the script runs as root.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sources=$here/src/main/guests
installed=$here/src/main/resources/io/millrace/guests

llvm=19
builtins=/usr/lib/llvm-$llvm/lib/clang/$llvm/lib/wasi/libclang_rt.builtins-wasm32.a
libc=/usr/lib/wasm32-wasi

die() { echo "build.sh: $*" >&2; exit 2; }

update=false
fetch=true
case "$#:${1-}" in
  0:) ;;
  1:--update) update=true ;;
  1:--installed) fetch=false ;;
  *) die "usage: build.sh [--update | --installed]" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
built=$work/built
mkdir "$built"

# Installs Debian packages where the script may; answers whether it was to. The need_ functions are
# asked in conditions, where bash does not stop at what fails: so they have to die themselves.
need_packages() {
  $fetch || return 1
  [[ $(id -u) == 0 ]] || die "missing packages, install them or run as root: $*"
  [[ -e $work/apt-updated ]] || apt-get -q update >&2
  touch "$work/apt-updated"
  DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@" >&2 ||
    die "apt-get could not install: $*"
}

### C

need_c() {
  [[ -x $(command -v clang-$llvm) && -x $(command -v wasm-ld-$llvm) && -e $libc/crt1-reactor.o && -e $builtins ]] ||
    need_packages clang-$llvm lld-$llvm wasi-libc libclang-rt-$llvm-dev-wasm32
}

# build_c MODULE RESULT SOURCE...
# Linked by hand: clang's own link step runs any wasm-opt in PATH, which changes the bytes.
build_c() {
  local module=$1 result=$2 source objects=()
  shift 2
  mkdir "$work/$module"
  for source; do
    objects+=("$work/$module/$(basename "$source").o")
    clang-$llvm --target=wasm32-wasi -O2 -std=c17 -Wall -Wextra -Wpedantic -Werror "-DGUEST_RESULT=$result" \
      -c "$sources/$source.c" -o "${objects[-1]}"
  done
  wasm-ld-$llvm -m wasm32 --entry=_initialize --stack-first --strip-all -L"$libc" \
    "$libc/crt1-reactor.o" "${objects[@]}" -lc "$builtins" -o "$built/$module"
}

# build_c_shared MODULE SOURCE...
# Without a libc: Debian's is not built with atomics, and the linker refuses it.
build_c_shared() {
  local module=$1 source objects=() features=(-matomics -mbulk-memory -mmutable-globals)
  shift
  mkdir "$work/$module"
  for source; do
    objects+=("$work/$module/$(basename "$source").o")
    clang-$llvm --target=wasm32-wasi -O2 -std=c17 -Wall -Wextra -Wpedantic -Werror -Wno-unused-command-line-argument \
      -ffreestanding "${features[@]}" \
      -c "$sources/$source" -o "${objects[-1]}"
  done
  wasm-ld-$llvm -m wasm32 --no-entry --shared-memory --import-memory --initial-memory=1048576 \
    --max-memory=134217728 -z stack-size=65536 --stack-first --strip-all "${objects[@]}" -o "$built/$module"
}

kit=(c/{guest,basics,functions,sha256,hmac,base64url,json,jwt,wasi})
build_c_modules() {
  build_c c.wasm PACKED "${kit[@]}" c/platform_libc
  build_c c-prefixed.wasm PREFIXED "${kit[@]}" c/platform_libc c/flat
  build_c c-out-pointer.wasm OUT_POINTER "${kit[@]}" c/platform_libc
  build_c c-getters.wasm GETTERS "${kit[@]}" c/platform_libc
  build_c_shared c-shared.wasm "${kit[@]/%/.c}" c-shared/{platform_shared.c,memory.c,together.c,start.s}
  build_c c-digest.wasm PACKED c/{guest,basics,sha256,platform_libc} c-digest/sum
}

### Go

need_go() {
  if [[ ${GO-} ]]; then
    GO=$(command -v "$GO") || die "GO names no program"
    GO=$(realpath "$GO")
  elif $fetch; then
    GOROOT=$("$here/fetch-go.sh" "$work/go") || die "Go could not be fetched"
    export GOROOT
    GO=$GOROOT/bin/go
  else
    return 1
  fi
}

# No version-control stamp: it would change the bytes with each commit.
build_go() (
  cd "$sources/$1"
  export GOOS=wasip1 GOARCH=wasm GOWASM= GOEXPERIMENT= GODEBUG= CGO_ENABLED=0
  export GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=readonly GOENV=off GOWORK=off
  export GOPATH=$work/gopath GOCACHE=${GOCACHE:-$work/gocache}
  "$GO" build -buildmode=c-shared -buildvcs=false -trimpath -ldflags='-s -w' -o "$built/$1.wasm" .
)

build_go_modules() {
  build_go go
  build_go go-auth
}

### Rust

# Where Debian's packages put the crates that Cargo.lock names.
crates() {
  awk -F '"' -v at=/usr/share/cargo/registry \
    '/^name/ { name = $2 } /^version = "/ { version = $2 } /^source/ { print at "/" name "-" version }' \
    "$sources/rust/Cargo.lock"
}

# Debian's own: another cargo may come first in PATH, and have no wasm core.
need_rust() {
  [[ -x /usr/bin/cargo && -x /usr/bin/rustc && -x $(command -v wasm-ld-14) && -e $libc/crt1-reactor.o &&
    -d /usr/lib/rustlib/wasm32-wasi ]] && ls -d $(crates) >/dev/null 2>&1 ||
    need_packages cargo rustc libstd-rust-dev-wasm32 lld-14 wasi-libc librust-base64-dev librust-hmac-dev \
      librust-serde-json-dev librust-sha2-dev
}

# In a directory that has the same name everywhere: cargo hashes it into the names of symbols.
build_rust_modules() (
  export CARGO_HOME=$work/cargo CARGO_TARGET_DIR=$work/rust RUSTC=/usr/bin/rustc
  unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET
  cd "$sources/rust"
  /usr/bin/cargo build --quiet --release --offline --locked
  install -m 644 "$work/rust/wasm32-wasi/release/rust.wasm" "$built"
)

### AssemblyScript

need_assemblyscript() {
  [[ -x $(command -v node) && -x $(command -v npm) ]] || need_packages nodejs npm || return 1
  cp -r "$sources/assemblyscript" "$work"
  (cd "$work/assemblyscript" && timeout 180 npm ci --silent --no-audit --no-fund --cache "$work/npm" >&2) && return
  $fetch && die "npm could not bring the AssemblyScript compiler"
  return 1
}

build_assemblyscript_modules() (
  cd "$work/assemblyscript"
  node node_modules/assemblyscript/bin/asc.js index.ts --outFile "$built/assemblyscript.wasm"
)

### All

# identity TOOLCHAIN: what decides the bytes, in a line as TOOLCHAINS has it.
identity() {
  local packages=()
  case $1 in
    c) packages=(clang-$llvm lld-$llvm wasi-libc libclang-rt-$llvm-dev-wasm32) ;;
    rust)
      packages=(rustc libstd-rust-dev-wasm32 lld-14 wasi-libc $(dpkg -S $(crates) | cut -d : -f 1))
      ;;
    go)
      echo "go: $("$GO" version | cut -d ' ' -f 3)"
      return
      ;;
    assemblyscript)
      echo "assemblyscript: package-lock.json"
      return
      ;;
  esac
  echo "$1:$(dpkg-query -W -f ' ${Package} ${Version}' "${packages[@]}" 2>/dev/null)"
}

# changes TOOLCHAIN IDENTITY: how it differs from what TOOLCHAINS tells, in a line; nothing if it does not.
changes() {
  local known
  known=$(grep "^$1:" "$here/TOOLCHAINS")
  diff <(xargs -n 2 <<<"${known#*: }") <(xargs -n 2 <<<"${2#*: }") |
    sed -n 's/^< /TOOLCHAINS tells of /p; s/^> /here is /p' | paste -s -d ';' | sed 's/;/; /g'
}

identities=()
skipped=()
declare -A changed
# made TOOLCHAIN MODULE...
made() {
  local toolchain=$1 module change
  shift
  if ! "need_$toolchain"; then
    for module; do
      skipped+=("$module: SKIPPED: its toolchain is not here")
    done
    return
  fi
  identities+=("$(identity "$toolchain")")
  change=$(changes "$toolchain" "${identities[-1]}") || true # they differ
  for module; do
    if [[ $change ]] && ! $fetch; then
      skipped+=("$module: SKIPPED: $change")
    fi
    changed[$module]=$change
  done
  if [[ $change ]] && ! $fetch; then
    return
  fi
  echo "build.sh: $toolchain${change:+: $change}" >&2
  "build_${toolchain}_modules"
}

made c c.wasm c-prefixed.wasm c-out-pointer.wasm c-getters.wasm c-shared.wasm c-digest.wasm
made go go.wasm go-auth.wasm
made rust rust.wasm
made assemblyscript assemblyscript.wasm

cd "$built"
shopt -s nullglob
modules=(*.wasm)
if $update; then
  sha256sum "${modules[@]}" >SHA256SUMS
  rm -f "$installed"/*.wasm
  install -m 644 "${modules[@]}" SHA256SUMS "$installed"
  printf '%s\n' "${identities[@]}" >"$here/TOOLCHAINS"
  cat SHA256SUMS
  exit
fi

(cd "$installed" && sha256sum --check --quiet SHA256SUMS) || die "the committed modules are not those of SHA256SUMS"
different=false
for module in "${modules[@]}"; do
  if cmp -s "$module" "$installed/$module"; then
    echo "$module: identical"
  else
    echo "$module: DIFFERENT${changed[$module]:+, which may be due to the toolchain: ${changed[$module]}}"
    different=true
  fi
done
for line in "${skipped[@]}"; do
  echo "$line"
done
if $different; then
  exit 1
fi
if [[ ${#skipped[@]} -gt 0 ]]; then
  echo "${#modules[@]} modules identical, ${#skipped[@]} not rebuilt"
else
  echo "all modules identical"
fi
