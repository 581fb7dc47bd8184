#!/bin/bash
# word-map draws the words of a file, says how far the picture can be trusted, and lets no word do
# anything. Comparisons with NumPy and scikit-learn are left out where those are not there.
# Usage: test_word_map.sh BIN_FOLDER GOLDEN_FOLDER
set -eu

bin=$1
run=$bin/word-map
golden=$2
here=$(dirname "$0")
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"

python=python3
for candidate in python3 /usr/bin/python3; do
  "$candidate" -c 'import sklearn' 2>/dev/null || continue
  python=$candidate
  break
done
learn=false
! "$python" -c 'import sklearn' 2>/dev/null || learn=true

# check WHAT ARGUMENT...: see word_map.py.
check() {
  local code=0
  "$python" "$here/word_map.py" "$@" 2>"$work/check" || code=$?
  [ "$code" -eq 0 ] || [ "$code" -eq 77 ] || fail "$*: $(tail -n 3 "$work/check")"
}

# one_line TEXT WHAT: stderr is one line, with this text.
one_line() {
  [ "$(wc -l <"$work/err")" -eq 1 ] || fail "$2: not one line: $(cat "$work/err")"
  grep -qF -- "$1" "$work/err" || fail "$2: $(cat "$work/err")"
}

pca() { expect_code 0 "$run" "$@" -projection pca; }
page=$work/page.html

# The words, the picture, and its neighbors.
"$bin/convert" "$golden/vectors.bin" -output "$work/v.txt"
pca "$golden/vectors.bin" -output "$page"
[ ! -s "$work/err" ] || fail "pca: $(cat "$work/err")"
[ ! -s "$work/out" ] || fail "pca: $(cat "$work/out")"
check page "$page"
check words "$page" "$work/v.txt"
check numpy "$page" "$work/v.txt"
awk 'NR % 50 == 2 { print $1 }' "$work/v.txt" >"$work/asked"
mapfile -t words <"$work/asked"
queries=()
for word in "${words[@]}"; do queries+=(-query "$word"); done
"$bin/distance" "$golden/vectors.bin" "${queries[@]}" -top 10 -json /dev/stdout >"$work/answers"
check neighbors "$page" "$work/answers"

# The first words alone, more neighbors; the same bytes again, with any number of threads.
pca "$golden/vectors.bin" -output "$page" -top 100 -neighbors 50 -classes 0
check words "$page" "$work/v.txt" 100
pca "$golden/vectors.bin" -output "$work/1.html" -threads 1
pca "$golden/vectors.bin" -output "$work/2.html" -threads 3
cmp "$work/1.html" "$work/2.html" || fail "other bytes by other threads"
pca "$golden/vectors.bin" -output - >/dev/null
cmp "$work/1.html" "$work/out" || fail "other bytes on the standard output"

# Formats, and the counts of a model.
"$bin/convert" "$golden/vectors.bin" -output "$work/v.npy"
"$bin/convert" "$golden/vectors.bin" -output "$work/v.model" -counts "$golden/vocab.min3.txt"
for file in v.txt v.npy v.model; do
  pca "$work/$file" -output "$page"
  check words "$page" "$work/v.txt"
done
grep -q '"counts":\[' "$page" || fail "a model file's counts are lost"
pca "$golden/vectors.bin" -counts "$golden/vocab.min3.txt" -output "$page"
grep -q '"counts":\[' "$page" || fail "-counts is lost"

# t-SNE.
if $learn; then
  for threads in 1 2; do
    expect_code 0 "$run" "$golden/vectors.bin" -output "$work/$threads.html" -top 300 -threads $threads \
      -python "$python"
    [ ! -s "$work/err" ] || fail "t-SNE: $(cat "$work/err")"
  done
  cmp "$work/1.html" "$work/2.html" || fail "t-SNE: other bytes by other threads"
  grep -q 'Placed by t-SNE' "$work/1.html" || fail "t-SNE is not what is used where it is there"
  head -n 301 "$work/v.txt" >"$work/v300.txt"
  check page "$work/1.html"
  check picture "$work/1.html" "$work/v300.txt"
  expect_code 0 "$run" "$golden/vectors.bin" -output "$page" -top 300 -python "$python" -seed 2
  ! cmp -s "$work/1.html" "$page" || fail "t-SNE: another seed, the same picture"
  # What lies where it is started is not run.
  mkdir "$work/here"
  for module in signal warnings numpy sklearn; do
    echo 'open("ran", "w")' >"$work/here/$module.py"
  done
  (cd "$work/here" && "$run" "$golden/vectors.bin" -output p.html -top 30 -python "$python") ||
    fail "t-SNE in a folder with modules"
  [ ! -e "$work/here/ran" ] || fail "a module of the folder is run"
fi

# Without scikit-learn: PCA, said on stderr and on the page; asked for, an error.
expect_code 0 "$run" "$golden/vectors.bin" -output "$page" -python "$work/no-python"
one_line "no-python has no scikit-learn (in Debian: python3-sklearn), which t-SNE needs; words are" \
  "no Python"
grep -q 'which t-SNE needs' "$page" || fail "the page does not say that t-SNE is missing"
expect_code 1 "$run" "$golden/vectors.bin" -output "$page" -python "$work/no-python" -projection tsne
one_line "use -projection pca" "no Python, and t-SNE asked for"

# fake SCRIPT: a Python that has scikit-learn, and places words so.
fake() {
  # shellcheck disable=SC2016  # of that program
  printf '#!/bin/sh\nif [ "$3" = version ]; then echo 1.0; exit; fi\n%s\n' "$1" >"$work/fake"
  chmod +x "$work/fake"
}
fake 'echo Traceback >&2; echo "MemoryError: no room" >&2; exit 1'
expect_code 1 "$run" "$golden/vectors.bin" -output "$page" -python "$work/fake"
one_line "fake failed: MemoryError: no room; use -projection pca" "t-SNE that fails"
fake 'echo points'
expect_code 1 "$run" "$golden/vectors.bin" -output "$page" -python "$work/fake"
one_line "fake gave no points; use -projection pca" "t-SNE that gives nothing"
# A signal to the program ends the other too.
fake "echo \$\$ >'$work/pid'; exec sleep 100"
"$run" "$golden/vectors.bin" -output "$work/never.html" -python "$work/fake" 2>"$work/err" &
for _ in $(seq 1000); do
  [ ! -s "$work/pid" ] || break
  sleep 0.02
done
kill $!
wait $! || true
for _ in $(seq 1000); do
  kill -0 "$(cat "$work/pid")" 2>/dev/null || break
  sleep 0.02
done
! kill -0 "$(cat "$work/pid")" 2>/dev/null || fail "t-SNE goes on without anybody"
[ ! -e "$work/never.html" ] || fail "a page of a run that was stopped"

# Words may be anything, and stay words.
{
  echo '12 3'
  n=0
  while IFS= read -r word; do
    n=$((n + 1))
    echo "$word $n $((n * n % 7)) 1"
  done <<'END'
</script><script>alert(1)</script>
"><img/src=x/onerror=alert(1)>
'quoted"
<!--
&lt;b&gt;
שלום
‮evil
👩‍👩‍👧
\u003c/script\u003e
__proto__
]]>
http:example
END
} >"$work/hostile"
sed 's/^[^ ]*/w/; 1s/.*/12 3/' "$work/hostile" | awk 'NR > 1 { $1 = "w" NR } { print }' >"$work/plain"
pca "$work/hostile" -output "$page"
pca "$work/plain" -output "$work/plain.html"
check page "$page"
check words "$page" "$work/hostile"
check same-tags "$page" "$work/plain.html"
printf '2 2\n\xff\xfe 1 2\nb 2 1\n' >"$work/bytes"
pca "$work/bytes" -output "$page"
check page "$page"

# One word, two, the same word or the same vector twice.
printf '1 2\nalone 1 2\n' >"$work/one"
pca "$work/one" -output "$page"
check page "$page" alone
expect_code 0 "$run" "$work/one" -output "$page"
one_line "fewer than 10 words are too few for t-SNE; PCA places them" "one word"
printf '2 2\na 1 2\nb 2 1\n' >"$work/two"
pca "$work/two" -output "$page"
check page "$page" a b
printf '4 2\na 1 2\nb 2 1\na 5 5\nc 1 1\n' >"$work/twice"
pca "$work/twice" -output "$page"
check page "$page" a b c
one_line "1 row is left out" "a word twice"
{ echo '30 2'; for n in $(seq 30); do echo "w$n 1 1"; done; } >"$work/same"
pca "$work/same" -output "$page"
check page "$page"
! $learn || expect_code 0 "$run" "$work/same" -output "$page" -projection tsne -python "$python"
{ echo '30 1'; for n in $(seq 30); do echo "w$n $n"; done; } >"$work/line"
pca "$work/line" -output "$page"
check page "$page"

# Vectors without a direction are left out, and that is said.
printf '5 2\na nan 1\nb 1 2\nc inf 1\nd 0 0\ne 2 1\n' >"$work/nan"
pca "$work/nan" -output "$page"
check page "$page" b e
one_line "nan: 3 words are left out, since their vectors are zero or have a number that is not" "NaN"
grep -q '3 words are left out' "$page" || fail "the page does not say what was left out"
printf '2 2\na nan 1\nb 0 0\n' >"$work/nan"
expect_code 1 "$run" "$work/nan" -output "$page"
one_line "no word has a vector that is finite and not zero" "nothing but NaN"

# Two models: words that both have, and of other dimensions too.
awk 'NR == 1 { print 400, $2 - 1 }
     NR > 1 && NR % 5 && n++ < 400 { out = $1; for (i = 3; i <= NF; ++i) out = out " " $i + (NR * i % 7) / 30
       print out }' "$work/v.txt" >"$work/other.txt"
sed -i "1s/.*/$(($(wc -l <"$work/other.txt") - 1)) $(awk 'NR == 2 { print NF - 1 }' "$work/other.txt")/" \
  "$work/other.txt"
pca "$work/v.txt" "$work/other.txt" -output "$page" -top 350
check page "$page"
check moved "$page" "$work/v.txt" "$work/other.txt"
pca "$golden/vectors.bin" "$golden/vectors.bin" -output "$page"
"$python" - "$page" "$here" <<'END' || fail "a model beside itself has moved"
import sys
sys.path.insert(0, sys.argv[2])
import word_map
data = word_map.data_of(sys.argv[1])
assert set(data["moved"]["kept"]) == {data["moved"]["k"]}
assert data["models"][0]["points"] == data["models"][1]["points"]
END
# A space that is turned is the same one: its columns in another order, some with the other sign.
awk 'NR == 1 { print }
     NR > 1 { out = $1; for (i = 2; i <= NF; ++i) { j = i % (NF - 1) + 2; out = out " " (i % 3 ? $j : -$j) }
       print out }' "$work/v.txt" >"$work/turned.txt"
pca "$work/v.txt" "$work/turned.txt" -output "$page"
"$python" - "$page" "$here" <<'END' || fail "turning a space has moved its words"
import sys
sys.path.insert(0, sys.argv[2])
import word_map
data = word_map.data_of(sys.argv[1])
kept = data["moved"]["kept"]
assert sum(kept) >= len(kept) * data["moved"]["k"] - 5, kept  # ties
first, second = (word_map.numbers(model["points"], "H") for model in data["models"])
assert max(abs(a - b) for a, b in zip(first, second)) <= 2
END
printf '1 2\nnobody 1 2\n' >"$work/nobody"
expect_code 1 "$run" "$golden/vectors.bin" "$work/nobody" -output "$page"
one_line "have no word in common" "nothing in common"

# Tables.
printf 'word\tsize\tkind\nb\t3\tx y\na\t1e2\t<b>\nz\t-1\tz\n' >"$work/table"
pca "$work/twice" -output "$page" -table "$work/table"
"$python" - "$page" "$here" <<'END' || fail "not the table's columns"
import sys
sys.path.insert(0, sys.argv[2])
import word_map
size, kind = word_map.data_of(sys.argv[1])["columns"]
assert size == {"name": "size", "values": [100, 3, None]}, size
assert kind == {"name": "kind", "texts": ["<b>", "x y"], "textOf": [0, 1, -1]}, kind
END
pca "$work/twice" -output "$page" -table "$work/table" -column kind
grep -q '"columns":\[{"name":"kind"' "$page" || fail "-column is not heeded"

# bad_table WHAT CONTENT: an error that says so.
bad_table() {
  printf '%b' "$2" >"$work/bad"
  expect_code 1 "$run" "$work/two" -output "$page" -table "$work/bad" -projection pca
  one_line "$1" "a table: $1"
}
bad_table 'line 1 has no tab' ''
bad_table 'line 1 has no tab' 'word,size\na,1\n'
bad_table 'line 1 has an empty name' 'word\t\na\t1\n'
bad_table 'line 1 names the column "x" twice' 'word\tx\tx\na\t1\t2\n'
bad_table 'line 3 has 3 cells, and the first line 2' 'word\tx\na\t1\nb\t1\t2\n'
bad_table 'has none of the words' 'word\tx\nz\t1\n'
bad_table 'line 2 has a cell of more than 1000 bytes' "word\tx\na\t$(printf 'y%.0s' $(seq 1001))\n"
bad_table 'has 21 columns, and a map at most 20' "w$(printf '\\tc%d' $(seq 21))\na$(printf '\\t%d' $(seq 21))\n"
expect_code 1 "$run" "$work/two" -output "$page" -table "$work/table" -column none
one_line 'has no column "none"' "a column that is not there"

# The projector's files.
pca "$golden/vectors.bin" -projector "$work/projector"
check projector "$work/projector" "$work/v.txt"
pca "$work/twice" -projector "$work/projector" -table "$work/table"
[ "$(sed -n 2p "$work/projector/metadata.tsv")" = "$(printf 'a\t1\t%s\t100\t<b>' "$(sed -n 2p "$work/projector/metadata.tsv" | cut -f3)")" ] ||
  fail "metadata: $(cat "$work/projector/metadata.tsv")"
"$bin/convert" "$work/twice" -output "$work/tab.npy" 2>/dev/null
printf 'a\tb\nb\nc\n' >"$work/tab.words"
expect_code 1 "$run" "$work/tab.npy" -projector "$work/other" -projection pca
one_line "row 1 has a word or a text with a tab" "a word with a tab"
[ ! -e "$work/other/vectors.tsv" ] || fail "half of the projector's files"

# The command line and its files.
expect_code 0 "$run"
grep -q "^Usage: word-map VECTORS" "$work/out" || fail "no usage"
expect_code 0 "$run" --help
expect_code 0 "$run" --version
grep -Eqx "word-map .*[0-9]+\.[0-9]+\.[0-9]+" "$work/out" || fail "--version: no version"

# refused TEXT ARGUMENT...: an error that says so.
refused() {
  local text=$1
  shift
  expect_code 1 "$run" "$@"
  one_line "$text" "$*"
}
refused 'name the vectors' -output "$page"
refused 'name where the page goes' "$work/two"
refused 'want tsne or pca' "$work/two" -output "$page" -projection umap
refused '-perplexity' "$work/two" -output "$page" -perplexity 0.5
refused '-top' "$work/two" -output "$page" -top 0
refused '-top' "$work/two" -output "$page" -top 200001
refused '-neighbors' "$work/two" -output "$page" -neighbors 51
refused 'at most' "$work/two" "$work/two" "$work/two" -output "$page"
refused '-projector: takes one file' "$work/two" "$work/one" -projector "$work/projector"
refused 'belongs to a -table' "$work/two" -output "$page" -column x
refused 'this is an input' "$work/two" -output "$work/two"
refused "$work/missing" "$work/missing" -output "$page"
refused "$work/no/page.html" "$work/two" -output "$work/no/page.html"
refused "$work/no/projector" "$work/two" -projector "$work/no/projector"
refused 'has none of the words' "$work/two" -output "$page" -counts "$golden/vocab.min3.txt"
expect_code 0 "$run" "$work/two" -output "$page" -projectio pca
grep -q 'unknown flag -projectio is ignored; did you mean -projection' "$work/err" ||
  fail "an unknown flag in silence: $(cat "$work/err")"
code=0
"$run" "$work/two" -output /dev/full -projection pca 2>"$work/err" || code=$?
[ "$code" -eq 1 ] || fail "a full disk: exit code $code"
