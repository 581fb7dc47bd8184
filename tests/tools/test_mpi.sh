#!/bin/bash
# word2vec-mpi: the same run on any number of ranks, which here are processes of one machine.
# Usage: test_mpi.sh BIN_FOLDER GOLDEN_FOLDER MPIRUN
#
# Out of scope: how good the vectors are (engine/cluster/README.md has the table), how fast it is.
set -eu
export LC_ALL=C

bin=$1
golden=$2
mpirun=$3
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"
# shellcheck disable=SC2046  # several numbers
trap 'kill -s KILL $(jobs -p) 2>"$work/none" || true; rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir "$work/run"
cd "$work/run"
cp "$golden/corpus.txt" .
for ((k = 0; k < 12; ++k)); do cat corpus.txt; done >long.txt  # eight chunks of words

# On one machine, as root too, with more ranks than cores, and without ssh.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_plm=isolated OMPI_MCA_btl=self,vader OMPI_MCA_btl_vader_single_copy_mechanism=none
export OMPI_MCA_orte_base_help_aggregate=1

# on RANKS FLAG...: word2vec-mpi.
on() {
  local ranks=$1
  shift
  timeout "$limit" "$mpirun" -n "$ranks" "$bin/word2vec-mpi" "$@"
}
word2vec() {
  timeout "$limit" "$bin/word2vec" "$@"
}

# refused PATTERN COMMAND...: ends with a code that is not 0, and one line of ours on stderr.
refused() {
  local pattern=$1 code=0
  shift
  "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
  [ "$code" -ne 0 ] && [ "$code" -ne 124 ] || fail "exit code $code: $* ($(cat "$work/err"))"
  [ "$(grep -c '^word2vec' "$work/err")" -eq 1 ] || fail "not one line: $*: $(cat "$work/err")"
  grep -Eq "^word2vec(-mpi)?: .*$pattern" "$work/err" || fail "$*: says $(cat "$work/err")"
}

small=(-min-count 3 -size 8 -threads 1 -debug 0 -binary 1)

# One rank is word2vec, byte for byte.
test_one() {
  local mode
  for mode in "-cbow 0" "-cbow 1" "-hs 1 -negative 0" "-softmax 1"; do
    # shellcheck disable=SC2086  # several flags
    expect_code 0 word2vec $mode "${small[@]}" -train long.txt -iter 2 -output v
    # shellcheck disable=SC2086
    expect_code 0 on 1 $mode "${small[@]}" -train long.txt -iter 2 -output w
    cmp v w || fail "'$mode': one rank trains other vectors"
  done
  expect_code 0 on 1 -cbow 0 "${small[@]}" -train long.txt -iter 2 -output w -model m
  expect_code 0 word2vec -cbow 0 "${small[@]}" -train long.txt -iter 2 -output v
  cmp v w || fail "one rank, with a model: other vectors"
  rm m m.epoch-1 v w
}

# Words, counts and their order, whatever the number of ranks and however the text comes.
test_vocabulary() {
  local ranks least
  gzip -c corpus.txt >corpus.txt.gz
  for ranks in 1 2 3 4 8; do
    for least in 1 3; do
      expect_code 0 on $ranks -train corpus.txt -save-vocab v -min-count $least -threads 1
      cmp v "$golden/vocab.min$least.txt" || fail "$ranks ranks, -min-count $least: other words"
    done
    expect_code 0 on $ranks -train corpus.txt.gz -save-vocab v -min-count 3 -threads 2
    cmp v "$golden/vocab.min3.txt" || fail "$ranks ranks, compressed: other words"
  done
  expect_code 0 on 2 -train - -save-vocab v -min-count 3 -threads 1 <corpus.txt
  cmp v "$golden/vocab.min3.txt" || fail "from standard input: other words"
  # A file a rank, cut in the middle of lines.
  split -n 3 -d -a 1 corpus.txt part-
  word2vec -train part-0 part-1 part-2 -save-vocab expected -min-count 3
  expect_code 0 on 3 -train part-%r -save-vocab v -min-count 3 -threads 1
  cmp v expected || fail "a file a rank: other words"
  # What is said is said once.
  expect_code 0 on 3 -train corpus.txt -save-vocab v -min-count 3 -threads 1 -debug 2 -unknown 1
  [ "$(grep -c 'Vocab size: 497' "$work/out")" -eq 1 ] || fail "says: $(cat "$work/out")"
  [ "$(grep -c 'unknown flag -unknown' "$work/err")" -eq 1 ] || fail "says: $(cat "$work/err")"
  rm part-? expected corpus.txt.gz v
}

# Ranks of any number train the words of all, and the model file is of one run.
test_training() {
  local ranks mode
  expect_code 0 word2vec "${small[@]}" -train long.txt -iter 0 -output one
  for ranks in 2 3 4; do
    for mode in "-cbow 0" "-cbow 1" "-hs 1 -negative 0" "-hs 1"; do
      # shellcheck disable=SC2086
      expect_code 0 on $ranks $mode "${small[@]}" -train long.txt -iter 2 -output v -report r
      python3 - "$bin" $ranks <<'END' || fail "$ranks ranks, '$mode': $(cat r)"
import json, sys
report = json.load(open("r"))
assert report["ranks"] == int(sys.argv[2]), "ranks"
exchange = report["exchange"]
assert exchange["exchanges"] >= 1 and exchange["rows"] > 0 and exchange["bytes"] > 0
assert 0 <= exchange["waiting"] and report["words_raw"] > 0
assert len(report["loss"]) == 2 and report["loss"][1] < report["loss"][0]
END
      [ "$(head -n 1 v)" = "$(head -n 1 one)" ] || fail "$ranks ranks: $(head -n 1 v)"
    done
  done
  # The first rank's page and log are of all of them.
  expect_code 0 on 3 "${small[@]}" -train long.txt -iter 3 -output v -report r -page page -log log
  PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 python3 - <<'END' || fail "a page of three ranks"
from run_page import *
report, run, lines = json.load(open("r")), page("page"), log("log")
assert run["state"] == "finished" and run["machine"]["ranks"] == lines[0]["ranks"] == 3
assert run["words"] == report["words_raw"] == run["curve"]["words"][-1] == lines[-1]["step"]
assert [row["loss"] for row in run["epochs"]] == report["loss"]
assert all(len(word["looks"]) == 3 for word in run["watched"])
END
  rm v r one page log
}

# The full softmax has the same bytes on any number of ranks, and in a model file.
test_softmax() {
  local ranks mode
  local softmax=(-softmax 1 -size 12 -min-count 3 -sample 1e-3 -debug 0 -binary 1 -threads 1)
  for mode in "" "-softmax-exact 1" "-cbow 1"; do
    # shellcheck disable=SC2086
    expect_code 0 word2vec $mode "${softmax[@]}" -train corpus.txt -iter 1 -output v -output-context c
    for ranks in 2 3 4; do
      # shellcheck disable=SC2086
      expect_code 0 on $ranks $mode "${softmax[@]}" -train corpus.txt -iter 1 -output w -output-context d
      cmp v w || fail "'$mode', $ranks ranks: other vectors"
      cmp c d || fail "'$mode', $ranks ranks: other output vectors"
    done
  done
  expect_code 0 word2vec "${softmax[@]}" -train corpus.txt -iter 3 -output v
  expect_code 0 on 3 "${softmax[@]}" -train corpus.txt -iter 3 -output w -model m -keep 2
  cmp v w || fail "3 ranks, with a model: other vectors"
  expect_code 0 on 2 -resume m.epoch-1 -output w
  cmp v w || fail "2 ranks go on after 3: other vectors"
  expect_code 0 word2vec -resume m.epoch-2 -output w
  cmp v w || fail "word2vec goes on after 3 ranks: other vectors"
  expect_code 0 on 2 "${softmax[@]}" -train corpus.txt -iter 3 -output w -held-out corpus.txt -report r
  grep -q '"perplexity"' r || fail "no held-out perplexity: $(cat r)"
  refused 'hogwild' on 2 "${softmax[@]}" -train corpus.txt -output w -softmax-threads hogwild
  rm -f m* v w c d r
}

# Epochs' ends are kept, and gone on from with another number of ranks, or with none of MPI.
test_resume() {
  expect_code 0 on 3 -cbow 0 "${small[@]}" -train long.txt -iter 4 -model m -keep 3 -output v
  [ "$(echo m*)" = "m m.epoch-1 m.epoch-2 m.epoch-3" ] || fail "-keep 3: $(echo m*)"
  cp v whole
  expect_code 0 word2vec -resume m
  cmp v whole || fail "the model has other vectors than the run has written"
  expect_code 0 on 2 -resume m.epoch-2 -output w
  expect_code 0 word2vec -resume m.epoch-1 -output x
  expect_code 0 "$bin/convert" -info m.epoch-2
  grep -q 'trained to the end\|finished' "$work/out" || fail "convert -info: $(cat "$work/out")"
  refused 'not the text' on 2 -resume m.epoch-3 -train corpus.txt
  rm m* v w x whole
}

# stopped COMMAND...: runs it for a second, with stderr in $work/err, and stops it by a signal to the
# job.
stopped() {
  local job code=0
  "$@" >"$work/out" 2>"$work/err" &
  job=$!
  sleep 1
  while ! [ -e m ]; do sleep 0.05; done
  kill -s TERM $job || fail "has ended by itself: $* ($(cat "$work/err"))"
  wait $job || code=$?
  [ $code -ne 0 ] || fail "a run that was stopped ends with code 0: $*"
  while pgrep -P $job >/dev/null; do sleep 0.05; done
}

# A signal to the job stops all ranks, and what they have trained is in the model.
test_stop() {
  local ranks
  stopped "$mpirun" -n 3 "$bin/word2vec-mpi" -cbow 0 "${small[@]}" -train long.txt -iter 100000 \
    -model m
  grep -q 'go on with: .*-resume m' "$work/err" || fail "says: $(cat "$work/err")"
  expect_code 0 "$bin/convert" -info m
  for ranks in 2 4; do
    stopped "$mpirun" -n $ranks "$bin/word2vec-mpi" -resume m -debug 0
    expect_code 0 "$bin/convert" -info m
  done
  rm -f m*
}

# A rank that is killed ends the job soon, and the model goes on with another number of ranks.
# HOGVEC_TEST_KILLS: how often (3).
test_kill() {
  local job rank pid begin round
  for ((round = 1; round <= ${HOGVEC_TEST_KILLS:-3}; ++round)); do
    rm -f m*
    "$mpirun" -n 3 "$bin/word2vec-mpi" -cbow 0 "${small[@]}" -train long.txt -iter 300 -model m \
      -keep 0 -checkpoint 0.1 >"$work/out" 2>"$work/err" &
    job=$!
    while ! [ -e m ]; do sleep 0.05; done
    sleep 0.$((RANDOM % 10))
    rank=$((RANDOM % 3))
    pid=$(pgrep -P $job | sed -n "$((rank + 1))p")
    [ -n "$pid" ] || fail "the run is too short: $(cat "$work/err")"
    kill -s KILL "$pid"
    begin=$SECONDS
    wait $job && fail "the job of a rank that was killed ends with code 0"
    [ $((SECONDS - begin)) -le $((10 * slowdown)) ] ||
      fail "the job goes on for $((SECONDS - begin)) s when rank $rank has been killed"
    expect_code 0 "$bin/convert" -info m
    expect_code 0 on $((1 + (round - 1) * 3 % 7)) -resume m -output v -debug 0
  done
  rm -f m* v
}

# What goes wrong is told once, by whom it has happened to, and nothing is left.
test_refused() {
  local last rank code
  refused 'rank 1: was given -size 9, and the first rank -size 8' \
    timeout "$limit" "$mpirun" -n 1 "$bin/word2vec-mpi" "${small[@]}" -train corpus.txt -output v : \
    -n 1 "$bin/word2vec-mpi" -min-count 3 -size 9 -threads 1 -debug 0 -binary 1 -train corpus.txt -output v
  cp corpus.txt part-0
  refused 'rank 1: part-1: ' on 2 "${small[@]}" -train part-%r -output v
  refused 'no-such' on 2 "${small[@]}" -train no-such -output v
  refused 'want a whole number' on 3 -size x -train corpus.txt -output v
  refused 'exchange-words' on 2 "${small[@]}" -train corpus.txt -output v -exchange-words 5 -exchange-seconds 1
  refused 'folder' on 2 "${small[@]}" -train corpus.txt -output no/such/folder/v
  printf 'a' >few.txt
  refused 'fewer than two words' on 2 "${small[@]}" -train few.txt -output v
  [ ! -e v ] || fail "a refused run leaves its output"
  # A full disk, of the first rank's.
  refused '/dev/full: ' on 2 "${small[@]}" -train corpus.txt -output /dev/full
  # Started as one of several by who does not tell MPI.
  for rank in 0 2; do
    code=0
    SLURM_PROCID=$rank SLURM_STEP_NUM_TASKS=3 timeout "$limit" "$bin/word2vec-mpi" "${small[@]}" \
      -train corpus.txt -output v 2>"$work/err" || code=$?
    [ "$code" -eq 1 ] || fail "rank $rank, which MPI does not know of: exit code $code"
    [ "$rank" -ne 0 ] || grep -q 'MPI does not know of the 3 processes' "$work/err" ||
      fail "rank 0, which MPI does not know of: $(cat "$work/err")"
    [ ! -e v ] || fail "rank $rank, which MPI does not know of, writes the output"
  done
  expect_code 0 on 3 --help
  [ "$(grep -c '^Usage' "$work/out")" -eq 1 ] || fail "--help: $(cat "$work/out")"
  rm part-0 few.txt
}

for test in "${@:4}"; do "test_$test"; done
