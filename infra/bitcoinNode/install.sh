#!/usr/bin/env bash
# Puts a real Bitcoin node for the tests into a folder of its own: Debian sid's bitcoin-knots with
# all libraries it needs, unpacked beside the system, which stays as it is. Safe to repeat: a node
# that runs is kept. The last line printed is the path of its launcher.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: infra/bitcoinNode/install.sh [FOLDER]

  FOLDER   where the node goes, or is already (default: mini-smart-grid/bitcoinNode in
           $XDG_CACHE_HOME, or else in .cache of this checkout)

Needed: Debian with apt, and a mirror of Debian among its sources; root is not. Then, for the tests:

  BITCOIND=$(infra/bitcoinNode/install.sh | tail -n 1) npm test -- tests/bitcoin
TEXT
}

package=bitcoin-knots
suite=sid
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
downloadRetryCount=3
workDirectory=''
unpacked=''

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

cleanUp() {
  if [ -n "$workDirectory" ]; then rm -rf "$workDirectory"; fi
  if [ -n "$unpacked" ]; then rm -rf "$unpacked"; fi
}
trap cleanUp EXIT

needTools() {
  local tool
  for tool in apt-get apt-config dpkg-deb; do
    command -v "$tool" >/dev/null || fail "$tool is not there: this script needs Debian."
  done
  [ -r "$keyring" ] || fail "$keyring is not there: apt-get install debian-archive-keyring"
}

# The mirror that the system itself gets its release from.
findMirror() {
  local release mirror
  # shellcheck source=/dev/null
  release=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016 # apt-get puts the values in.
  mirror=$(
    apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
      awk -v release="$release" '$1 == release && $2 == "main" && !uri { uri = $3 } END { print uri }'
  )
  [ -n "$mirror" ] || fail "No source of apt has ${release:-this release of Debian} main: see /etc/apt."
  printf '%s' "$mirror"
}

# An apt with sources, lists and cache of its own, to which nothing is installed yet: so it brings
# every library, and never the system's.
prepareApt() {
  local mirror
  mirror=$(findMirror)
  workDirectory=$(mktemp -d "${TMPDIR:-/tmp}/bitcoinNode.XXXXXX")
  # As root, apt downloads as the user _apt, who has to get in.
  chmod 755 "$workDirectory"
  mkdir -p "$workDirectory"/{sources,lists/partial,cache/archives/partial}
  : >"$workDirectory/status"
  cat >"$workDirectory/sources/$suite.sources" <<TEXT
Types: deb
URIs: $mirror
Suites: $suite
Components: main
Signed-By: $keyring
TEXT
  cat >"$workDirectory/apt.conf" <<TEXT
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$workDirectory/sources";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State::Lists "$workDirectory/lists";
Dir::State::Status "$workDirectory/status";
Dir::State::Extended_States "$workDirectory/extendedStates";
Dir::Cache "$workDirectory/cache";
Acquire::Retries "$downloadRetryCount";
APT::Update::Error-Mode "any";
Acquire::AllowInsecureRepositories "false";
APT::Get::AllowUnauthenticated "false";
TEXT
}

privateApt() { APT_CONFIG="$workDirectory/apt.conf" apt-get --quiet --yes "$@" >&2; }

download() {
  privateApt update || fail "The list of Debian $suite could not be read or checked."
  privateApt install --download-only --no-install-recommends "$package" ||
    fail "$package of Debian $suite could not be downloaded."
}

# $1: folder. Sid's own loader and libraries run the program: the system's may be too old for it.
writeLauncher() {
  local loader name
  loader=$(find "$1/usr" -name 'ld-linux*.so.*' -print -quit)
  [ -n "$loader" ] || fail 'The C library that was downloaded has no loader.'
  [ -x "$1/usr/bin/bitcoind" ] || fail "$package has no usr/bin/bitcoind."
  name=$(basename "$loader")
  cat >"$1/bitcoind" <<TEXT
#!/bin/sh
here=\$(dirname "\$(readlink -f "\$0")")
libraries=\$(dirname "\$here"/usr/lib/*/$name)
exec "\$libraries/$name" --library-path "\$libraries" "\$here/usr/bin/bitcoind" "\$@"
TEXT
  chmod 755 "$1/bitcoind"
}

runs() { [ -x "$1/bitcoind" ] && "$1/bitcoind" -version >/dev/null 2>&1; }

# $1: folder. It is there when it is whole, or not at all.
unpack() {
  local archive
  mkdir -p "$(dirname "$1")"
  unpacked=$(mktemp -d "$1.XXXXXX")
  chmod 755 "$unpacked"
  for archive in "$workDirectory"/cache/archives/*.deb; do dpkg-deb --extract "$archive" "$unpacked"; done
  writeLauncher "$unpacked"
  runs "$unpacked" || fail "$package was unpacked, and does not run: $("$unpacked/bitcoind" -version 2>&1)"
  mv --no-target-directory "$unpacked" "$1"
  unpacked=''
}

case ${1:-} in
  --help) usage && exit ;;
  -*) usage >&2 && exit 2 ;;
esac
checkout=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
cache=${XDG_CACHE_HOME:-$checkout/.cache}
folder=$(realpath --canonicalize-missing "${1:-$cache/mini-smart-grid/bitcoinNode}")
if ! runs "$folder"; then
  [ ! -e "$folder" ] || fail "$folder is there, without a node that runs: delete it, or name another."
  needTools
  prepareApt
  download
  unpack "$folder"
fi
"$folder/bitcoind" -version | head -n 1
printf '%s\n' "$folder/bitcoind"
