# Shared by tools/dev and tools/setup/*.sh: where things are, messages, stamps. Sourced, never run.
# shellcheck shell=bash

FISCUS_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
FISCUS_CACHE=${FISCUS_CACHE:-/var/tmp/fiscus-$(id -u)}
FISCUS_VENV=$FISCUS_CACHE/venv
FISCUS_GOOGLEAPIS=$FISCUS_CACHE/googleapis
FISCUS_KAFKA_LIBS=$FISCUS_CACHE/kafka/libs
FISCUS_PRESET=${FISCUS_PRESET:-dev}
FISCUS_BUILD=${FISCUS_BUILD:-$FISCUS_ROOT/build/$FISCUS_PRESET}
export FISCUS_ROOT FISCUS_CACHE FISCUS_VENV FISCUS_GOOGLEAPIS FISCUS_KAFKA_LIBS FISCUS_BUILD FISCUS_PRESET

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# The cache must be ours: /var/tmp is open to all, and we run programs from there.
make_cache() {
  (umask 022 && mkdir -p "$FISCUS_CACHE") || die "cannot make $FISCUS_CACHE: set FISCUS_CACHE to a directory of yours"
  [ -O "$FISCUS_CACHE" ] || die "$FISCUS_CACHE belongs to somebody else: set FISCUS_CACHE to a directory of yours"
  mkdir -p "$FISCUS_CACHE/stamps"
}

# fresh NAME FILE...: true if the stamp NAME was made from the present content of the files.
fresh() {
  local name=$1
  shift
  [ "$(cat "$FISCUS_CACHE/stamps/$name" 2>/dev/null)" = "$(cat "$@" | sha256sum)" ]
}

# stamp NAME FILE...: remembers the content of the files.
stamp() {
  local name=$1
  shift
  cat "$@" | sha256sum >"$FISCUS_CACHE/stamps/$name"
}
