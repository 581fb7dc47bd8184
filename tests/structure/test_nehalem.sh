#!/bin/bash
# One portable binary: it trains on a processor of 2008, which has no AVX, and a wrong HOGVEC_SIMD
# is a clear error.
#   test_nehalem.sh WORD2VEC
set -euo pipefail
word2vec=$1
emulator=$(command -v qemu-x86_64 || command -v qemu-x86_64-static) || {
  printf 'no qemu-x86_64 (Debian: qemu-user): skipped\n'
  exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  printf 'test_nehalem: %s\n' "$*" >&2
  exit 1
}

for _ in {1..50}; do
  printf 'the quick brown fox jumps over the lazy dog while the cat sleeps\n'
done > "$work/text"
flags=(-train "$work/text" -cbow 0 -min-count 1 -size 16 -iter 1 -threads 1)

env -u HOGVEC_SIMD "$emulator" -cpu Nehalem "$word2vec" "${flags[@]}" -output "$work/vectors" \
  -report "$work/report" 2> "$work/errors" || fail "exit $? on a Nehalem: $(cat "$work/errors")"
# 11 words and </s>.
[[ $(head -n 1 "$work/vectors") == '12 16' && $(wc -l < "$work/vectors") -eq 13 ]] ||
  fail "not 12 rows of 16: $(head -n 1 "$work/vectors")"
! grep -qiE 'nan|inf' "$work/vectors" || fail 'vectors are not numbers'
grep -qE '"kernel": *"sse2"' "$work/report" || fail "the kernel is not sse2: $(cat "$work/report")"

# An instruction set that the processor lacks must be refused, not tried.
for name in nonsense avx512bw; do
  status=0
  HOGVEC_SIMD=$name "$emulator" -cpu Nehalem "$word2vec" "${flags[@]}" -output "$work/none" \
    > /dev/null 2> "$work/errors" || status=$?
  [[ $status -eq 1 ]] || fail "HOGVEC_SIMD=$name: exit $status, not 1"
  grep -q sse2 "$work/errors" || fail "HOGVEC_SIMD=$name: no list of names: $(cat "$work/errors")"
  [[ ! -e $work/none ]] || fail "HOGVEC_SIMD=$name: wrote a file all the same"
done
