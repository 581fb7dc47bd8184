#!/bin/bash
# gensim and fastText read our vectors, we read theirs, and all find the same neighbors.
# Usage: test_interop.sh BIN_FOLDER GOLDEN_FOLDER gensim|fasttext
# Exits 77 where the other tool is not installed.
set -eu
export PYTHONDONTWRITEBYTECODE=1

bin=$1
golden=$2
other=$3
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"

python=python3
case $other in
  gensim)
    # Debian's gensim belongs to Debian's Python, which may not be the first.
    "$python" -c 'import gensim' 2>"$work/err" || python=/usr/bin/python3
    "$python" -c 'import gensim' 2>"$work/err" || { echo "no gensim: skipped"; exit 77; } ;;
  fasttext) command -v fasttext >"$work/out" || { echo "no fasttext: skipped"; exit 77; } ;;
esac

# A word that is cut, of letters of two bytes that begin at odd places, and the words of the corpus.
{
  cat "$golden/corpus.txt"
  for _ in 1 2 3; do printf 'x%s in\n' "$(printf 'ä%.0s' {1..60})"; done
} >"$work/text"
train=("$bin/word2vec" -train "$work/text" -cbow 0 -size 20 -min-count 3 -threads 1 -debug 0)
"${train[@]}" -output "$work/vectors.txt" >"$work/out"
"${train[@]}" -output "$work/vectors.bin" -binary 1 >"$work/out"

timeout $((2 * limit)) "$python" "$here/interop_$other.py" "$bin/distance" "$work" ||
  fail "$other and our programs do not agree: see above"
