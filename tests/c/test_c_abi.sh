#!/bin/bash
# test_c_abi with the files that it needs: a model, and its vectors in a file of their own.
#   test_c_abi.sh BIN_FOLDER
set -euo pipefail
bin=$1
# shellcheck source=tests/tools/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../tools/lib.sh"

for _ in {1..50}; do
  printf 'the quick brown fox jumps over the lazy dog while the cat sleeps\n'
done > "$work/text"
expect_code 0 "$bin/word2vec" -train "$work/text" -model "$work/model" -output "$work/vectors" -binary 1 \
  -cbow 0 -min-count 1 -size 10 -iter 1 -threads 1
"$bin/test_c_abi" "$work" "$work/model" "$work/vectors"
