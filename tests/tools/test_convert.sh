#!/bin/bash
# convert: every format into every other and back without a bit lost, files that it refuses, and
# whole files or none.
# Usage: test_convert.sh BIN_FOLDER GOLDEN_FOLDER
#
# NumPy looks at .npy files; without it that part is left out.
set -eu
export PYTHONDONTWRITEBYTECODE=1 LC_ALL=C

bin=$1
golden=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"
mkdir "$work/run"
cd "$work/run"

# Debian's NumPy belongs to Debian's Python, which may not be the first.
numpy() {
  /usr/bin/python3 "$here/convert.py" "$@"
}
/usr/bin/python3 -c 'import numpy' 2>/dev/null || numpy() { :; }

# convert WORD...: succeeds without a word.
convert() {
  expect_code 0 timeout "$limit" "$bin/convert" "$@"
  [ ! -s "$work/err" ] && [ ! -s "$work/out" ] || fail "convert $*: says $(cat "$work/err")"
}

# expect_refusal PATTERN WORD...: exit code 1, one line on stderr that matches, and no file made or
# changed.
expect_refusal() {
  local pattern=$1 before
  shift
  before=$(find . -printf '%p %i %m %s %T@\n' | grep -v '^\. ' | sort)
  expect_error convert "$pattern" timeout "$limit" "$bin/convert" "$@"
  [ ! -s "$work/out" ] || fail "$*: prints $(cat "$work/out")"
  [ "$(find . -printf '%p %i %m %s %T@\n' | grep -v '^\. ' | sort)" = "$before" ] ||
    fail "changes files: $*"
}

same() {
  cmp "$1" "$2" || fail "$3"
}

declare -A end=([text]=txt [binary]=bin [npy]=npy [glove]=glove [model]=model)

# From every format into every other, and from there to binary: text is rounded to six decimals, the
# others keep every bit. What is text or binary is what word2vec writes.
test_pairs() {
  local from to origin
  cp "$golden/vectors.bin" from.bin
  convert from.bin -output from.model -counts "$golden/vocab.min3.txt"
  for from in npy glove text; do convert from.bin -output "from.${end[$from]}"; done
  same from.txt "$golden/vectors.txt" "the text of golden vectors"
  for from in text binary npy glove model; do
    origin=$golden/vectors.bin
    if [ $from = text ]; then
      convert from.txt -output rounded.bin
      origin=rounded.bin
    fi
    for to in text binary npy glove model; do
      convert "from.${end[$from]}" -output "to.${end[$to]}"
      convert "to.${end[$to]}" -output back.bin
      if [ $to = text ]; then
        same "to.txt" "$golden/vectors.txt" "$from to text"
      else
        same back.bin "$origin" "$from to $to and back"
      fi
      case $to in
        npy) numpy same to.npy to.words "$origin" || fail "$from to npy: NumPy reads something else" ;;
        glove) [ "$(wc -l <to.glove)" -eq 497 ] || fail "$from to glove: not a line a word" ;;
        model) [ "$("$bin/convert" -info to.model | grep -c '^state *finished$')" = 1 ] ||
          fail "$from to model: not finished" ;;
      esac
    done
  done
  # Which thread makes a row does not show.
  convert from.bin -output one.npy -threads 1
  convert from.bin -output many.npy -threads 5
  same one.npy many.npy "five threads"
}

# The query programs open what comes out, and print what they print for the golden vectors.
test_queries() {
  convert "$golden/vectors.bin" -output golden.model
  expect_code 0 "$bin/distance" golden.model -compat 1 <"$golden/distance.stdin.txt"
  same "$work/out" "$golden/distance.stdout.txt" "distance of a model file"
  expect_code 0 "$bin/distance" golden.model -threads 1 -compat 1 <"$golden/distance.stdin.txt"
  same "$work/out" "$golden/distance.stdout.txt" "distance of a model file by one thread"
  expect_code 0 "$bin/word-analogy" golden.model -compat 1 <"$golden/analogy.stdin.txt"
  same "$work/out" "$golden/analogy.stdout.txt" "word-analogy of a model file"
  local threshold
  for threshold in 0 200; do
    sed 's/-nan/0.00/' "$golden/accuracy.$threshold.stdout.txt" >expected
    expect_code 0 "$bin/compute-accuracy" golden.model $threshold -compat 1 <"$golden/accuracy.stdin.txt"
    same "$work/out" expected "compute-accuracy of a model file, threshold $threshold"
  done
  for file in golden.model "$golden/vectors.bin"; do
    expect_code 0 "$bin/evaluate" "$file" -analogies "$golden/accuracy.stdin.txt" -threads 2
    tail -n +2 "$work/out" >"$(basename "$file").evaluation"
  done
  same golden.model.evaluation vectors.bin.evaluation "evaluate of a model file"
}

# Counts come from a vocabulary file, or from the model that is converted; -read-vocab takes them.
test_counts() {
  local vocabulary=(timeout "$limit" "$bin/word2vec" -train "$golden/corpus.txt" -save-vocab saved
    -min-count 3 -debug 0 -read-vocab)
  convert "$golden/vectors.bin" -output counted.model -counts "$golden/vocab.min3.txt"
  convert counted.model -output again.model
  convert "$golden/vectors.bin" -output counted2.model -counts counted.model
  local model
  for model in counted again counted2; do
    expect_code 0 "${vocabulary[@]}" $model.model
    same saved "$golden/vocab.min3.txt" "the counts of $model"
  done
  # But for its header, which says which file it is.
  cmp <(tail -c +8193 counted.model) <(tail -c +8193 counted2.model) || fail "counts of a model file"
  printf '</s> 5\nnobody 3\n' >few
  convert "$golden/vectors.bin" -output few.model -counts few
  expect_code 0 "${vocabulary[@]}" few.model -min-count 0
  [ "$(head -n 1 saved)" = "</s> 5" ] || fail "a count of few words: $(head -n 1 saved)"
}

# W, W' and their sum, of any length or of length 1.
test_matrices() {
  "$bin/make_model" plain.model plain
  "$bin/make_model" alone.model alone
  local matrix
  for matrix in input output sum; do
    convert plain.model -output $matrix.npy -matrix $matrix
    numpy made $matrix.npy $matrix || fail "-matrix $matrix"
    convert plain.model -output unit.npy -matrix $matrix -normalize 1
    numpy unit unit.npy $matrix.npy || fail "-matrix $matrix -normalize 1"
    convert plain.model -output one.model -matrix $matrix
    convert one.model -output again.npy
    same again.npy $matrix.npy "-matrix $matrix as a model"
  done
  convert alone.model -output input2.npy
  same input2.npy input.npy "a model of W alone"
  printf '</s>\nsun\nb\303\244r\nmoon\n' | cmp - input.words || fail "the words of a model"
  for matrix in output sum; do
    expect_refusal "alone.model: has no output vectors of its words, W'" alone.model -output x.bin \
      -matrix $matrix
    expect_refusal "vectors.bin: has no output vectors" "$golden/vectors.bin" -output x.bin \
      -matrix $matrix
  done
}

# What the file holds says what it is, whatever its name; the name says what is written.
test_names() {
  cp "$golden/vectors.bin" odd.npy
  convert odd.npy -output a.glove.txt
  [ "$(wc -l <a.glove.txt)" -eq 497 ] || fail ".glove.txt is not GloVe's"
  convert a.glove.txt -output a.vec -format binary
  same a.vec "$golden/vectors.bin" "-format beside a name"
  "$bin/convert" "$golden/vectors.bin" -output /dev/stdout -format binary | cmp - \
    "$golden/vectors.bin" || fail "/dev/stdout"
  "$bin/convert" "$golden/vectors.bin" -output /dev/stdout -format npy -words out.words >out.npy
  numpy same out.npy out.words "$golden/vectors.bin" || fail "/dev/stdout as .npy"
  convert out.npy -output b.bin -words out.words
  same b.bin "$golden/vectors.bin" "a word list of another name"
  expect_refusal "name one with -words" b.bin -output /dev/stdout -format npy
  expect_refusal "give -format text, binary, npy, glove or model" b.bin -output vectors
  expect_refusal "-format word2vec: want text" b.bin -output x.bin -format word2vec
  expect_refusal "-matrix both: want input, output or sum" b.bin -output x.bin -matrix both
  expect_refusal "-normalize 2: want" b.bin -output x.bin -normalize 2
  expect_refusal "-threads -1: want" b.bin -output x.bin -threads -1
  expect_refusal "-words: belongs to a .npy file" b.bin -output x.txt -words out.words
  expect_refusal "-counts: only a model file" b.bin -output x.txt -counts "$golden/vocab.min3.txt"
  expect_refusal "name where it goes with -output" b.bin
  expect_refusal "name the file to convert" -output x.bin
  expect_refusal "b.bin: this is an input" b.bin -output b.bin
  expect_refusal "out.words: this is an input" out.npy -words out.words -output out.words \
    -format text
  cp b.bin c.words
  expect_refusal "c.words: this is an input" c.words -output c.npy
  expect_refusal "name two files" b.bin -output d.npy -words d.npy
  expect_refusal "missing/x.bin: " b.bin -output missing/x.bin
  expect_refusal "missing/x.model: " b.bin -output missing/x.model
  expect_refusal "missing: " missing -output x.bin
  expect_refusal "directory" . -output x.bin
  expect_refusal "/dev/null" b.bin -output /dev/null -format model
  expect_code 1 "$bin/convert" b.bin -output
  grep -q "Argument missing for -output" "$work/out" || fail "-output without a name"
  expect_code 0 "$bin/convert" b.bin -output x.bin -normalise 1 stray
  grep -q "unknown flag -normalise is ignored; did you mean -normalize" "$work/err" ||
    fail "an unknown flag in silence: $(cat "$work/err")"
  expect_code 0 "$bin/convert"
  grep -q "^Usage: convert INPUT -output FILE" "$work/out" || fail "no usage"
  expect_code 0 "$bin/convert" --version
  grep -Eqx "convert .*[0-9]+\.[0-9]+\.[0-9]+" "$work/out" || fail "--version: no version"
}

# Words that a format cannot hold, rows that are no numbers: told with their row.
test_words() {
  local kind to formats
  declare -A holds=([space]="npy model" [tab]="binary npy model" [newline]=model
    [return]="binary model")
  for kind in space tab newline return; do
    "$bin/make_model" $kind.model $kind
    for to in text binary npy glove model; do
      formats=" ${holds[$kind]} "
      if [[ $formats == *" $to "* ]]; then
        convert $kind.model -output "$kind.out.${end[$to]}"
        convert "$kind.out.${end[$to]}" -output $kind.back.model
        # The first section, "words", fills a page of its own.
        cmp <(tail -c +8193 $kind.model | head -c 4096) \
          <(tail -c +8193 $kind.back.model | head -c 4096) || fail "$kind in $to: other words"
      else
        expect_refusal "$kind.model: row 3 has the word .*cannot hold" $kind.model \
          -output "x.${end[$to]}"
      fi
    done
  done
  "$bin/make_model" empty.model empty
  expect_refusal "empty.model: row 3 has no word" empty.model -output x.bin
  "$bin/make_model" twice.model twice
  expect_refusal 'twice.model: row 3 has a word, "sun", that stands before' twice.model -output x.npy
  # Elsewhere the first row counts, and that is said.
  printf '4 1\na 1\nb 2\na 3\nc 4\n' >twice
  printf '3 1\na 1.000000 \nb 2.000000 \nc 4.000000 \n' >once
  expect_code 0 "$bin/convert" twice -output twice.npy
  grep -q 'twice: 1 row is left out.* row 3, "a"' "$work/err" || fail "a row left out in silence"
  convert twice.npy -output twice.txt
  same twice.txt once "the first row of a word"
  printf 'a\nb\na\n' >again.words
  expect_code 0 "$bin/convert" twice.npy -words again.words -output again.txt
  grep -q 'twice.npy: 1 row is left out.* row 3, "a"' "$work/err" || fail "a row of .npy, in silence"
  same again.txt <(printf '2 1\na 1.000000 \nb 2.000000 \n') "the first row of a word in .npy"
  printf '2 1\na 1\n 2\n' >empty
  expect_refusal 'empty: row 2 has no word' empty -output x.model
  for kind in nan inf; do
    "$bin/make_model" $kind.model $kind
    for to in text binary npy glove model; do
      expect_refusal "$kind.model: row 3, \".*\", has a number that is not finite" $kind.model \
        -output "x.${end[$to]}" -normalize 1
    done
  done
  convert inf.model -output fine.bin -matrix output
  expect_refusal 'inf.model: row 2, "sun", has a number' inf.model -output x.bin -matrix sum
  for kind in rows shape; do
    "$bin/make_model" $kind.model $kind
    expect_refusal "$kind.model: " $kind.model -output x.bin
  done
  # Of many rows that are no numbers the first is told, whatever thread finds one first.
  awk 'BEGIN { print 30000, 30; for (k = 1; k <= 30000; ++k) { printf "w%d", k
    for (i = 0; i < 30; ++i) printf " %s", k % 5000 == 4999 ? "nan" : "1.5"; print "" } }' >many
  expect_refusal 'many: row 4999, "w4999"' many -output x.bin -threads 4
}

# Files that are damaged, or something else.
test_hostile() {
  local file
  convert "$golden/vectors.bin" -output good.model
  for size in 7 100 4096 8192 20000; do
    head -c $size good.model >cut.model
    expect_refusal "cut.model: " cut.model -output x.bin
  done
  for place in 8200 12300 16400 25000; do
    cp good.model bad.model
    printf '\377\377\377' | dd of=bad.model bs=1 seek=$place conv=notrunc status=none
    expect_refusal 'bad.model: .*"(words|word_ends|counts|input)" is damaged' bad.model -output x.bin
  done
  printf 'a 1 2 3\nb 1 2\n' >short
  expect_refusal "short: row 2 has too few numbers" short -output x.bin
  printf 'a 1 2 3\nb 1 2 3 4\n' >long
  expect_refusal "long: row 2 has too many numbers" long -output x.bin
  printf 'a 1 2 3\nnew york 1 2 3\n' >spaces
  expect_refusal 'spaces: row 2 has the word "new york", with a space' spaces -output x.bin
  convert spaces -output spaces.npy
  same spaces.words <(printf 'a\nnew york\n') "a word with a space"
  printf 'a 1 2 3\nb 1 x 3\n' >letters
  expect_refusal "letters: row 2 holds something that is not a number" letters -output x.bin
  { printf 'a'; head -c 40000 /dev/zero | sed 's/\x0/ 1/g'; yes '' | sed 's/$/\nb 1/' | head -n 9999; } \
    >hungry
  expect_refusal "hungry: row 2 has too few numbers" hungry -output x.bin
  for file in "$golden/corpus.txt" "$golden/vocab.stdout.txt" /dev/null "$bin/convert"; do
    expect_refusal "$(basename "$file"): " "$file" -output x.bin
  done
  : >nothing
  expect_refusal "nothing: the first line is neither" nothing -output x.bin
  printf '0 5\n' >none
  expect_refusal "none: holds no words" none -output x.bin
  convert "$golden/vectors.bin" -output list.npy
  rm list.words
  expect_refusal "list.npy: needs the list of its words, one a line: list.words" \
    list.npy -output x.bin
  head -n 400 "$golden/vocab.min3.txt" >list.words
  expect_refusal "list.npy: has 497 rows, and list.words has 400 words" list.npy -output x.bin
  [ -z "$(type -t numpy | grep -v function)" ] || return 0
  mkdir arrays
  numpy write arrays
  [ -e arrays/good.npy ] || return 0
  printf 'a\r\nb\nc c\nd' >words
  for file in good two; do
    convert arrays/$file.npy -words words -output $file.model
    expect_code 0 "$bin/convert" $file.model -output /dev/stdout -format npy -words out.words
    same "$work/out" arrays/good.npy "$file.npy and back"
    printf 'a\nb\nc c\nd\n' | cmp - out.words || fail "$file.npy: other words"
  done
  convert arrays/wide.npy -words words -output wide.npy -normalize 1
  numpy unit wide.npy arrays/wide.npy || fail "lengths that no float holds"
  declare -A says=([double]="'?<f8.*astype" [big]=">f4" [integers]="<i4" [columns]="ascontiguous"
    [flat]="no header of a matrix" [cube]="no header of a matrix" [thin]="no header of a matrix"
    [records]="no header of a matrix" [objects]="type .O" [cut6]="cut off" [cut7]="cut off"
    [cut9]="cut off" [cut60]="cut off" [cut175]="has 47 bytes" [more]="has 60 bytes"
    [version9]="version 9" [huge]="says 4611686018427387904 rows" [negative]="no header"
    [code]="no header")
  for file in "${!says[@]}"; do
    expect_refusal "arrays/$file.npy: .*${says[$file]}" arrays/$file.npy -words words -output x.bin
  done
  expect_refusal "arrays/cut5.npy: the first line is neither" arrays/cut5.npy -output x.bin
}

# Whole files or none: a reader that has gone, a full disk, and a model file that a run trains.
test_trouble() {
  echo old >old.txt
  local code=0
  # More than a pipe holds.
  awk 'BEGIN { print 20000, 20; for (k = 1; k <= 20000; ++k) { printf "w%d", k
    for (i = 0; i < 20; ++i) printf " 1.5"; print "" } }' >much
  { "$bin/convert" much -output /dev/stdout -format text 2>err || echo $? >code; } | head -c 1 >first
  [ "$(cat code)" = 1 ] || fail "a closed pipe: exit code $(cat code)"
  "$bin/convert" -info "$golden/vectors.bin" >&- 2>err || code=$?
  [ $code -eq 1 ] || fail "-info with stdout closed: exit code $code"
  code=0
  "$bin/convert" "$golden/vectors.bin" -output closed.model >&- || code=$?
  [ $code -eq 0 ] || fail "stdout closed: exit code $code"
  convert closed.model -output closed.bin
  same closed.bin "$golden/vectors.bin" "a model that was written with stdout closed"
  (ulimit -f 8; exec "$bin/convert" "$golden/vectors.bin" -output old.txt 2>err) && fail "ulimit -f"
  [ "$(cat old.txt)" = old ] || fail "ulimit -f: the old file has gone"
  expect_refusal "/dev/full: cannot be written" "$golden/vectors.bin" -output /dev/full -format text
  mkdir disk
  if mount -t tmpfs -o size=64k none disk 2>/dev/null; then
    trap 'umount "$work/run/disk" 2>/dev/null || true; rm -rf "$work"' EXIT
    echo old >disk/x
    for format in text binary npy glove model; do
      expect_refusal "disk/x: .*(MiB|bytes).* free" much -output disk/x -format $format
    done
    [ "$(cat disk/x)" = old ] || fail "a disk too small: the old file has gone"
    [ "$(ls -A disk)" = x ] || fail "a disk too small: leaves $(ls -A disk)"
    umount disk
  fi
}

test_info() {
  local name
  for name in plain alone; do "$bin/make_model" $name.model $name; done
  expect_code 0 "$bin/convert" -info plain.model
  local line
  for line in 'file +plain.model' 'format +model file, version 1.0' \
    'state +stopped, with more to train' 'words +4' 'dimensions +5' 'input +256 +4 +5' \
    'output +256 +4 +5' 'nodes +192 +3 +5' 'unheard-of +10' ' +size +5' ' +cbow +false' \
    ' +alpha +0.025' ' +text +"b.u00e4r.txt"' ' +more +\{"x":\[1\]\}'; do
    grep -Eqx -e "$line" "$work/out" || fail "-info: no line $line: $(cat "$work/out")"
  done
  expect_code 0 "$bin/convert" -info alone.model
  ! grep -q plan "$work/out" || fail "-info of a model without a plan tells of one"
  for name in deep long list bytes; do
    "$bin/make_model" $name.model $name
    expect_code 0 timeout "$limit" "$bin/convert" -info $name.model
    [ "$(wc -c <"$work/out")" -lt 2000 ] || fail "-info of a plan that is $name: too long"
    LC_ALL=C grep -q '[^ -~]' "$work/out" && fail "-info of a plan that is $name: odd bytes"
  done
  grep -q 'u001b\[2J' "$work/out" || fail "-info: a name of odd bytes is lost"
  convert "$golden/vectors.bin" -output info.npy
  for name in "vectors.bin:word2vec, binary" "vectors.txt:word2vec, text"; do
    expect_code 0 "$bin/convert" -info "$golden/${name%%:*}"
    grep -qx "format  *${name##*:}" "$work/out" || fail "-info: $(cat "$work/out")"
    grep -qx "words  *497" "$work/out" && grep -qx "dimensions  *12" "$work/out" ||
      fail "-info: $(cat "$work/out")"
  done
  expect_code 0 "$bin/convert" -info info.npy
  grep -qx "dimensions  *12" "$work/out" || fail "-info of .npy: $(cat "$work/out")"
  expect_refusal "missing" -info missing
  expect_refusal "leave -output out" -info plain.model -output x.bin
  expect_refusal "corpus.txt: the first line" -info "$golden/corpus.txt"
}

for part in pairs queries counts matrices names words hostile trouble info; do "test_$part"; done
