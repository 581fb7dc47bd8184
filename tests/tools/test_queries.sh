#!/bin/bash
# distance and word-analogy print what the reference prints, and end where it does not.
# Usage: test_queries.sh BIN_FOLDER GOLDEN_FOLDER
set -eu

bin=$1
golden=$2
# shellcheck source=tests/tools/lib.sh
. "$(dirname "$0")/lib.sh"

# expect_output FILE WHAT: stdout was FILE and stderr was empty.
expect_output() {
  cmp "$work/out" "$1" || fail "$2: not the expected output"
  [ ! -s "$work/err" ] || fail "$2: $(cat "$work/err")"
}

declare -A prompt=(
  [distance]="Enter word or sentence (EXIT to break): "
  [word-analogy]="Enter three words (EXIT to break): ")
declare -A input=([distance]=distance [word-analogy]=analogy)

# Every instruction set prints the same digits; sse2 and neon64 are those that every machine has.
base=sse2
[ "$(uname -m)" = x86_64 ] || base=neon64

for program in distance word-analogy; do
  run=$bin/$program
  stdin=$golden/${input[$program]}.stdin.txt
  stdout=$golden/${input[$program]}.stdout.txt

  expect_code 0 "$run" "$golden/vectors.bin" -compat 1 <"$stdin"
  expect_output "$stdout" "$program of the reference's queries"
  expect_code 0 env HOGVEC_SIMD=$base "$run" "$golden/vectors.bin" -compat 1 <"$stdin"
  expect_output "$stdout" "$program on $base"

  # The same without the last line, EXIT: the end of the input ends it at the same prompt. And with
  # its last line unfinished, with carriage returns, with spaces doubled.
  head -n -1 "$stdin" >"$work/in"
  expect_code 0 "$run" "$golden/vectors.bin" -compat 1 <"$work/in"
  expect_output "$stdout" "$program at the end of its input"
  head -c -1 "$work/in" >"$work/unfinished"
  expect_code 0 "$run" "$golden/vectors.bin" -compat 1 <"$work/unfinished"
  expect_output "$stdout" "$program with an unfinished last line"
  sed 's/ /  \t/g; s/^/ /; s/$/ \r/' "$work/in" >"$work/spaces"
  expect_code 0 "$run" "$golden/vectors.bin" -compat 1 <"$work/spaces"
  expect_output "$stdout" "$program with more spaces"

  printf '%s' "${prompt[$program]}" >"$work/prompt"
  expect_code 0 "$run" "$golden/vectors.bin" </dev/null
  expect_output "$work/prompt" "$program without input"

  expect_code 255 "$run" "$work/missing" </dev/null
  echo "Input file not found" >"$work/expected"
  expect_output "$work/expected" "$program without its file"

  printf 'Usage: ./%s <FILE>\nwhere FILE contains word projections in the BINARY FORMAT\n' \
    "$program" >"$work/expected"
  expect_code 0 "$run"
  expect_output "$work/expected" "$program without arguments"

  expect_code 0 "$run" --help
  grep -q "^Usage: $program FILE" "$work/out" || fail "$program --help: no usage"
  expect_code 0 "$run" --version
  grep -Eqx "$program .*[0-9]+\.[0-9]+\.[0-9]+" "$work/out" || fail "$program --version: no version"

  # More words than one are warned of, and change nothing.
  expect_code 0 "$run" "$golden/vectors.bin" more -binary 1 -compat 1 <"$stdin"
  cmp "$work/out" "$stdout" || fail "$program: more words change the output"
  grep -q "the word more is ignored" "$work/err" || fail "$program: a word ignored in silence"
  grep -q "the unknown flag -binary is ignored" "$work/err" || fail "$program: a flag, in silence"

  # Damaged files and folders: one line on stderr, nothing on stdout.
  head -c 1000 "$golden/vectors.bin" >"$work/cut"
  for file in "$work/cut" "$golden/vocab.min1.txt" "$work" /dev/null; do
    expect_code 1 "$run" "$file" </dev/null
    [ ! -s "$work/out" ] || fail "$program $file: prints to stdout"
    [ "$(wc -l <"$work/err")" -eq 1 ] || fail "$program $file: not one line on stderr"
    grep -qF "$file" "$work/err" || fail "$program $file: the message does not name it"
  done

  # A line longer than any buffer, of one word and of many.
  head -c 1000000 /dev/zero | tr '\0' x >"$work/long"
  { cat "$work/long"; echo; sed 's/x/x /g' "$work/long"; } >"$work/in"
  expect_code 0 "$run" "$golden/vectors.bin" <"$work/in"
  grep -q "Out of dictionary word!" "$work/out" || fail "$program: long lines are lost"

  # Whoever read the output has gone: no message, and no endless run.
  yes "$(head -n 1 "$stdin")" |
    { "$run" "$golden/vectors.bin" 2>"$work/err" || true; } | head -c 1 >"$work/out"
  [ ! -s "$work/err" ] || fail "$program on a closed pipe: $(cat "$work/err")"
  (trap '' PIPE; yes "$(head -n 1 "$stdin")" 2>/dev/null |
    { "$run" "$golden/vectors.bin" 2>"$work/err" || true; } | head -c 1 >"$work/out")
  [ ! -s "$work/err" ] || fail "$program on a closed pipe, signal ignored: $(cat "$work/err")"
  code=0
  "$run" "$golden/vectors.bin" <"$stdin" >/dev/full 2>"$work/err" || code=$?
  [ "$code" -eq 1 ] || fail "$program on a full disk: exit code $code"
  grep -q "standard output" "$work/err" || fail "$program on a full disk: no message"
done

# Text vectors give the same neighbors; their six decimals may change the last digits.
"$bin/distance" "$golden/vectors.txt" -compat 1 <"$golden/distance.stdin.txt" |
  grep -c . >"$work/lines"
[ "$(cat "$work/lines")" -eq "$(grep -c . "$golden/distance.stdout.txt")" ] || fail "text vectors"

# An empty line asks nothing; a line of two words is refused, as the reference does.
printf '\n  \nEXIT\n' | "$bin/distance" "$golden/vectors.bin" >"$work/out"
printf '%s%s%s' "${prompt[distance]}" "${prompt[distance]}" "${prompt[distance]}" >"$work/expected"
cmp "$work/out" "$work/expected" || fail "distance of empty lines"
printf 'ist sumo\n\n' | "$bin/word-analogy" "$golden/vectors.bin" >"$work/out"
for count in 2 0; do
  grep -q "Only $count words were entered.. three words are needed at the input to perform the" \
    "$work/out" || fail "word-analogy of $count words"
done
# Row 0 is a word as any other, where the reference takes it for one that is not known.
printf '5 2\nfirst 1 0\na 1 .1\nb 0 1\nnew york 1 1\nfar -1 -1\n' >"$work/five"
echo "a first b" | "$bin/word-analogy" "$work/five" >"$work/out"
grep -qE '^ +new york	{2}0\.[0-9]+$' "$work/out" || fail "word-analogy: the first row"
echo "a first b" | "$bin/word-analogy" "$work/five" -compat 1 >"$work/out"
grep -q "Word: first  Position in vocabulary: 0" "$work/out" || fail "word-analogy of row 0"
grep -q "Out of dictionary word!" "$work/out" || fail "word-analogy of row 0"
echo "a unknown b" | "$bin/word-analogy" "$work/five" >"$work/out"
grep -q "Word: unknown  Position in vocabulary: -1" "$work/out" || fail "word-analogy: unknown"

# A word that has spaces is one, the longest that is there.
expect_code 0 "$bin/distance" "$work/five" -query "a new york" -top 1
grep -q "Word: new york  Position in vocabulary: 3" "$work/out" || fail "a word with spaces"

# Rows that no word fills are in the reference alone. Words of UTF-8 are padded by bytes.
printf '2 2\nä 1 0\nb 0 1\n' >"$work/two"
echo "ä" | "$bin/distance" "$work/two" -compat 1 >"$work/out"
[ "$(grep -cE '^ {50}	{2}-1\.000000$' "$work/out")" -eq 39 ] || fail "distance: unfilled rows"
echo "ä" | "$bin/distance" "$work/two" >"$work/out"
[ "$(grep -c '	' "$work/out")" -eq 1 ] || fail "distance: rows without a word"
echo "b" | "$bin/distance" "$work/two" | grep -qE '^ {48}ä	{2}0\.000000$' || fail "distance: padding"

# The reference's word-analogy shows positive cosines only: of six words three are asked for, one
# lies opposite.
printf '6 2\n</s> 1 1\na 1 0\nb 1 .1\nc 1 -.1\nopposite -1 0\nnear 1 .2\n' >"$work/six"
echo "a b c" | "$bin/word-analogy" "$work/six" -compat 1 >"$work/out"
[ "$(grep -cE '^ {50}	{2}0\.000000$' "$work/out")" -eq 38 ] || fail "word-analogy: unfilled rows"
! grep -q "opposite" "$work/out" || fail "word-analogy: a negative cosine"
echo "a b c" | "$bin/word-analogy" "$work/six" >"$work/out"
grep -qE '^ +opposite	{2}-1\.000000$' "$work/out" || fail "word-analogy: no negative cosine"
[ "$(grep -c '	' "$work/out")" -eq 3 ] || fail "word-analogy: rows"

# A cosine of two words, -top, queries as arguments, JSON beside the text or instead of it.
expect_code 0 "$bin/distance" "$work/six" -query "a b" -query near -top 2 -json "$work/json"
grep -q "^Cosine of a and b: 0.995037$" "$work/out" || fail "distance: no cosine"
[ "$(grep -c '	' "$work/out")" -eq 4 ] || fail "distance -top 2"
! grep -q "Enter" "$work/out" || fail "distance -query: prompts"
python3 - "$work/json" <<'END' || fail "distance -json"
import json, sys
first, second = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
assert first["query"] == ["a", "b"] and abs(first["cosine"] - 0.995037) < 1e-6, first
assert len(first["neighbors"]) == 2 and "cosine" not in second, first
assert [n["word"] for n in second["neighbors"]] == ["b", "a"], second
END
expect_code 0 "$bin/word-analogy" "$work/six" -json /dev/stdout <<<'a b c'
[ "$(grep -c '"query":\["a","b","c"\],"neighbors":\[{"word":"near"' "$work/out")" -eq 1 ] &&
  [ "$(wc -l <"$work/out")" -eq 1 ] || fail "word-analogy -json /dev/stdout: $(cat "$work/out")"
expect_code 1 "$bin/distance" "$work/six" -query none -query a
grep -q "1 of 2 queries could not be answered" "$work/err" || fail "$(cat "$work/err")"
grep -q "near" "$work/out" || fail "a query behind one that has no answer"
expect_code 1 "$bin/distance" "$work/six" -query a -top 0
expect_code 1 "$bin/distance" "$work/six" -query a -json "$work/six"
grep -q "this is an input" "$work/err" || fail "$(cat "$work/err")"
grep -q "^6 2" "$work/six" || fail "an input is overwritten"

# -threads holds for reading and searching: of 20,000 rows, which are many blocks of both. One thread
# prints what all print. ThreadSanitizer's build has one thread for it whatever is asked for.
LC_ALL=C awk 'BEGIN { srand(3); print 20000, 20; for (k = 0; k < 20000; ++k) {
  printf "w%d", k; for (i = 0; i < 20; ++i) printf " %.6f", rand() - .5; print "" } }' >"$work/many"
seq -f 'w%.0f' 0 999 19999 >"$work/in"
expect_code 0 "$bin/distance" "$work/many" <"$work/in"
mv "$work/out" "$work/expected"
for threads in 1 3; do
  expect_code 0 "$bin/distance" "$work/many" -threads $threads <"$work/in"
  expect_output "$work/expected" "distance -threads $threads"
done
mkfifo "$work/questions"
# threads_of N: how many threads there are at most while a session with -threads N answers.
threads_of() {
  "$bin/distance" "$work/many" -threads "$1" <"$work/questions" >"$work/out" &
  local pid=$! most=0 now
  exec 3>"$work/questions"
  for ((k = 0; k < 20 * slowdown && most <= 1; ++k)); do
    cat "$work/in" >&3
    now=$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)
    [ "$now" -le "$most" ] || most=$now
    sleep 0.05
  done
  exec 3>&-
  wait $pid || fail "distance -threads $1 fails"
  echo "$most"
}
if [ "$slowdown" -lt 5 ]; then
  [ "$(threads_of 1)" -eq 1 ] || fail "-threads 1 starts more threads"
  [ "$(threads_of 3)" -gt 1 ] || fail "-threads 3 starts none"
fi
for wrong in -1 two 5000; do
  expect_code 1 "$bin/distance" "$work/many" -threads $wrong
  grep -q -e "^distance: -threads $wrong: want a whole number" "$work/err" ||
    fail "-threads $wrong: says $(cat "$work/err")"
done
