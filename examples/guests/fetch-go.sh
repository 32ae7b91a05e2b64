#!/usr/bin/env bash
# Brings Go 1.24 into a directory, and prints the GOROOT there.
#
#   fetch-go.sh DIRECTORY
#
# Bookworm's Go is too old. This takes one from Debian's trixie suite, with lists and archives of its
# own, so that the machine's apt set-up stays as it is. The binaries are static and run unpacked. A
# mirror has the newest version only: when that is another one, it is Debian's snapshot archive's turn.
set -euo pipefail

version=1.24.4-1
snapshot=http://snapshot.debian.org/archive/debian/20250815T000000Z
directory=${1:?usage: fetch-go.sh DIRECTORY}
goroot=$directory/usr/lib/go-1.24
complete=$directory/complete-$version # made last: this may be stopped while it unpacks
if [[ -e $complete ]]; then
  echo "$goroot"
  exit
fi

# The archive that the machine uses, in either of the two ways in which Debian writes it down.
archive() {
  awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources 2>/dev/null && return
  awk '/^deb / { for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) { print $i; exit } }' /etc/apt/sources.list 2>/dev/null
}

apt_files=$(mktemp -d)
trap 'rm -rf "$apt_files"' EXIT
mkdir -p "$apt_files"/{lists,cache/archives,none}/partial "$directory"
apt=(apt-get -q
  -o "Dir::Etc::sourcelist=$apt_files/sources.list" -o "Dir::Etc::sourceparts=$apt_files/none"
  -o "Dir::Etc::preferencesparts=$apt_files/none" -o "Dir::State::lists=$apt_files/lists"
  -o "Dir::Cache=$apt_files/cache" -o APT::Sandbox::User=root)

# download ARCHIVE OPTION...: asked in a condition, where bash does not stop at what fails.
download() {
  local uri=$1
  shift
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg $*] $uri trixie main" >"$apt_files/sources.list"
  "${apt[@]}" update >&2 &&
    (cd "$apt_files" && "${apt[@]}" download "golang-1.24-go=$version" "golang-1.24-src=$version" >&2)
}

uri=$(archive) || true
if [[ -z $uri ]] || ! download "$uri"; then
  echo "fetch-go.sh: Go $version is not at ${uri:-any mirror that this machine uses}, asking $snapshot" >&2
  if ! download "$snapshot" check-valid-until=no; then
    echo "fetch-go.sh: Go $version is not there either: set GO to a Go 1.24.4" >&2
    exit 2
  fi
fi
for package in "$apt_files"/*.deb; do
  dpkg -x "$package" "$directory"
done
touch "$complete"
echo "$goroot"
