#!/bin/bash
# evaluate agrees with plain loops, and says what is wrong with its files.
# Usage: test_evaluate.sh BIN_FOLDER GOLDEN_FOLDER
set -eu

run=$1/evaluate
golden=$2
here=$(dirname "$0")
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"

questions=$golden/accuracy.stdin.txt
# Pairs of golden words of all frequencies, with repeated scores, other case and unknown words.
awk 'NR % 7 == 2 { word = toupper($1) }
     NR % 7 == 5 && word { print word "\t" $1 "\t" (NR * 37 % 11) / 2 }
     END { print "missing\tword\t5" }' "$golden/vocab.min3.txt" >"$work/pairs"

for top in 30000 200; do
  expect_code 0 "$run" "$golden/vectors.bin" -similarity "$work/pairs" -analogies "$questions" \
    -top $top -json "$work/json"
  [ ! -s "$work/err" ] || fail "top $top: $(cat "$work/err")"
  grep -q "^section " "$work/out" || fail "top $top: no table"
  python3 "$here/evaluation.py" "$work/json" "$golden/vectors.bin" $top "$work/pairs" \
    "$questions" || fail "top $top: not what plain loops find"
done

# Several files each, in their order; JSON alone on stdout; all words.
expect_code 0 "$run" "$golden/vectors.bin" -similarity "$work/pairs" -similarity "$work/pairs" \
  -analogies "$questions" -analogies "$questions" -top 0 -json /dev/stdout
[ ! -s "$work/err" ] || fail "several files: $(cat "$work/err")"
python3 - "$work/out" <<'END' || fail "several files: not the expected JSON"
import json, sys
report = json.load(open(sys.argv[1]))
assert len(report["similarity"]) == len(report["analogies"]) == 2
assert report["analogies"][0] == report["analogies"][1]
assert report["top"] == report["words"] == 497
END

# Several vectors side by side, in the table and as an array.
expect_code 0 "$run" "$golden/vectors.bin" "$golden/vectors.txt" -similarity "$work/pairs" \
  -analogies "$questions" -json "$work/json"
[ "$(grep -c '^\[2\] ' "$work/out")" -eq 2 ] || fail "side by side: $(cat "$work/out")"
grep -Eq '^all( +[0-9.]+ +[0-9.]+ +96 of 104){2}$' "$work/out" || fail "side by side: no row"
python3 - "$work/json" <<'END' || fail "side by side: not the expected JSON"
import json, sys
first, second = json.load(open(sys.argv[1]))
assert first["vectors"].endswith(".bin") and second["vectors"].endswith(".txt")
assert first["similarity"][0]["column"] == 3 and first["similarity"][0]["separator"] == "\t"
END
expect_code 1 "$run" "$golden/vectors.bin" "$work/missing" -analogies "$questions"
grep -qF "$work/missing" "$work/err" || fail "a second file that is missing: $(cat "$work/err")"

# What is published otherwise: columns, headers, left-out lines, folders of pairs.
printf '%s\n' '7 4' 'king 1 0 0 0' 'queen 1 0 0 1' 'man 0 1 0 0' 'woman 0 1 0 .9' 'lady 0 1 0 1.1' \
  'boy 0 0 1 0' 'girl 0 0 1 1' >"$work/v"
printf 'word1\tword2\tPOS\tSimLex999\nking\tqueen\tN\t9\nKING\tman\tN\t1\nqueen\tgirl\tN\t5\nx\n' \
  >"$work/simlex"
expect_code 0 "$run" "$work/v" -similarity "$work/simlex"
grep -q "tabs, a header, scores in column 4$" "$work/out" || fail "simlex: $(cat "$work/out")"
grep -q "Spearman 1.0000, 3 of 3 pairs found" "$work/out" || fail "simlex: $(cat "$work/out")"
grep -q "simlex: 1 line is left out, the first is line 5" "$work/err" || fail "a line, in silence"
expect_code 1 "$run" "$work/v" -similarity "$work/simlex" -column 3
mkdir "$work/bats"
printf 'man\twoman/lady\nboy\tgirl\nking\tnone/queen\n' >"$work/bats/E10 [male - female].txt"
expect_code 0 "$run" "$work/v" -analogies "$work/bats"
grep -Eq '^E10 \[male - female\] +1\.0000 .* 6 of 6$' "$work/out" || fail "bats: $(cat "$work/out")"

# Nothing found: null, and a dash in the table.
printf 'missing words 1\n' >"$work/none"
printf ': s\nfour missing words here\n' >"$work/none.questions"
expect_code 0 "$run" "$golden/vectors.bin" -similarity "$work/none" \
  -analogies "$work/none.questions" -json "$work/json"
grep -q '"spearman": null' "$work/json" || fail "nothing found: no null"
grep -q "Spearman -, 0 of 1 pairs found" "$work/out" || fail "nothing found: no dash"
grep -Eq "^all +- +- +0 of 1$" "$work/out" || fail "nothing found: no dash"

# Vectors that are no numbers.
printf '5 2\na nan 1\nb inf 1\nc 1 0\nd 0 1\ne 0 0\n' >"$work/nan"
printf 'a b 1\nc d 2\ne c 3\nb c 4\n' >"$work/nan.pairs"
printf ': s\na b c d\nb c d e\nc d e c\n' >"$work/nan.questions"
expect_code 0 "$run" "$work/nan" -similarity "$work/nan.pairs" -analogies "$work/nan.questions"

# Lines that are no questions are warned of.
{ echo "one two"; cat "$questions"; } >"$work/in"
expect_code 0 "$run" "$golden/vectors.bin" -analogies "$work/in"
grep -q "1 line is left out, the first is line 1" "$work/err" || fail "a bad line in silence"

# The command line and its files.
expect_code 0 "$run"
grep -q "^Usage: evaluate VECTORS" "$work/out" || fail "no usage"
expect_code 0 "$run" --help
grep -q "^Usage: evaluate VECTORS" "$work/out" || fail "--help: no usage"
expect_code 0 "$run" --version
grep -Eqx "evaluate .*[0-9]+\.[0-9]+\.[0-9]+" "$work/out" || fail "--version: no version"
expect_code 1 "$run" "$golden/vectors.bin"
grep -q "give -similarity FILE or -analogies FILE" "$work/err" || fail "nothing to evaluate by"
expect_code 1 "$run" "$golden/vectors.bin" -analogies
expect_code 0 "$run" "$golden/vectors.bin" -analogies "$questions" -analogie x
grep -q "unknown flag -analogie is ignored; did you mean -analogies?" "$work/err" ||
  fail "an unknown flag in silence: $(cat "$work/err")"
mkdir "$work/folder"
for bad in "$work/missing" "$work/folder" /dev/null; do
  for flag in -similarity -analogies; do
    expect_code 1 "$run" "$golden/vectors.bin" $flag "$bad"
    [ "$(wc -l <"$work/err")" -eq 1 ] || fail "$flag $bad: not one line on stderr"
    grep -qF "$bad" "$work/err" || fail "$flag $bad: the message does not name it"
  done
done
expect_code 1 "$run" "$work/missing" -analogies "$questions"
cp "$questions" "$work/questions"
expect_code 1 "$run" "$golden/vectors.bin" -analogies "$work/questions" -json "$work/questions"
cmp "$questions" "$work/questions" || fail "an input is overwritten"
expect_code 1 "$run" "$golden/vectors.bin" -analogies "$questions" -json "$work/no/folder"
[ ! -s "$work/out" ] || fail "the report's place is looked at after the work"
code=0
"$run" "$golden/vectors.bin" -analogies "$questions" >/dev/full 2>"$work/err" || code=$?
[ "$code" -eq 1 ] || fail "a full disk: exit code $code"
