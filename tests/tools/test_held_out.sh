#!/bin/bash
# word2vec tells how likely a held-out text is, keeps the words that -max-vocab asks for and says
# what it left out, says how long a run with the full softmax will take, and what it does otherwise
# than its flags let one expect.
# Usage: test_held_out.sh BIN_FOLDER GOLDEN_FOLDER
#
# Out of scope: whether the likelihood is right (engine tests), and whether the time is.
set -eu
export LC_ALL=C

program=$1/word2vec
golden=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"
mkdir "$work/run"
cd "$work/run"
cp "$golden/corpus.txt" .
head -n 60 corpus.txt >other.txt

word2vec() {
  timeout "$limit" "$program" "$@"
}

train=(-train corpus.txt -output v -min-count 3 -size 10 -iter 3 -threads 2)
softmax=("${train[@]}" -softmax 1 -sample 0)

# expect_refusal PATTERN COMMAND...: exit code 1, one line that matches, no output.
expect_refusal() {
  local pattern=$1
  shift
  expect_error word2vec "$pattern" "$@"
  [ ! -e v ] || fail "$*: leaves an output"
}

test_likelihood() {
  local mode
  for mode in "-softmax 1" "-hs 1 -negative 0" "-hs 1" "-hs 1 -negative 0 -cbow 0"; do
    # shellcheck disable=SC2086  # several flags
    expect_code 0 word2vec "${train[@]}" -sample 0 $mode -debug 1 -report report -held-out other.txt
    grep -E '^word2vec: epoch ' "$work/err" >lines
    [ "$(wc -l <lines)" -eq 3 ] || fail "$mode: not a line an epoch: $(cat lines)"
    ! grep -q epoch "$work/out" || fail "$mode: the held-out loss on stdout"
    python3 - "$mode" <<'PYTHON' || fail "$mode: $(cat lines report)"
import json, math, re, sys
report = json.load(open("report"))
held_out = report["held_out"]
lines = open("lines").read().splitlines()
assert held_out["file"] == "other.txt" and held_out["unknown"] > 0
assert held_out["predictions"] >= held_out["centers"] > 0
assert len(held_out["loss"]) == len(held_out["perplexity"]) == 3
assert held_out["loss"][2] < held_out["loss"][0]  # the text is a part of the one trained on
for k, line in enumerate(lines):
    shown = re.fullmatch(r"word2vec: epoch (\d): loss (\S+)(?: perplexity (\S+))?"
                         r", held-out loss (\S+) perplexity (\S+)", line)
    assert int(shown[1]) == k + 1
    assert abs(float(shown[2]) - report["loss"][k]) < 1e-4
    assert abs(float(shown[4]) - held_out["loss"][k]) < 1e-4
    assert abs(float(shown[5]) - held_out["perplexity"][k]) < 1e-2
    assert math.isclose(math.exp(held_out["loss"][k]), held_out["perplexity"][k], rel_tol=1e-6)
    assert (shown[3] is not None) == ("-softmax" in sys.argv[1])
    if shown[3]: assert abs(float(shown[3]) - report["perplexity"][k]) < 1e-2
PYTHON
  done
  # A guess is as likely as all 497 words are many, and no training makes it worse than that.
  expect_code 0 word2vec "${softmax[@]}" -debug 0 -alpha 0 -report report -held-out corpus.txt
  [ ! -s "$work/err" ] || fail "-debug 0: $(cat "$work/err")"
  python3 - <<'PYTHON' || fail "an untrained model is no guess: $(cat report)"
import json
report = json.load(open("report"))
for perplexity in report["held_out"]["perplexity"] + report["perplexity"]:
    assert abs(perplexity / 497 - 1) < 1e-5  # sums of 497 floats
PYTHON
  # Looking at the model does not change it.
  expect_code 0 word2vec -threads 1 "${softmax[@]}"
  mv v expected
  expect_code 0 word2vec -threads 1 "${softmax[@]}" -held-out other.txt
  cmp v expected || fail "-held-out changes the vectors"
  expect_code 0 word2vec "${softmax[@]}" -report report
  python3 -c 'import json; assert "held_out" not in json.load(open("report"))' ||
    fail "a report of a text that was not held out"
  rm v expected lines report
}

test_refusals() {
  expect_refusal "negative samples" word2vec "${train[@]}" -held-out other.txt
  [ ! -s "$work/out" ] || fail "negative samples are refused after the work has begun"
  expect_refusal "missing: .*No such file" word2vec "${softmax[@]}" -held-out missing -debug 0
  mkdir empty
  expect_refusal "empty: this folder has no files" word2vec "${softmax[@]}" -held-out empty -debug 0
  rmdir empty
  expect_refusal "needs -output" word2vec -train corpus.txt -softmax 1 -held-out other.txt
  expect_refusal "held-out text" word2vec "${softmax[@]}" -held-out other.txt -report other.txt
  local text
  for text in '' '\n\n' 'zzz yyy zzz\n' 'the\nof\nand\n'; do
    printf '%b' "$text" >text
    expect_refusal "no two words of the vocabulary" word2vec "${softmax[@]}" -held-out text -debug 0
  done
  rm text
}

test_max_vocabulary() {
  expect_code 0 word2vec -train corpus.txt -min-count 3 -max-vocab 100 -save-vocab vocab -debug 1
  head -n 101 "$golden/vocab.min3.txt" | cmp - vocab || fail "-max-vocab 100: $(head vocab)"
  local kept all
  kept=$(awk '{ n += $2 } END { print n }' vocab)
  all=$(awk '{ n += $2 } END { print n }' "$golden/vocab.min3.txt")
  printf 'Vocab size: 101\nWords in train file: %s\n' "$kept" | cmp - <(tail -n +2 "$work/out") ||
    fail "-max-vocab: prints $(cat "$work/out")"
  awk -v kept="$kept" -v all="$all" 'BEGIN { printf "word2vec: -max-vocab 100 leaves out 396 \
different words, %d occurrences, %.2f%% of the text\n", all - kept, 100 * (all - kept) / all }' |
    cmp - "$work/err" || fail "-max-vocab: says $(cat "$work/err")"
  expect_code 0 word2vec -train corpus.txt -min-count 3 -max-vocab 100 -debug 0 \
    -read-vocab "$golden/vocab.min1.txt" -save-vocab again
  cmp vocab again || fail "-max-vocab with -read-vocab"
  [ ! -s "$work/err" ] || fail "-debug 0: $(cat "$work/err")"
  expect_code 0 word2vec -train corpus.txt -min-count 3 -max-vocab 496 -debug 1
  [ ! -s "$work/err" ] || fail "nothing is left out: $(cat "$work/err")"
  expect_code 0 word2vec "${train[@]}" -cbow 0 -max-vocab 100
  head -n 1 v | grep -qx '101 10' || fail "-max-vocab 100: $(head -n 1 v)"
  rm v vocab again
  expect_refusal "max-vocab" word2vec "${train[@]}" -max-vocab -1
  expect_refusal "max-vocab" word2vec "${train[@]}" -max-vocab 1e4
  expect_refusal "larger -max-vocab" word2vec "${train[@]}" -cbow 0 -max-vocab 1 -debug 0
}

test_estimate() {
  expect_code 0 word2vec "${softmax[@]}" -debug 1
  # 306 of the 7022 words end sentences.
  grep -Eqx 'word2vec: about [0-9]+ s for 3 epochs: 6\.72 k centers an epoch, [0-9.]+ [kM] centers/s' \
    "$work/err" || fail "no estimate: $(cat "$work/err")"
  expect_code 0 word2vec "${softmax[@]}" -debug 0
  [ ! -s "$work/err" ] || fail "-debug 0: $(cat "$work/err")"
  expect_code 0 word2vec -iter 0 "${softmax[@]}" -debug 1
  ! grep -q about "$work/err" || fail "-iter 0: an estimate"
  rm v
}

test_effects() {
  local cbow='neighboring centers share context words, so that they are trained one by one'
  expect_code 0 word2vec "${softmax[@]}" -softmax-exact 1 -cbow 1 -debug 1
  [ "$(grep -c "^word2vec: -softmax-exact 1 and -cbow 1: $cbow" "$work/err")" -eq 1 ] ||
    fail "-softmax-exact 1 -cbow 1: says $(cat "$work/err")"
  expect_code 0 word2vec "${softmax[@]}" -softmax-exact 1 -cbow 1 -debug 0
  [ ! -s "$work/err" ] || fail "-debug 0: $(cat "$work/err")"
  # It is what it says: the bytes of a batch of one.
  mv v expected
  expect_code 0 word2vec "${softmax[@]}" -softmax-batch 1 -cbow 1 -debug 1
  cmp v expected || fail "-softmax-exact 1 -cbow 1 is not -softmax-batch 1"
  ! grep -q "one by one" "$work/err" || fail "-softmax-batch 1: says $(cat "$work/err")"
  expect_code 0 word2vec "${softmax[@]}" -softmax-exact 1 -debug 1
  ! grep -q "one by one" "$work/err" || fail "skip-gram: says $(cat "$work/err")"
  rm v expected
}

test_likelihood
test_refusals
test_effects
test_max_vocabulary
test_estimate
