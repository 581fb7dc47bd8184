#!/bin/bash
# word2phrase keeps the reference's files and words, refuses what cannot be before it works, and
# leaves a whole file or none.
# Usage: test_word2phrase.sh BIN_FOLDER GOLDEN_FOLDER
#
# Out of scope: which pairs are joined, but for the golden files; see tests/engine/test_phrases.cpp.
set -eu
export LC_ALL=C

program=$1/word2phrase
golden=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"
mkdir "$work/run"
cd "$work/run"
cp "$golden/phrase_corpus.txt" text

word2phrase() {
  timeout "$limit" "$program" "$@"
}

# expect_output TEXT WHAT: stdout was TEXT; $(...) would drop its last newlines.
expect_output() {
  printf '%s' "$1" | cmp - "$work/out" || fail "$2: prints $(cat "$work/out")"
}

# expect_refusal STDOUT PATTERN COMMAND...: exit code 1, that on stdout, one line that matches on
# stderr, and the folder as before.
expect_refusal() {
  local stdout=$1 pattern=$2 before
  shift 2
  before=$(find . -printf '%p %i %s %T@\n' | grep -v '^\. ' | sort)
  expect_error word2phrase "$pattern" "$@"
  expect_output "$stdout" "$*"
  [ "$(find . -printf '%p %i %s %T@\n' | grep -v '^\. ' | sort)" = "$before" ] ||
    fail "changes files: $*"
}

started=$'Starting training using file text\n'

test_golden() {
  local threshold threads
  for threshold in 20 100; do
    for threads in 1 4; do
      expect_code 0 word2phrase -train text -output new -min-count 2 -threshold $threshold \
        -threads $threads -debug 0
      expect_output "$started" "-debug 0"
      [ ! -s "$work/err" ] || fail "-debug 0: says $(cat "$work/err")"
      cmp new "$golden/phrases.threshold$threshold.txt" || fail "-threshold $threshold"
    done
  done
  # Counted with tr and wc, and with a map of all words and pairs.
  local words spellings
  words=$(tr -d '\r' <text | wc -w)
  spellings=$(tr -d '\r' <text | awk '{ for (i = 1; i <= NF; i++) { n[$i]++
      if (i > 1) n[$(i - 1) "_" $i]++ } }
    END { for (w in n) k += n[w] >= 2; print k }')
  expect_code 0 word2phrase -train text -output new -min-count 2
  expect_output "$started
Vocab size (unigrams + bigrams): $spellings
Words in train file: $words
" "the vocabulary"

  # More than a million words, even joined, which is when the reference's progress is seen.
  seq 1 300 | while read -r _; do cat text; done >large
  expect_code 0 word2phrase -train large -output new -threads 1
  tr '\r' '\n' <"$work/out" | grep -Eqx 'Words processed: 1M     Vocab size: [0-9]+K  ' ||
    fail "no progress of reading"
  tr '\r' '\n' <"$work/out" | grep -qx 'Words written: 1M' || fail "no progress of writing"
  rm new large
}

test_passes() {
  expect_code 0 word2phrase -train text -output one -min-count 2 -threshold 20
  expect_code 0 word2phrase -train one -output two -min-count 2 -threshold 20
  expect_code 0 word2phrase -train two -output three -min-count 2 -threshold 5
  expect_code 0 word2phrase -train text -output new -min-count 2 -threshold 20 -passes 2
  cmp new two || fail "-passes 2 is not two runs"
  [ "$(grep -c 'Vocab size' "$work/out")" -eq 2 ] || fail "-passes 2: not two vocabularies"
  expect_code 0 word2phrase -train text -output new -min-count 2 -threshold 20,20,5
  cmp new three || fail "-threshold 20,20,5 is not three runs"
  ! cmp -s two three || fail "the third pass does nothing, and proves nothing"
  rm one two three new
}

test_screen() {
  expect_code 0 word2phrase
  head -n 1 "$work/out" | grep -qx 'WORD2PHRASE tool v0.1a' || fail "no usage"
  [ -z "$(tail -n 1 "$work/out")" ] || fail "the usage does not end with a blank line"
  cp "$work/out" "$work/usage"
  expect_code 0 word2phrase --help
  cmp "$work/out" "$work/usage" || fail "--help is not the usage"
  expect_code 0 word2phrase --version
  grep -Eqx 'word2phrase .*[0-9]+\.[0-9]+\.[0-9]+' "$work/out" || fail "no version"
  expect_code 0 word2phrase -train text -output new -treshold 3 -colour green stray -debug 0
  printf 'word2phrase: warning: %s\n' \
    'the unknown flag -treshold is ignored; did you mean -threshold?' \
    'the unknown flag -colour is ignored' 'the word stray is ignored' |
    cmp - "$work/err" || fail "warnings: $(cat "$work/err")"
  rm new
}

test_settings() {
  local settings
  for settings in "-threads -1" "-threads 100000" "-min-count -1" "-min-count 1e2" "-passes 0" \
    "-passes 100000" "-debug x" "-threshold -1" "-threshold nan" "-threshold 1,x" "-threshold 1," \
    "-threshold ,1" "-threshold 1e999" "-threshold 1,2 -passes 3" "-threshold 1,2 -passes 1"; do
    # shellcheck disable=SC2086  # several words
    expect_refusal "" "${settings%% *}" word2phrase $settings -train text -output new
  done
  expect_refusal "" "HOGVEC_SIMD" env HOGVEC_SIMD=nonsense "$program" -train text -output new
  local flag
  for flag in -train -output -threshold -passes; do
    expect_code 1 word2phrase $flag
    expect_output "Argument missing for $flag"$'\n' "$flag without a value"
  done
}

test_files() {
  local missing=$'ERROR: training data file not found!\n' path
  mkdir folder
  for path in missing folder ""; do
    expect_refusal "Starting training using file $path"$'\n'"$missing" "$path" \
      word2phrase -train "$path" -output new
  done
  expect_refusal $'Starting training using file missing\n'"$missing" "missing" \
    word2phrase -train missing
  expect_refusal "$started" "-output: name" word2phrase -train text
  ln -s text link
  ln text hardlink
  for path in text ./text "$PWD/link" hardlink; do
    expect_refusal "" "training text" word2phrase -train text -output "$path"
  done
  expect_refusal "" "folder nowhere" word2phrase -train text -output nowhere/new
  expect_refusal "" "is a directory" word2phrase -train text -output folder
  rm -r folder link hardlink

  expect_refusal "$started" "/dev/full: .*No space left" \
    word2phrase -train text -output /dev/full -debug 0
  echo old >new
  expect_refusal "$started" "new: .*File too large" \
    bash -c 'ulimit -f 4; exec "$@"' bash "$program" -train text -output new -debug 0
  [ "$(cat new)" = old ] || fail "a failure takes the old output"

  word2phrase -train text -output new -debug 0 >/dev/full || fail "stdout on a full disk ends it"
  word2phrase -train text -output /dev/stdout -debug 0 2>/dev/null | cmp - new ||
    fail "-output /dev/stdout"
  word2phrase -train text -output closed >&- || fail "stdout closed"
  cmp closed new || fail "stdout closed: its text is in the output"
  word2phrase -train text -output closed 2>"$work/err" | head -n 1 >"$work/out"
  [ "${PIPESTATUS[0]}" -eq 0 ] || fail "stdout that nobody reads: an error"
  seq 1 20 | while read -r _; do cat text; done >large
  word2phrase -train large -output /dev/stdout 2>"$work/err" | head -c 10 >"$work/out" || true
  grep -q '/dev/stdout: .*Broken pipe' "$work/err" || fail "-output to a pipe that is closed"
  rm closed large new
  [ "$(ls -A)" = text ] || fail "files are left: $(ls -A)"
}

test_golden
test_passes
test_screen
test_settings
test_files
