#!/bin/bash
# compute-accuracy prints what the reference prints, and ends where it does not.
# Usage: test_compute_accuracy.sh BIN_FOLDER GOLDEN_FOLDER
set -eu

run=$1/compute-accuracy
golden=$2
# shellcheck source=tests/tools/lib.sh
. "$(dirname "$0")/lib.sh"

# expect_output FILE WHAT: stdout was FILE and stderr was empty.
expect_output() {
  cmp "$work/out" "$1" || fail "$2: not the expected output"
  [ ! -s "$work/err" ] || fail "$2: $(cat "$work/err")"
}

questions=$golden/accuracy.stdin.txt
base=sse2
[ "$(uname -m)" = x86_64 ] || base=neon64

for threshold in 0 200; do
  # 0 of 0 is 0 here, not a number there.
  sed 's/-nan/0.00/' "$golden/accuracy.$threshold.stdout.txt" >"$work/expected.$threshold"
  expect_code 0 "$run" "$golden/vectors.bin" $threshold -compat 1 <"$questions"
  expect_output "$work/expected.$threshold" "the reference's questions, threshold $threshold"
  expect_code 0 env HOGVEC_SIMD=$base "$run" "$golden/vectors.bin" -compat 1 $threshold <"$questions"
  expect_output "$work/expected.$threshold" "$base, threshold $threshold"
done
expected=$work/expected.0

# Without a threshold; with one beyond the words; with other case, spaces, blank lines and no last
# newline; up to a line EXIT.
expect_code 0 "$run" "$golden/vectors.bin" -compat 1 <"$questions"
expect_output "$expected" "no threshold"
expect_code 0 "$run" "$golden/vectors.bin" 99999999999 -compat 1 <"$questions"
expect_output "$expected" "a threshold above all words"
for words in "-threads 1 200" "200 -threads 1" "200 -threads 3"; do
  # shellcheck disable=SC2086  # several words
  expect_code 0 "$run" "$golden/vectors.bin" $words -compat 1 <"$questions"
  expect_output "$work/expected.200" "$words"
done
expect_code 1 "$run" "$golden/vectors.bin" 200 -threads
expect_code 1 "$run" "$golden/vectors.bin" -threads -1
sed '/^:/!y/abcdefghijklm/ABCDEFGHIJKLM/; s/ / \t/g; s/$/ \r\n/' "$questions" |
  head -c -1 >"$work/in"
expect_code 0 "$run" "$golden/vectors.bin" -compat 1 <"$work/in"
expect_output "$expected" "other case and spaces"
{ cat "$questions"; printf 'EXIT\n: more\n'; head -n 5 "$questions"; } >"$work/in"
expect_code 0 "$run" "$golden/vectors.bin" -compat 1 <"$work/in"
expect_output "$expected" "questions behind EXIT"

# Text vectors and vectors that are cut off behind the threshold.
expect_code 0 "$run" "$golden/vectors.txt" <"$questions"
grep -q "^Questions seen / total: 96 104   92.31 % $" "$work/out" || fail "text vectors"
head -n 300 "$golden/vectors.txt" >"$work/cut"
printf '%s\n' "$(head -c 1000 /dev/zero | tr '\0' ' ')" >>"$work/cut"
expect_code 0 "$run" "$work/cut" 200 <"$questions"
expect_code 1 "$run" "$work/cut" <"$questions"

# By hand: right by a word that differs in case alone, wrong where no cosine is positive, questions
# before the first section, sections without questions, unknown words, a zero vector.
cat >"$work/vectors" <<'END'
8 2
</s> 1 1
a 1 0
b 0 1
c -1 0
D -2 1.9
d -1 1
e 0 -1
zero 0 0
END
cat >"$work/in" <<'END'
a b c d
: empty
: one
a b c d
A B C D
a b c e
zero b c d
a b c unknown
END
cat >"$work/expected" <<'END'
empty:
ACCURACY TOP1: 0.00 %  (0 / 1)
Total accuracy: 100.00 %   Semantic accuracy: 100.00 %   Syntactic accuracy: 0.00 % 
one:
ACCURACY TOP1: 75.00 %  (3 / 4)
Total accuracy: 80.00 %   Semantic accuracy: 80.00 %   Syntactic accuracy: 0.00 % 
Questions seen / total: 5 6   83.33 % 
END
expect_code 0 "$run" "$work/vectors" -compat 1 <"$work/in"
expect_output "$work/expected" "questions by hand"
cat >"$work/expected" <<'END'
(no section):
ACCURACY TOP1: 100.00 %  (1 / 1)
Total accuracy: 100.00 %   Semantic accuracy: 100.00 %   Syntactic accuracy: 0.00 % 
empty:
ACCURACY TOP1: 0.00 %  (0 / 0)
Total accuracy: 100.00 %   Semantic accuracy: 100.00 %   Syntactic accuracy: 0.00 % 
one:
ACCURACY TOP1: 75.00 %  (3 / 4)
Total accuracy: 80.00 %   Semantic accuracy: 80.00 %   Syntactic accuracy: 0.00 % 
Questions seen / total: 5 6   83.33 % 
END
expect_code 0 "$run" "$work/vectors" <"$work/in"
expect_output "$work/expected" "questions by hand, not as the reference prints them"
# Over the first four words a, b, c leave </s> alone, which lies opposite of b - a + c.
printf 'a c b </s>\n' >"$work/in"
printf '4 2\n</s> 1 -.1\na 1 0\nb 0 1\nc -1 0\n' >"$work/four"
expect_code 0 "$run" "$work/four" -compat 1 <"$work/in"
echo "Questions seen / total: 1 1   100.00 % " >"$work/expected"
expect_output "$work/expected" "no section"
expect_code 0 "$run" "$work/four" <"$work/in"
grep -q "^ACCURACY TOP1: 100.00 %  (1 / 1)$" "$work/out" || fail "no section, and no accuracy"
# Letters of any script have a case, but for the reference.
printf '4 2\nstraße 1 0\nγη 0 1\nĳ -1 0\nжук -1 1\n' >"$work/letters"
echo "STRASSE ΓΗ Ĳ ЖУК" >"$work/in"
expect_code 0 "$run" "$work/letters" <"$work/in"
grep -q "^Questions seen / total: 1 1 " "$work/out" || fail "letters: $(cat "$work/out")"
expect_code 0 "$run" "$work/letters" -compat 1 <"$work/in"
grep -q "^Questions seen / total: 0 1 " "$work/out" || fail "letters: $(cat "$work/out")"

# Nothing asked.
expect_code 0 "$run" "$golden/vectors.bin" </dev/null
echo "Questions seen / total: 0 0   0.00 % " >"$work/expected"
expect_output "$work/expected" "no input"

# More questions than are answered at a time come out the same.
for _ in $(seq 700); do grep -v '^:' "$questions"; done >"$work/in"
expect_code 0 "$run" "$golden/vectors.bin" <"$work/in"
grep -q "^Questions seen / total: 67200 72800   92.31 % $" "$work/out" || fail "many questions"

# Lines that are no questions: left out, and one line says so.
{ printf 'one two three\n'; cat "$questions"; head -c 1000000 /dev/zero | tr '\0' x; } >"$work/in"
expect_code 0 "$run" "$golden/vectors.bin" -compat 1 <"$work/in"
cmp "$work/out" "$expected" || fail "lines that are no questions"
[ "$(wc -l <"$work/err")" -eq 1 ] || fail "lines that are no questions: not one warning"
grep -q "2 lines are left out, the first is line 1" "$work/err" || fail "$(cat "$work/err")"

# The command line.
expect_code 255 "$run" "$work/missing" </dev/null
echo "Input file not found" >"$work/expected"
expect_output "$work/expected" "no file"
expect_code 0 "$run"
cat >"$work/expected" <<'END'
Usage: ./compute-accuracy <FILE> <threshold>
where FILE contains word projections, and threshold is used to reduce vocabulary of the model for fast approximate evaluation (0 = off, otherwise typical value is 30000)
END
expect_output "$work/expected" "no arguments"
expect_code 0 "$run" --help
grep -q "^Usage: compute-accuracy FILE" "$work/out" || fail "--help: no usage"
expect_code 0 "$run" --version
grep -Eqx "compute-accuracy .*[0-9]+\.[0-9]+\.[0-9]+" "$work/out" || fail "--version: no version"
for threshold in x -1 1e3 ""; do
  expect_code 1 "$run" "$golden/vectors.bin" "$threshold" </dev/null
  grep -q "threshold $threshold: want a whole number" "$work/err" || fail "threshold $threshold"
done
expect_code 0 "$run" "$golden/vectors.bin" 200 more -compat 1 <"$questions"
cmp "$work/out" "$work/expected.200" || fail "an extra word changes the output"
grep -q "the word more is ignored" "$work/err" || fail "an extra word is ignored in silence"
for file in "$golden/vocab.min1.txt" "$work" /dev/null; do
  expect_code 1 "$run" "$file" </dev/null
  [ ! -s "$work/out" ] || fail "$file: prints to stdout"
  [ "$(wc -l <"$work/err")" -eq 1 ] || fail "$file: not one line on stderr"
done
code=0
"$run" "$golden/vectors.bin" <"$questions" >/dev/full 2>"$work/err" || code=$?
[ "$code" -eq 1 ] || fail "a full disk: exit code $code"

# Vectors that are no numbers: no crash, no right answers from them.
printf '4 2\na nan 1\nb inf 1\nc 1e38 1e38\nd 0 0\n' >"$work/nan"
printf ': s\na b c d\nd d d d\nc d b a\n' >"$work/in"
expect_code 0 "$run" "$work/nan" <"$work/in"
grep -q "^ACCURACY TOP1: 0.00 %  (0 / 3)$" "$work/out" || fail "vectors that are no numbers"
