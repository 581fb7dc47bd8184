#!/bin/bash
# libhogvec.so exports the functions that its header declares, all of them and nothing else, and
# brings no allocator along.
#   test_exports.sh LIBHOGVEC HEADER
set -euo pipefail
library=$1
header=$2
fail() {
  printf 'test_exports: %s\n' "$*" >&2
  exit 1
}

# HOGVEC_0 is the version of all of them.
exported=$(nm -D --defined-only "$library" | awk '$2 != "A" { print $3 }' | sort)
declared=$(grep -oE '^[a-z].*\b(hogvec_[a-z0-9_]+)\(' "$header" | grep -v '^typedef' |
  sed -E 's/.*\b(hogvec_[a-z0-9_]+)\($/\1@@HOGVEC_0/' | sort)
(($(wc -l <<< "$declared") >= 20)) || fail "the header declares too little to be believed: $declared"
[[ $exported == "$declared" ]] ||
  fail "exported (>) is not what is declared (<): $(diff <(echo "$declared") <(echo "$exported"))"
needed=$(readelf -d "$library")
[[ $needed == *'Library soname: [libhogvec.so.0]'* ]] || fail "its name: $needed"
[[ $needed != *mimalloc* ]] || fail "it needs mimalloc: $needed"
