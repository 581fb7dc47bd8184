#!/bin/bash
# word2vec keeps the reference's files and words, refuses what cannot be before it works, and leaves
# whole files or none, whatever happens to it.
# Usage: test_word2vec.sh BIN_FOLDER GOLDEN_FOLDER
#
# Out of scope: how good the vectors are, and how fast they come.
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
words_min3=7022 # "Words in train file" of vocab.stdout.txt

word2vec() {
  timeout "$limit" "$program" "$@"
}

vectors() {
  python3 "$here/vectors.py" "$@"
}

# expect_output TEXT WHAT: stdout was TEXT; $(...) would drop its last newlines.
expect_output() {
  printf '%s' "$1" | cmp - "$work/out" || fail "$2: prints $(cat "$work/out")"
}

folder_state() {
  find . -printf '%p %i %m %s %T@\n' | grep -v '^\. ' | sort
}

# expect_refusal STDOUT PATTERN COMMAND...: exit code 1, that on stdout, one line that matches on
# stderr, and no file made or changed.
expect_refusal() {
  local stdout=$1 pattern=$2 before
  shift 2
  before=$(folder_state)
  expect_error word2vec "$pattern" "$@"
  expect_output "$stdout" "$*"
  [ "$(folder_state)" = "$before" ] || fail "changes files: $*: $(folder_state)"
}

# Training in a tenth of a second, and everything that is not under test left away.
small=(-train corpus.txt -cbow 0 -size 8 -min-count 3 -iter 1 -threads 1 -debug 0)
started=$'Starting training using file corpus.txt\n'
counted=$started$'Vocab size: 497\nWords in train file: 7022\n'

test_vocabulary() {
  local count
  for count in 1 3; do
    # The reference's default is CBOW, which does not matter as long as nothing is trained.
    expect_code 0 word2vec -train corpus.txt -min-count $count -save-vocab vocab -debug 1
    cmp vocab "$golden/vocab.min$count.txt" || fail "the vocabulary of -min-count $count"
    [ ! -s "$work/err" ] || fail "-save-vocab: $(cat "$work/err")"
  done
  cmp "$work/out" "$golden/vocab.stdout.txt" || fail "stdout of a vocabulary"
  expect_code 0 word2vec -train corpus.txt -min-count 3 -debug 1 -threads 3
  expect_output "$counted" "a vocabulary that is not saved"
  expect_code 0 word2vec -train corpus.txt -min-count 3 -debug 0 -hs 1 -classes 5
  expect_output "$started" "-debug 0"

  expect_code 0 word2vec -train corpus.txt -read-vocab vocab -min-count 1 -save-vocab again
  cmp again "$golden/vocab.min3.txt" || fail "-read-vocab, -save-vocab: not the same bytes"
  expect_code 0 word2vec -train corpus.txt -read-vocab "$golden/vocab.min1.txt" -min-count 3 \
    -save-vocab vocab
  cmp vocab "$golden/vocab.min3.txt" || fail "-min-count after -read-vocab"
  expect_code 0 word2vec -train corpus.txt -read-vocab vocab -min-count 3 -save-vocab vocab
  cmp vocab "$golden/vocab.min3.txt" || fail "-save-vocab in the place of -read-vocab"
  rm vocab again
}

test_vectors() {
  expect_code 0 word2vec "${small[@]}" -output text -output-context context.text
  expect_output "$started" "training with -debug 0"
  [ ! -s "$work/err" ] || fail "training with -debug 0: $(cat "$work/err")"
  expect_code 0 word2vec "${small[@]}" -output binary -output-context context -binary 1
  vectors text binary | cmp - text || fail "text vectors are not the binary ones"
  vectors text context | cmp - context.text || fail "text context is not the binary one"
  ! cmp -s binary context || fail "-output-context: the input vectors"
  cut -d ' ' -f 1 text | tail -n +2 >"$work/words"
  cut -d ' ' -f 1 "$golden/vocab.min3.txt" | cmp - "$work/words" || fail "the order of the words"
  head -n 1 text | grep -qx '497 8' || fail "the header: $(head -n 1 text)"

  expect_code 0 word2vec "${small[@]}" -output again -output-context context.again -binary 1
  cmp again binary || fail "one thread and one seed: other bytes"
  cmp context.again context || fail "one thread and one seed: other bytes of the context"
  expect_code 0 env LC_ALL=de_DE.UTF-8 timeout "$limit" "$program" "${small[@]}" -output again
  cmp again text || fail "the user's locale changes the vectors"
  expect_code 0 word2vec "${small[@]}" -seed 2 -output again -binary 1
  ! cmp -s again binary || fail "-seed 2: the bytes of -seed 1"

  local seed size
  for seed in 1 7; do
    for size in 1 8 50; do
      expect_code 0 word2vec -train corpus.txt -cbow 0 -min-count 3 -iter 0 -seed $seed -binary 1 \
        -size $size -output binary -output-context context
      vectors initial binary $seed || fail "-iter 0 -seed $seed -size $size: not the initial values"
      vectors zero context || fail "-iter 0: the context is not zero"
    done
  done
  rm text binary context context.text again context.again
}

# Every mode that the reference has, as its flags name it, learns: the last epoch's loss is below
# that of a model which stays as it is. (Not below the first epoch's: a text this short is a chunk an
# epoch, and the worker that has the first may be the last to get a core.)
test_modes() {
  local mode run
  for mode in "" "-cbow 0" "-hs 1" "-hs 1 -negative 0" "-cbow 0 -hs 1" "-cbow 0 -hs 1 -negative 0" \
    "-cbow-gradient paper" "-noise-rows 9 -block 3" "-softmax 1"; do
    run=(-train corpus.txt -output v -min-count 3 -sample 0 -size 8 -debug 0 -threads 2)
    # shellcheck disable=SC2206  # several flags
    run+=($mode)
    expect_code 0 word2vec "${run[@]}" -iter 1 -alpha 0 -report untrained
    expect_code 0 word2vec "${run[@]}" -iter 4 -report report
    python3 - "$mode" <<'PROGRAM' || fail "the mode '$mode' does not learn"
import json, sys
report = json.load(open("report"))
mode = sys.argv[1].split()
settings = report["settings"]
cbow = "-softmax" not in mode and ("-cbow" not in mode)
assert settings["cbow"] == cbow, settings
assert settings["alpha"] == (0.05 if cbow else 0.025), settings
untrained, = json.load(open("untrained"))["loss"]
# What is drawn moves it by less than 0.3 %; -hs 1 -negative 0, the slowest, falls by 1.5 %.
assert report["loss"][-1] < 0.995 * untrained, (untrained, report["loss"])
PROGRAM
  done
  rm v report untrained
}

test_classes() {
  local classes
  # More classes than words leave the rest empty.
  for classes in 1 5 1000000; do
    expect_code 0 word2vec "${small[@]}" -classes $classes -output out -output-context context
    expect_output "$started" "-classes $classes"
    cut -d ' ' -f 1 out | cmp - <(cut -d ' ' -f 1 "$golden/vocab.min3.txt") ||
      fail "-classes $classes: other words"
    awk -v most=$classes 'NF != 2 || $2 !~ /^[0-9]+$/ || $2 >= most { exit 1 }' out ||
      fail "-classes $classes: $(head -n 3 out)"
    head -n 1 context | grep -qx '497 8' || fail "-classes $classes: -output-context has no vectors"
  done
  [ "$(cut -d ' ' -f 2 out | sort -u | wc -l)" -gt 100 ] || fail "-classes 1000000: few classes"
  expect_code 0 word2vec "${small[@]}" -classes 5 -output out
  [ "$(cut -d ' ' -f 2 out | sort -u | tr '\n' ' ')" = "0 1 2 3 4 " ] || fail "-classes 5: not five"
  expect_code 0 word2vec "${small[@]}" -classes 5 -binary 1 -output again
  cmp again out || fail "-classes with -binary 1: not the same text"
  expect_code 0 word2vec -iter 0 -threads 3 "${small[@]}" -classes 5 -output out
  expect_code 0 word2vec -iter 0 "${small[@]}" -classes 5 -output again
  cmp again out || fail "-classes: other classes with three threads"
  rm out again context
}

test_screen() {
  expect_code 0 word2vec -train corpus.txt -cbow 0 -min-count 3 -output v
  head -n 3 "$work/out" | cmp - "$golden/vocab.stdout.txt" || fail "the first lines of stdout"
  tail -n +4 "$work/out" >"$work/progress"
  [ "$(wc -l <"$work/progress")" -eq 0 ] || fail "a newline behind the progress"
  tr '\r' '\n' <"$work/progress" | tail -n +2 | grep -q . || fail "no progress"
  ! tr '\r' '\n' <"$work/progress" | tail -n +2 | grep -Evx \
    'Alpha: 0\.[0-9]{6}  Progress: [0-9]+\.[0-9]{2}%  Words/thread/sec: [0-9]+\.[0-9]{2}k  ' ||
    fail "the format of the progress"
  # Where the threads work, and what they take, and that the text is too short for them.
  [ "$(wc -l <"$work/err")" -eq 3 ] && grep -q "chunk of words for 12 threads: 7 have nothing to do$" "$work/err" ||
    fail "training: says $(cat "$work/err")"
  grep -Eq '^word2vec: memory: [0-9]+ MiB' "$work/err" || fail "the memory is not told"
  grep -Eq '^word2vec: placement: [0-9]+ cores?, ' "$work/err" || fail "the placement is not told"

  expect_code 0 word2vec
  head -n 1 "$work/out" | grep -qx 'WORD VECTOR estimation toolkit v 0.1c' || fail "no usage"
  [ -z "$(tail -n 1 "$work/out")" ] || fail "the usage does not end with a blank line"
  cp "$work/out" "$work/usage"
  expect_code 0 word2vec --help
  cmp "$work/out" "$work/usage" || fail "--help is not the usage"
  expect_code 0 word2vec --version
  grep -Eqx 'word2vec .*[0-9]+\.[0-9]+\.[0-9]+' "$work/out" || fail "no version"

  expect_code 0 word2vec -mincount 3 -colour green stray "${small[@]}" -size 9 -output v
  printf 'word2vec: warning: %s\n' \
    'the unknown flag -mincount is ignored; did you mean -min-count?' \
    'the unknown flag -colour is ignored' 'the word stray is ignored' \
    '-size stands twice; the first counts' |
    cmp - "$work/err" || fail "warnings: $(cat "$work/err")"
  head -n 1 v | grep -qx '497 8' || fail "-size twice: the first does not count"
  # The reference's rule: the value of a flag is the next word, whatever that is.
  expect_code 0 word2vec -debug 0 -train corpus.txt -cbow 0 -output -alpha 0.01
  [ -s ./-alpha ] || fail "-output -alpha: no such file"

  rm v ./-alpha
}

# Values that grow beyond all use end the run, and no file takes the place of an old one.
test_divergence() {
  local flags run=(-train corpus.txt -size 8 -min-count 3 -iter 5 -debug 0 -output v)
  echo old >v
  for flags in "-cbow 0 -alpha 1e30" "-cbow 0 -alpha 1000" "-alpha 1e6" "-cbow 0 -hs 1 -alpha 1e6" \
    "-cbow 0 -threads 3 -alpha 1e6"; do
    # shellcheck disable=SC2086  # several flags
    expect_refusal "$started" 'in epoch [1-5], at alpha [0-9.e+]+: .*use a smaller -alpha' \
      word2vec $flags "${run[@]}"
  done
  # A row that is too long is named.
  expect_code 1 word2vec -cbow 0 -alpha 1000 -threads 1 "${run[@]}"
  grep -q 'the vector of ".*" has grown beyond a length of 1000' "$work/err" ||
    fail "no word in: $(cat "$work/err")"
  [ "$(cat v)" = old ] || fail "divergence: the old file is gone"
  rm v
}

test_settings() {
  local settings
  for settings in "-size 0" "-size -5" "-size 1e2" "-size 10x" "-size 0x10" "-size +-5" \
    "-size 99999999999999999999" "-window -1" "-window 5000" "-window 1.5" "-threads -1" \
    "-threads 100000" "-sample nan" "-sample -1" "-sample 1e-3x" "-alpha inf" "-alpha abc" \
    "-alpha 1e999" "-iter -1" "-iter 9223372036854775807" "-min-count -1" "-min-count many" \
    "-negative -1" "-negative 100000" "-block 0" "-block 65" "-softmax 1 -softmax-batch 0" \
    "-softmax 1 -softmax-batch 4097" "-max-word 0" "-max-word 65537" "-seed 1.5" "-debug x" \
    "-classes -1" \
    "-classes 1000001" "-binary yes" "-cbow true"; do
    # shellcheck disable=SC2086  # several words
    expect_refusal "" "" word2vec $settings -train corpus.txt -output new -cbow 0
  done
  for settings in -size -window -threads -sample -alpha -iter -min-count -negative -seed; do
    expect_refusal "" "$settings " \
      word2vec -train corpus.txt -output new -cbow 0 $settings "" -debug 0
  done
  expect_refusal "" "" word2vec -train corpus.txt -threads 100000
  expect_refusal "" "-size" word2vec -train corpus.txt -output new -cbow 0 -size $'1\n2'

  local train=(-train corpus.txt -output new)
  expect_refusal "" "-softmax 1 and -negative" word2vec "${train[@]}" -softmax 1 -negative 5
  expect_refusal "" "-softmax 1 and -hs" word2vec "${train[@]}" -softmax 1 -hs 1
  expect_refusal "" "-softmax-exact 1 and -softmax-threads hogwild" \
    word2vec "${train[@]}" -softmax 1 -softmax-exact 1 -softmax-threads hogwild -threads 2
  expect_refusal "" "-softmax-exact 1: needs -softmax 1" word2vec "${train[@]}" -softmax-exact 1
  expect_refusal "" "-model -: a model is no stream" word2vec "${train[@]}" -model -
  expect_refusal "" "-softmax-precision bf16: needs -softmax 1" \
    word2vec "${train[@]}" -softmax-precision bf16
  expect_refusal "" "-softmax-precision bf16 and -softmax-exact 1" \
    word2vec "${train[@]}" -softmax 1 -softmax-exact 1 -softmax-precision bf16
  expect_refusal "" "-softmax-precision fp8: want" word2vec "${train[@]}" -softmax 1 -softmax-precision fp8
  expect_refusal "" "-pin 1 and -domains" word2vec "${train[@]}" -pin 1 -domains 2
  expect_refusal "" "-pin 2" word2vec "${train[@]}" -pin 2
  expect_refusal "" "-domains -1" word2vec "${train[@]}" -domains -1
  expect_refusal "" "HOGVEC_DOMAINS=two" env HOGVEC_DOMAINS=two "$program" "${train[@]}"
  expect_refusal "" "-softmax-threads none" word2vec "${train[@]}" -softmax 1 -softmax-threads none
  expect_refusal "" "-cbow-gradient half" word2vec "${train[@]}" -cbow-gradient half
  expect_refusal "" "-output-context.*-hs 1" \
    word2vec "${train[@]}" -hs 1 -negative 0 -output-context context
  expect_refusal "" "-negative 0" word2vec "${train[@]}" -cbow 0 -negative 0
  expect_refusal "" "-output-context" word2vec -train corpus.txt -output-context new
  expect_refusal "" "HOGVEC_SIMD" env HOGVEC_SIMD=nonsense "$program" "${train[@]}" -cbow 0

  local flag
  for flag in -train -output -size -report -softmax; do
    expect_code 1 word2vec -cbow 0 $flag
    expect_output "Argument missing for $flag"$'\n' "$flag without a value"
    [ ! -s "$work/err" ] || fail "$flag without a value: $(cat "$work/err")"
  done
}

test_inputs() {
  local missing=$'ERROR: training data file not found!\n' train=(-output new -cbow 0 -debug 1)
  expect_refusal "$started"$'Vocabulary file not found\n' "missing: .*No such file" \
    word2vec "${train[@]}" -train corpus.txt -read-vocab missing
  local text
  mkdir folder
  for text in missing folder corpus.txt/x ""; do
    expect_refusal "Starting training using file $text"$'\n'"$missing" "$text" \
      word2vec "${train[@]}" -train "$text"
  done
  expect_refusal $'Starting training using file \n'"$missing" "-train" word2vec "${train[@]}"
  expect_refusal $'Starting training using file a\nb\n'"$missing" "a.b" \
    word2vec "${train[@]}" -train $'a\nb'
  cp corpus.txt secret
  chmod 000 secret
  if [ ! -r secret ]; then # root may read it
    expect_refusal $'Starting training using file secret\n'"$missing" "Permission denied" \
      word2vec "${train[@]}" -train secret
  fi

  printf '</s> 5\nword\n' >garbage
  expect_refusal "$started" "garbage: line 2" \
    word2vec "${train[@]}" -train corpus.txt -read-vocab garbage
  : >empty
  expect_refusal "$started" "empty: " word2vec "${train[@]}" -train corpus.txt -read-vocab empty
  printf '\n\n\n' >newlines
  printf 'one one one\n' >one
  expect_refusal $'Starting training using file empty\nVocab size: 1\nWords in train file: 0\n' \
    "fewer than two words" word2vec "${train[@]}" -train empty
  expect_refusal $'Starting training using file newlines\nVocab size: 1\nWords in train file: 3\n' \
    "fewer than two words" word2vec "${train[@]}" -train newlines
  expect_refusal $'Starting training using file one\nVocab size: 2\nWords in train file: 4\n' \
    "fewer than two words" word2vec "${train[@]}" -train one -min-count 1
  expect_refusal "$started"$'Vocab size: 1\nWords in train file: 306\n' \
    "fewer than two words" word2vec "${train[@]}" -train corpus.txt -min-count 100000
  expect_refusal $'Starting training using file one\nVocab size: 497\nWords in train file: 7022\n' \
    "fewer than two words" \
    word2vec "${train[@]}" -train one -read-vocab "$golden/vocab.min3.txt" -min-count 3

  local size
  for size in 100000000 4611686018427387904 9223372036854775807; do
    expect_refusal "$counted"$'Memory allocation failed\n' "smaller" \
      word2vec "${train[@]}" -train corpus.txt -min-count 3 -size $size
  done
  rm -r folder secret garbage empty newlines one
}

test_outputs() {
  local flag
  mkdir folder
  ln -s corpus.txt link
  ln corpus.txt hardlink
  ln -s ../nowhere/file dangling
  for flag in -output -output-context -save-vocab -report; do
    local run=(word2vec "$flag")
    local rest=("${small[@]}")
    [ $flag = -output ] || rest+=(-output new)
    expect_refusal "" "folder missing" "${run[@]}" missing/new "${rest[@]}"
    expect_refusal "" "nowhere" "${run[@]}" dangling "${rest[@]}"
    expect_refusal "" "is a directory" "${run[@]}" folder "${rest[@]}"
    expect_refusal "" "Not a directory" "${run[@]}" corpus.txt/new "${rest[@]}"
    expect_refusal "" "training text" "${run[@]}" corpus.txt "${rest[@]}"
    expect_refusal "" "training text" "${run[@]}" ./corpus.txt "${rest[@]}"
    expect_refusal "" "training text" "${run[@]}" "$PWD/link" "${rest[@]}"
    expect_refusal "" "training text" "${run[@]}" hardlink "${rest[@]}"
  done
  ln -s new other
  for flag in -output-context -save-vocab -report; do
    expect_refusal "" "-output and $flag are the same file" \
      word2vec "${small[@]}" -output new $flag new
    expect_refusal "" "same file" word2vec "${small[@]}" -output new $flag ./folder/../new
    expect_refusal "" "same file" word2vec "${small[@]}" -output new $flag other
  done
  rm -r folder link hardlink dangling other

  # A full disk: /dev/full while writing, and a limit on the size of a file. The old file stays.
  expect_refusal "$started" "/dev/full: .*No space left" word2vec "${small[@]}" -output /dev/full
  echo old >new
  expect_refusal "$started" "new: .*File too large" \
    bash -c 'ulimit -f 4; exec "$@"' bash "$program" "${small[@]}" -output new
  rm new

  expect_code 0 word2vec "${small[@]}" -output expected
  # A link is followed, and a file keeps its mode.
  mkdir folder
  echo old >folder/target
  chmod 640 folder/target
  ln -s folder/target link
  expect_code 0 word2vec "${small[@]}" -output link
  [ -L link ] || fail "-output LINK: the link is gone"
  cmp folder/target expected || fail "-output LINK: not in its target"
  [ "$(stat -c %a folder/target)" = 640 ] || fail "-output: the mode is not kept"
  rm -r folder link
  (umask 027 && word2vec "${small[@]}" -output mode >"$work/out")
  [ "$(stat -c %a mode)" = 640 ] || fail "-output: the mode of a new file is not what umask leaves"
  rm mode

  local name=$'two words\xff\n\xc3'
  expect_code 0 word2vec "${small[@]}" -output "$name" -report report
  cmp "$name" expected || fail "-output with odd bytes in its name"
  python3 -m json.tool report "$work/json" || fail "-report: no JSON with odd bytes in a name"
  rm "$name" report

  # Devices, pipes and closed streams.
  expect_code 0 word2vec "${small[@]}" -output /dev/null -output-context /dev/null
  word2vec "${small[@]}" -output /dev/stdout 2>/dev/null | cmp - expected || fail "/dev/stdout"
  word2vec "${small[@]}" -output - 2>/dev/null | cmp - expected || fail "-output -"
  mkfifo fifo
  timeout "$limit" cat fifo >got &
  local reader=$!
  expect_code 0 word2vec "${small[@]}" -output fifo
  wait $reader
  cmp got expected || fail "-output FIFO"
  rm fifo got
  word2vec "${small[@]}" -output new >&- || fail "stdout closed"
  cmp new expected || fail "stdout closed: its text is in the vectors"
  rm new
  word2vec "${small[@]}" -debug 2 -output new 2>&- >"$work/out" || fail "stderr closed"
  cmp new expected || fail "stderr closed: its text is in the vectors"
  rm new
  word2vec "${small[@]}" -output new >/dev/full || fail "stdout on a full disk ends the run"
  cmp new expected || fail "stdout on a full disk: no vectors"
  rm new
  word2vec -iter 50 "${small[@]}" -debug 2 -output new 2>"$work/err" | head -n 1 >"$work/out"
  [ "${PIPESTATUS[0]}" -eq 0 ] || fail "stdout that nobody reads: an error"
  [ "$(head -n 1 new)" = "497 8" ] || fail "stdout that nobody reads ends the run"
  rm new
  word2vec -size 500 "${small[@]}" -output /dev/stdout 2>"$work/err" | head -c 100 >"$work/out" ||
    true
  grep -q '/dev/stdout: .*Broken pipe' "$work/err" || fail "-output to a pipe that is closed"
  rm expected
  [ "$(ls -A)" = corpus.txt ] || fail "files are left: $(ls -A)"
}

# stop_training SIGNAL CODE: ends a long run once it trains. (Behind & the shell ignores SIGINT.)
stop_training() {
  : >"$work/out"
  env --default-signal=INT,TERM,HUP "$program" -train corpus.txt -cbow 0 -iter 1000000 -threads 2 \
    -output old -output-context new -save-vocab vocab -report report >"$work/out" 2>&1 &
  local pid=$! code=0
  until grep -q Progress "$work/out"; do
    kill -0 $pid || fail "a long run ends: $(cat "$work/out")"
    sleep 0.02
  done
  kill -s "$1" $pid
  wait $pid || code=$?
  [ $code -eq "$2" ] || fail "SIG$1: exit code $code, not $2"
}

test_signals() {
  local signal
  for signal in "INT 130" "TERM 143" "HUP 129" "KILL 137"; do
    echo old >old
    # shellcheck disable=SC2086  # two words
    stop_training $signal 2>"$work/err"
    [ "$(cat old)" = old ] || fail "SIG$signal: the old output is gone"
    # The vocabulary is whole before training begins, and what is trained so far is not lost.
    case $signal in
      KILL*) [ "$(echo .[!.]* *)" = ".[!.]* corpus.txt old vocab" ] || fail "SIG$signal: $(ls -A)" ;;
      *)
        [ "$(echo .[!.]* *)" = ".[!.]* corpus.txt old old.partial vocab" ] ||
          fail "SIG$signal: leaves $(ls -A)"
        [ "$(wc -l <old.partial)" -eq $(($(wc -l <vocab) + 1)) ] || fail "SIG$signal: old.partial"
        tr '\r' '\n' <"$work/out" | grep -q 'word2vec: stopped in epoch .*old.partial; begin again with:' ||
          fail "SIG$signal: does not say what is kept"
        rm old.partial
        ;;
    esac
    rm old vocab
  done

  # What is trained is written, where nothing else has it.
  local train=(-train corpus.txt -size 500 -iter 1 -threads 1)
  expect_code 0 word2vec "${train[@]}" -output expected
  mkfifo fifo
  : >"$work/err"
  "$program" "${train[@]}" -output fifo >"$work/out" 2>"$work/err" &
  local run=$!
  {
    dd bs=1 count=1 status=none >got
    kill -s TERM $run
    until grep -q "outputs are being written; one more" "$work/err"; do sleep 0.02; done
    cat >>got
  } <fifo
  wait $run || fail "a signal while the outputs are written ends that: $(cat "$work/err")"
  cmp got expected || fail "a signal while the outputs are written"
  rm fifo got expected
}

test_report() {
  expect_code 0 word2vec -train corpus.txt -cbow 0 -min-count 3 -iter 3 -threads 2 -size 8 \
    -output v -report report
  python3 - $words_min3 <<'PYTHON' || fail "-report: $(cat report)"
import json, sys
report = json.load(open("report"))
assert report["words_raw"] == 3 * int(sys.argv[1])
assert 0 < report["words_kept"] < report["words_raw"]
assert report["words_per_second"] > 0 and report["peak_bytes"] > 0
assert report["threads"] == 2 and isinstance(report["kernel"], str)
assert set(report["seconds"]) == {"read", "initialize", "train", "write"}
assert len(report["loss"]) == 3 and all(loss > 0 for loss in report["loss"])
assert report["settings"]["size"] == 8 and report["settings"]["negative"] == 5
PYTHON
  expect_code 0 word2vec -train corpus.txt -min-count 3 -iter 1 -threads 4 -size 8 -domains 4 \
    -output v -report report
  grep -q "placement: .* 4 domains as wished; 4 sets of replicas, of 512 rows" "$work/err" || fail "-domains 4"
  python3 - <<'PYTHON' || fail "-report of -domains 4: $(cat report)"
import json
placement = json.load(open("report"))["placement"]
assert placement["domains"] == 4 and placement["forced"] and placement["cores"] >= 1
assert placement["replica_sets"] == 4 and placement["touches"] == 16
assert placement["replicated_rows"]["output"] == 512
PYTHON
  # A vocabulary alone is a run, too.
  expect_code 0 word2vec -train corpus.txt -report report
  python3 -c 'import json; assert json.load(open("report"))["loss"] == []' || fail "-report alone"

  local batch
  for batch in 1 32; do
    expect_code 0 word2vec -train corpus.txt -softmax 1 -softmax-batch $batch -min-count 3 \
      -size 16 -sample 0 -window 1 -iter 4 -threads 1 -output v -report report
    python3 - <<'PYTHON' || fail "-softmax-batch $batch: the loss does not fall: $(cat report)"
import json
loss = json.load(open("report"))["loss"]
assert len(loss) == 4 and all(b < a for a, b in zip(loss, loss[1:]))
PYTHON
    ! grep -q nan v || fail "-softmax-batch $batch: nan"
  done
  rm v report
}

# Settings that other programs have, and what they are called there.
test_foreign_settings() {
  local train=(-train corpus.txt -min-count 3 -size 8 -threads 1 -iter 2 -cbow 0 -debug 0)
  expect_code 0 word2vec "${train[@]}" -output plain
  expect_code 0 word2vec "${train[@]}" -output v -ns-exponent 0.75 -shrink-windows 1 -min-alpha 0
  cmp plain v || fail "the defaults of -ns-exponent, -shrink-windows or -min-alpha are others"
  local setting
  for setting in "-ns-exponent -0.5" "-ns-exponent 0" "-shrink-windows 0" "-window 0" \
    "-min-alpha 0.01"; do
    # shellcheck disable=SC2086  # a flag and its value
    expect_code 0 word2vec "${train[@]}" $setting -output v -model m
    ! cmp -s plain v || fail "$setting changes nothing"
    mv v whole
    rm -f m m.epoch-*
    # A run that is gone on with keeps it.
    # shellcheck disable=SC2086
    expect_code 0 word2vec "${train[@]}" $setting -iter 1 -output v -model m
    expect_code 1 word2vec -resume m "${setting% *}" 7 -output v
    rm -f m m.epoch-* v whole
  done
  # A whole window of as many words as a sentence can have is the whole sentence.
  expect_code 0 word2vec "${train[@]}" -window 0 -output v
  expect_code 0 word2vec "${train[@]}" -window 1000 -shrink-windows 0 -output w
  cmp v w || fail "-window 0 is not the whole sentence"
  for setting in "-min-alpha 1" "-min-alpha -1" "-ns-exponent nan" "-ns-exponent 11" \
    "-shrink-windows 2" "-no-eos 2"; do
    # shellcheck disable=SC2086
    expect_refusal "" "" word2vec "${train[@]}" $setting -output new
  done
  expect_code 0 word2vec "${train[@]}" -no-eos 1 -output v -save-vocab vocab
  cmp <(tail -n +3 plain) <(tail -n +2 v) || fail "-no-eos 1: other rows"
  [ "$(head -n 1 v)" = "$(($(wc -l <vocab) - 1)) 8" ] || fail "-no-eos 1: $(head -n 1 v)"
  expect_code 0 word2vec "${train[@]}" -no-eos 1 -classes 3 -output v
  ! grep -q '^</s>' v || fail "-no-eos 1: a class of </s>"
  [ "$(wc -l <v)" -eq "$(($(wc -l <vocab) - 1))" ] || fail "-no-eos 1: classes"
  expect_code 0 word2vec "${train[@]}" -threads 0 -output v
  local theirs ours
  while read -r theirs ours; do
    expect_code 0 word2vec "${train[@]}" -output v "$theirs" 3
    grep -q "unknown flag $theirs is ignored; did you mean $ours?" "$work/err" ||
      fail "$theirs: says $(cat "$work/err")"
  done <<'END'
-epochs -iter
-dim -size
-ws -window
-lr -alpha
-neg -negative
-minCount -min-count
--vector-size -size
--vector_size -size
--min-count -min-count
-thread -threads
--workers -threads
--ns_exponent -ns-exponent
END
  rm v w plain vocab
}

# expect_words EXPECTED WHAT: the vocabulary of ./text; a run over it ends without nan.
expect_words() {
  expect_code 0 word2vec -train text -min-count 1 -save-vocab vocab
  printf '%b' "$1" | cmp - vocab || fail "$2: $(head -c 1000 vocab)"
  expect_code 0 word2vec -train text -min-count 0 -cbow 0 -size 3 -sample 0 -output v
  [ "$(wc -l <v)" -eq $(($(wc -l <vocab) + 1)) ] || fail "$2: not a row a word"
  ! grep -aq ' -\?nan ' v || fail "$2: nan"
}

test_texts() {
  printf 'b a\r\nb\r c\r\r\n' >text
  expect_words '</s> 2\nb 2\na 1\nc 1\n' "carriage returns"
  printf 'b a\nb' >text
  expect_words '</s> 1\nb 2\na 1\n' "no last newline"
  printf 'b a c' >text
  expect_words '</s> 0\nb 1\na 1\nc 1\n' "three words"
  printf 'b\0x a \0 b\n' >text
  expect_code 0 word2vec -train text -min-count 1 -save-vocab vocab
  head -n 3 vocab | cmp - <(printf '</s> 1\nb 2\na 1\n') || fail "a word ends at a NUL"
  printf '\xff\xfe \x80 \xc3\x28 \xff\xfe\n' >text
  expect_words '</s> 1\n\xff\xfe 2\n\x80 1\n\xc3\x28 1\n' "invalid UTF-8"
  printf 'a b </s> b\nb </s>\n' >text
  expect_words '</s> 4\nb 3\na 1\n' "a sentence end in the text"
  local long
  { head -c 10000000 /dev/zero | tr '\0' x; printf ' a b\n'; } >text
  long=$(printf 'x%.0s' {1..98})
  expect_words "</s> 1\\n$long 1\\na 1\\nb 1\\n" "a word of 10 MB"
  { printf a; head -c 1000 /dev/zero | sed 's/\x00/\xc3\xa4/g'; printf ' b\n'; } >text
  long=a$(printf '\\xc3\\xa4%.0s' {1..48})
  expect_words "</s> 1\\n$long 1\\nb 1\\n" "a cut in the middle of a letter"
  expect_code 0 word2vec -train text -min-count 1 -max-word 3000 -save-vocab vocab
  [ "$(wc -c <vocab)" -eq $((7 + 2001 + 3 + 4)) ] || fail "-max-word: $(wc -c <vocab) bytes"
  head -c 100000 /dev/zero | tr '\0' '\n' >text
  expect_code 0 word2vec -train text -save-vocab vocab
  cmp vocab <(echo '</s> 100000') || fail "only newlines"
  : >text
  expect_code 0 word2vec -train text -save-vocab vocab
  cmp vocab <(echo '</s> 0') || fail "an empty text"
  head -c 100000 /dev/zero >text
  expect_code 0 word2vec -train text -save-vocab vocab
  rm text vocab v
}

test_vocabulary
test_vectors
test_modes
test_classes
test_screen
test_divergence
test_settings
test_foreign_settings
test_inputs
test_outputs
test_signals
test_report
test_texts
