#!/usr/bin/env bash
# Brings Go 1.24 into a directory, and prints the GOROOT there.
#
#   fetch-go.sh DIRECTORY
#
# Bookworm's Go is too old. This takes one from Debian's trixie suite, with lists and archives of its
# own, so that the machine's apt set-up stays as it is. The binaries are static and run unpacked.
set -euo pipefail

version=1.24.4-1
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
uri=$(archive) || true
if [[ -z $uri ]]; then
  echo "fetch-go.sh: found no archive in debian.sources or sources.list, set GO to a Go 1.24.4" >&2
  exit 2
fi
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri trixie main" >"$apt_files/sources.list"
apt=(apt-get -q
  -o "Dir::Etc::sourcelist=$apt_files/sources.list" -o "Dir::Etc::sourceparts=$apt_files/none"
  -o "Dir::Etc::preferencesparts=$apt_files/none" -o "Dir::State::lists=$apt_files/lists"
  -o "Dir::Cache=$apt_files/cache" -o APT::Sandbox::User=root)
"${apt[@]}" update >&2
(cd "$apt_files" && "${apt[@]}" download "golang-1.24-go=$version" "golang-1.24-src=$version" >&2)
for package in "$apt_files"/*.deb; do
  dpkg -x "$package" "$directory"
done
touch "$complete"
echo "$goroot"
