#!/usr/bin/env bash
# Rebuilds the guest modules on Debian bookworm.
#
#   build.sh            builds into a temporary directory and compares with the committed bytes
#   build.sh --update   builds and installs the modules and SHA256SUMS
#
# GO=/path/to/go builds with that Go instead of fetching one: the same bytes want Go 1.24.4.
# GOCACHE is used when set. Nothing outside the temporary directory is changed, except that
# missing C packages are installed when the script runs as root.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sources=$here/src/main/guests
installed=$here/src/main/resources/io/millrace/guests
modules=(c-digest.wasm go-auth.wasm)

go_version=1.24.4-1
llvm=19
builtins=/usr/lib/llvm-$llvm/lib/clang/$llvm/lib/wasi/libclang_rt.builtins-wasm32.a
libc=/usr/lib/wasm32-wasi

die() { echo "build.sh: $*" >&2; exit 2; }

case "$#:${1-}" in
  0:) update=false ;;
  1:--update) update=true ;;
  *) die "usage: build.sh [--update]" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
built=$work/built
mkdir "$built"

need_c() {
  [[ -x $(command -v clang-$llvm) && -x $(command -v wasm-ld-$llvm) && -e $libc/crt1-reactor.o && -e $builtins ]] && return
  local packages="clang-$llvm lld-$llvm wasi-libc libclang-rt-$llvm-dev-wasm32"
  [[ $(id -u) == 0 ]] || die "missing packages, install them or run as root: $packages"
  apt-get -q update >&2
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $packages >&2
}

# Bookworm's Go is too old. This takes one from the trixie suite, with lists and archives of its
# own, so that the machine's apt set-up stays as it is. The binaries are static and run unpacked.
need_go() {
  if [[ ${GO-} ]]; then
    GO=$(command -v "$GO") || die "GO names no program"
    GO=$(realpath "$GO")
    return
  fi
  local apt_files=$work/apt uri
  mkdir -p "$apt_files"/{lists,cache/archives,none}/partial
  uri=$(awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources 2>/dev/null) || true
  [[ $uri ]] || die "found no archive in debian.sources, set GO to a Go 1.24.4"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri trixie main" >"$apt_files/sources.list"
  local apt=(apt-get -q
    -o "Dir::Etc::sourcelist=$apt_files/sources.list" -o "Dir::Etc::sourceparts=$apt_files/none"
    -o "Dir::Etc::preferencesparts=$apt_files/none" -o "Dir::State::lists=$apt_files/lists"
    -o "Dir::Cache=$apt_files/cache" -o APT::Sandbox::User=root)
  "${apt[@]}" update >&2
  (cd "$apt_files" && "${apt[@]}" download "golang-1.24-go=$go_version" "golang-1.24-src=$go_version" >&2)
  local package
  for package in "$apt_files"/*.deb; do
    dpkg -x "$package" "$work/go"
  done
  export GOROOT=$work/go/usr/lib/go-1.24
  GO=$GOROOT/bin/go
}

# Linked by hand: clang's own link step runs any wasm-opt in PATH, which changes the bytes.
build_c_digest() {
  local name objects=()
  for name in digest sha256; do
    clang-$llvm --target=wasm32-wasi -O2 -std=c17 -Wall -Wextra -Wpedantic -Werror \
      -c "$sources/c-digest/$name.c" -o "$work/$name.o"
    objects+=("$work/$name.o")
  done
  wasm-ld-$llvm -m wasm32 --entry=_initialize --stack-first --strip-all -L"$libc" \
    "$libc/crt1-reactor.o" "${objects[@]}" -lc "$builtins" -o "$built/c-digest.wasm"
}

# No version-control stamp: it would change the bytes with each commit.
build_go_auth() (
  cd "$sources/go-auth"
  export GOOS=wasip1 GOARCH=wasm GOWASM= GOEXPERIMENT= GODEBUG= CGO_ENABLED=0
  export GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=readonly GOENV=off GOWORK=off
  export GOPATH=$work/gopath GOCACHE=${GOCACHE:-$work/gocache}
  "$GO" build -buildmode=c-shared -buildvcs=false -trimpath -ldflags='-s -w' -o "$built/go-auth.wasm" .
)

need_c
need_go
go_found=$("$GO" version) || die "cannot run $GO"
echo "clang $(clang-$llvm -dumpversion), $go_found"
build_c_digest
build_go_auth
(cd "$built" && sha256sum "${modules[@]}" >SHA256SUMS)

if $update; then
  mkdir -p "$installed"
  (cd "$built" && install -m 644 "${modules[@]}" SHA256SUMS "$installed")
  cat "$installed/SHA256SUMS"
  exit
fi

different=false
for file in "${modules[@]}" SHA256SUMS; do
  if cmp -s "$built/$file" "$installed/$file"; then
    echo "$file: identical"
  else
    echo "$file: DIFFERENT"
    different=true
  fi
done
if $different; then
  exit 1
fi
echo "all modules identical"
