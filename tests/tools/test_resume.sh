#!/bin/bash
# Runs of word2vec that are stopped, killed, or lose their machine, at random moments: resume.py, a
# round for each mode.
# Usage: test_resume.sh BIN_FOLDER GOLDEN_FOLDER stopped|killed|crashed
set -eu
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"

# Eight chunks, or three where a build is slow.
for ((k = 0; k < (slowdown == 1 ? 12 : 5); ++k)); do cat "$2/corpus.txt"; done >"$work/text"
seed=$RANDOM
python3 "$here/resume.py" "$3" "$1/word2vec" "$work/text" 1 $seed >"$work/out" 2>&1 ||
  fail "$3, seed $seed: $(cat "$work/out")"
