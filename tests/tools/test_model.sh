#!/bin/bash
# word2vec in a model file: what it begins, what goes on, what is refused, what is kept.
# Usage: test_model.sh BIN_FOLDER GOLDEN_FOLDER
#
# Out of scope: the format of the file (tests/io), how fast it is, runs that end at random moments
# (test_resume.sh).
set -eu
export LC_ALL=C

program=$1/word2vec
golden=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"
# shellcheck disable=SC2046  # several numbers
trap 'kill -s KILL $(jobs -p) 2>"$work/err" || true; rm -rf "$work"' EXIT
mkdir "$work/run"
cd "$work/run"
cp "$golden/corpus.txt" .

word2vec() {
  timeout "$limit" "$program" "$@"
}

# refused PATTERN COMMAND...: exit code 1, one line on stderr that matches, and ./m as it was.
refused() {
  local pattern=$1 before
  shift
  before=$(sha256sum m 2>"$work/none" || true)
  expect_error word2vec "$pattern" "$@"
  [ "$(sha256sum m 2>"$work/none" || true)" = "$before" ] || fail "$*: changes the model"
}

small=(-train corpus.txt -cbow 0 -size 8 -min-count 3 -threads 1 -debug 0 -binary 1)

# A run in a file trains what a run in memory does, and the file gives it again.
test_kept() {
  local mode
  for mode in "" "-hs 1 -negative 0" "-cbow 1 -hs 1" "-softmax 1"; do
    # shellcheck disable=SC2086  # several flags
    expect_code 0 word2vec $mode "${small[@]}" -iter 3 -output plain
    # shellcheck disable=SC2086
    expect_code 0 word2vec $mode "${small[@]}" -iter 3 -output v -model m
    cmp v plain || fail "'$mode' -model: other vectors"
    rm v
    expect_code 0 word2vec -resume m
    cmp v plain || fail "'$mode' -resume of what is trained to its end: other vectors"
    expect_code 0 word2vec -resume m -output other -binary 0 -iter 3 -train corpus.txt -size 8
    head -n 1 other | grep -qx '497 8' || fail "'$mode' -resume: -output is not what it is told"
    rm -f m m.epoch-* v plain other
  done
  # Without an output the model is all there is.
  expect_code 0 word2vec "${small[@]}" -iter 1 -model m
  [ "$(echo *)" = "corpus.txt m" ] || fail "-model alone leaves $(ls)"
  rm m
}

# The copies of epochs' ends, from which a run goes on as the whole one did.
test_epochs() {
  expect_code 0 word2vec "${small[@]}" -iter 5 -output v -model m
  [ "$(echo m*)" = "m m.epoch-4" ] || fail "-keep by default: $(echo m*)"
  cp v whole
  expect_code 0 word2vec "${small[@]}" -iter 5 -output v -model m -keep 2
  [ "$(echo m*)" = "m m.epoch-3 m.epoch-4" ] || fail "-keep 2: $(echo m*)"
  rm v
  expect_code 0 word2vec -resume m.epoch-3
  cmp v whole || fail "from the end of epoch 3: other vectors"
  rm m.epoch-*
  # Copies that who was killed has left behind go with the next that goes; another file stays.
  expect_code 0 word2vec "${small[@]}" -iter 5 -output v -model m -keep 4
  echo mine >m.epoch-1
  cp m.epoch-3 m
  expect_code 0 word2vec -resume m -keep 1
  [ "$(echo m*)" = "m m.epoch-1 m.epoch-4" ] || fail "-keep 1 after -keep 4: $(echo m*)"
  rm m m.epoch-*
  # One that has been gone on with is a model of its own.
  expect_code 0 word2vec "${small[@]}" -iter 5 -output v -model m -keep 3
  expect_code 0 word2vec -resume m.epoch-3 -output w
  cp m.epoch-2 m
  expect_code 0 word2vec -resume m -iter 6 -keep 1
  grep -q 'm.epoch-3: .*has been gone on with, and stays' "$work/err" || fail "says $(cat "$work/err")"
  [ "$(echo m*)" = "m m.epoch-2 m.epoch-3 m.epoch-3.epoch-4 m.epoch-5" ] ||
    fail "a copy that is gone on with: $(echo m*)"
  rm m m.epoch-* w
  expect_code 0 word2vec "${small[@]}" -iter 5 -output v -model m -keep 0
  [ "$(echo m*)" = m ] || fail "-keep 0: $(echo m*)"
  # A longer run goes on from where the shorter one ended.
  expect_code 0 word2vec -resume m -iter 7 -report report -debug 1
  grep -q 'alpha is that of a run of 7 epochs, not of 5' "$work/err" || fail "-iter 7: not told"
  [ "$(python3 -c 'import json; print(len(json.load(open("report"))["loss"]))')" = 7 ] ||
    fail "-iter 7: $(cat report)"
  ! cmp -s v whole || fail "-iter 7: the vectors of 5"
  refused '-iter was 7 and is 5; it may only be raised' word2vec -resume m -iter 5
  rm m v whole report
}

test_refusals() {
  expect_code 0 word2vec "${small[@]}" -iter 1 -output v -model m
  refused '-size was 8 and is 9' word2vec -resume m -size 9 -iter 2
  refused '-hs was 0 and is 1' word2vec -resume m -hs 1 -iter 2
  refused '-min-count was 3 and is 4' word2vec -resume m -min-count 4 -iter 2
  refused '-seed was 1 and is 2' word2vec -resume m -seed 2 -iter 2
  refused '-read-vocab was not given and is ' word2vec -resume m -read-vocab corpus.txt -iter 2
  refused '-resume and -model' word2vec -resume m -model other
  refused 'missing: .*No such file' word2vec -resume missing
  refused 'corpus.txt: .*not a model file' word2vec -resume corpus.txt
  head -n 100 corpus.txt >part
  refused 'is not the text that it was begun with' word2vec -resume m -train part -iter 2
  tac corpus.txt >part
  refused 'is not the text that it was begun with' word2vec -resume m -train part -iter 2
  refused 'm: this is the model' word2vec "${small[@]}" -output m -model m
  mkdir folder
  refused 'folder: ' word2vec "${small[@]}" -output v -model folder
  refused 'missing' word2vec "${small[@]}" -output v -model missing/m
  cp m cut
  truncate -s 5000 cut
  refused 'cut: ' word2vec -resume cut
  refused '-grow-vocab 1: needs -continue' word2vec "${small[@]}" -output v -grow-vocab 1
  local flag
  for flag in -model -resume -continue -init -init-context -output-context -report -held-out; do
    refused "$flag: the name of the file is empty" word2vec "${small[@]}" -output v $flag ''
  done
  refused '-checkpoint' word2vec "${small[@]}" -output v -model m -checkpoint 0

  # A file that is trained is nobody else's, but to look at.
  "$program" "${small[@]}" -iter 1000000 -keep 0 -output v -model n >"$work/out" 2>&1 &
  local pid=$!
  until [ -e n ]; do sleep 0.02; done
  refused 'n: .*train' word2vec -resume n
  refused 'n: .*train' word2vec "${small[@]}" -iter 1 -output v -model n
  refused 'n: holds a run that is not finished, or is trained' \
    word2vec "${small[@]}" -iter 1 -output n
  kill $pid
  wait $pid || true
  rm -r m n v part folder cut
}

# stop FLAG...: a long run that SIGTERM ends once it trains.
stop() {
  : >"$work/out"
  "$program" "${small[@]}" -debug 2 -iter 1000000 "$@" >"$work/out" 2>"$work/err" &
  local pid=$! code=0
  until grep -q Progress "$work/out"; do
    kill -0 $pid || fail "a long run ends: $(cat "$work/err")"
    sleep 0.02
  done
  kill $pid
  wait $pid || code=$?
  [ $code -eq 143 ] || fail "SIGTERM: exit code $code"
}

test_stops() {
  small=(-train corpus.txt -cbow 0 -size 8 -min-count 3 -threads 1 -binary 1)
  echo old >v
  stop -output v -model "a model" -keep 0
  grep -q "go on with: .*word2vec -resume 'a model'\$" "$work/err" || fail "says $(cat "$work/err")"
  [ "$(cat v)" = old ] || fail "-model: the output of a run that was stopped"
  stop -output v -model m -keep 0 -write-on-stop 1
  head -n 1 v | grep -aqx '497 8' || fail "-write-on-stop 1: no vectors"
  # Which no other output replaces, and no model.
  refused 'm: holds a run that is not finished' word2vec "${small[@]}" -iter 1 -output m
  refused 'm: holds a run that is not finished' word2vec "${small[@]}" -iter 1 -output w -report m
  refused 'm: holds a run that is not finished' word2vec "${small[@]}" -iter 1 -output w -model m
  cp m m.model
  expect_code 1 "$(dirname "$program")/convert" v -output m.model
  grep -q 'm.model: holds a run that is not finished' "$work/err" || fail "convert replaces a run"
  cmp m m.model || fail "convert replaces a run"
  rm m.model
  [ "$(echo *)" = "a model corpus.txt m v" ] || fail "refused outputs leave $(ls)"
  # A file of the run is not replaced by what it leaves.
  cp v w.partial
  stop -output w -init w.partial
  grep -q 'trained; begin again with' "$work/err" || fail "over an input: says $(cat "$work/err")"
  cmp v w.partial || fail "the vectors so far replace an input"
  rm w.partial
  stop -output w
  grep -q 'so far are in w.partial; begin again with: .*-train corpus.txt' "$work/err" ||
    fail "without a model: says $(cat "$work/err")"
  head -n 1 w.partial | grep -aqx '497 8' || fail "no partial vectors"
  stop -output w.gz
  python3 -c 'import gzip; assert gzip.open("w.gz.partial").readline() == b"497 8\n"' ||
    fail "the partial vectors of w.gz are not packed as it would be"
  rm w.gz.partial
  [ ! -e w ] || fail "an output of a run that was stopped"
  stop -output /dev/null
  grep -q 'trained; begin again with' "$work/err" || fail "to a device: says $(cat "$work/err")"
  [ "$(echo *)" = "a model corpus.txt m v w.partial" ] || fail "leaves $(ls)"
  rm "a model" m v w.partial
  small+=(-debug 0)
}

# What a run that was stopped says is a command that a shell can run, whatever the names are.
test_commands() {
  local train=$'it\'s a "text" $HOME `x` \\n' model=$'m\'s\n *\\' command
  local odd="$work/odd \$(names)"
  mkdir "$odd"
  ln -s "$program" "$odd/word2vec"
  cp corpus.txt "$train"
  local plain=$program before=("${small[@]}")
  program=$odd/word2vec
  small=(-train "$train" -cbow 0 -size 8 -min-count 3 -threads 1 -binary 1)
  stop -output v -model "$model" -keep 0
  command=$(sed -n 's/.*; go on with: //p' "$work/err")
  stop -output /dev/null -read-vocab ''
  sed -n 's/.*; begin again with: \(.*\) (with -model FILE a run can go on)$/\1/p' "$work/err" \
    >"$work/again"
  # In the program's place one that says what it is called with.
  rm "$odd/word2vec"
  printf '#!/bin/bash\nprintf "%%s\\0" "$@"\n' >"$odd/word2vec"
  chmod +x "$odd/word2vec"
  bash -c "$command" | cmp - <(printf '%s\0' -resume "$model") || fail "goes on with: $command"
  bash "$work/again" | cmp - <(printf '%s\0' "${small[@]}" -debug 2 -iter 1000000 -output /dev/null \
    -read-vocab '') || fail "begins again with: $(cat "$work/again")"
  program=$plain
  rm -r "$odd" "$train" "$model"
  small=("${before[@]}")
}

# Values that grow beyond all use: the output stays, and the last good epoch can go on.
test_divergence() {
  echo old >v
  expect_code 1 word2vec "${small[@]}" -iter 3 -alpha 1000 -output v -model m
  [ "$(cat v)" = old ] || fail "divergence: the old output is gone"
  refused 'beyond all use' word2vec -resume m
  rm m v
  # Rows of a length that one more epoch brings over the bound.
  expect_code 0 word2vec "${small[@]}" -iter 2 -output v -model m
  expect_code 1 word2vec -resume m -iter 3 -alpha 1e6 -keep 1
  refused 'beyond all use' word2vec -resume m -alpha 0.01
  expect_code 0 word2vec "${small[@]}" -iter 1 -output v -model m.other
  rm -f m m.* v
}

# New runs from old vectors.
test_beginnings() {
  expect_code 0 word2vec "${small[@]}" -iter 2 -output v -output-context c -model m
  sha256sum m >before
  expect_code 0 word2vec "${small[@]}" -iter 0 -continue m -output w -output-context d -model n
  cmp w v || fail "-continue: does not begin with the vectors"
  cmp d c || fail "-continue: does not begin with the context vectors"
  sha256sum --status -c before || fail "-continue: the old model has changed"
  head -n 150 corpus.txt >new
  printf 'brandnew %.0s' 1 2 3 4 5 >>new
  echo >>new
  expect_code 0 word2vec -train new -cbow 0 -size 8 -min-count 3 -threads 1 -iter 0 -continue m \
    -binary 1 -output w -debug 1
  cmp w v || fail "-continue with a new text: other words or vectors"
  grep -Eq -- '-continue m: [1-9][0-9]* words of the text are not in it' "$work/err" ||
    fail "-continue: says $(cat "$work/err")"
  expect_code 0 word2vec -train new -cbow 0 -size 8 -min-count 3 -threads 1 -iter 1 -continue m \
    -grow-vocab 1 -hs 1 -output w -save-vocab vocab -debug 1
  grep -Eq 'grow-vocab 1: [1-9][0-9]* words are new' "$work/err" || fail "-grow-vocab: $(cat "$work/err")"
  head -n 497 vocab | cut -d ' ' -f 1 | cmp - <(cut -d ' ' -f 1 "$golden/vocab.min3.txt") ||
    fail "-grow-vocab: the old words are not where they were"
  grep -qx 'brandnew 5' vocab || fail "-grow-vocab: no brandnew"
  refused 'vectors of 8 values cannot begin a run of 9; use -size 8' \
    word2vec -size 9 -train new -cbow 0 -threads 1 -debug 0 -iter 0 -continue m -output w
  expect_code 0 word2vec -train new -cbow 0 -threads 1 -debug 0 -iter 0 -continue m -output w
  head -n 1 w | grep -qx '497 8' || fail "-continue without -size: $(head -n 1 w)"
  local source
  for source in v m; do
    expect_code 0 word2vec "${small[@]}" -seed 2 -iter 0 -init $source -init-context c -output w \
      -output-context d
    cmp w v || fail "-init $source: does not begin with the vectors"
    cmp d c || fail "-init-context: does not begin with them"
  done
  rm m n v c w d new before vocab
}

# Words that are locked keep their lines in the output, also in a run that goes on; others change.
test_locked() {
  local run=(-train corpus.txt -cbow 0 -size 8 -min-count 3 -threads 1 -debug 1)
  expect_code 0 word2vec "${run[@]}" -output v -iter 1
  sed -n '3p;5p;9p' v | cut -d ' ' -f 1 >list
  { printf 'unknown\n\n'; cat list; } | sed 's/$/ 17/' >with_counts
  same_lines() { # same_lines A B: the words whose lines are the same
    grep -Fxf "$1" "$2" | cut -d ' ' -f 1 | grep -vx -e 497 -e '</s>'
  }
  expect_code 0 word2vec "${run[@]}" -iter 3 -init v -locked with_counts -output w -model m
  grep -q -- '-locked with_counts: 3 of 4 words keep their vectors$' "$work/err" || fail "$(cat "$work/err")"
  same_lines v w | cmp - list || fail "-locked: others stay: $(same_lines v w)"
  expect_code 0 word2vec -resume m -iter 5 -output w
  same_lines v w | cmp - list || fail "-locked, -resume: others stay"
  # The model knows the words: the list may go, or come from elsewhere; others are refused.
  rm with_counts
  expect_code 0 word2vec -resume m -iter 6 -output w
  same_lines v w | cmp - list || fail "-locked, -resume without the list: others stay"
  expect_code 0 word2vec -resume m -iter 7 -output w -locked - <list
  head -n 1 list >fewer
  refused '-locked fewer: has other words than the run was begun with' \
    word2vec -resume m -iter 8 -locked fewer -debug 0
  refused '-output list: this is the list of locked words' word2vec "${run[@]}" -locked list -output list
  refused '-model list: this is the list of locked words' \
    word2vec "${run[@]}" -locked list -output w -model list
  expect_code 0 word2vec "${run[@]}" -locked list -output w
  grep -q -- 'warning: -locked list: 3 of these words have no vector in -init' "$work/err" ||
    fail "$(cat "$work/err")"
  echo unknown >list
  refused '-locked list: none of its 1 words is in the vocabulary' word2vec "${run[@]}" -locked list -output w
  refused 'missing: cannot be opened' word2vec "${run[@]}" -locked missing -output w
  rm v w m list fewer
}

test_kept
test_locked
test_epochs
test_refusals
test_stops
test_commands
test_divergence
test_beginnings
