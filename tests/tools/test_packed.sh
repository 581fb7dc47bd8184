#!/bin/bash
# Vectors, vocabularies and test sets that are compressed, or come through a pipe, are read as the
# plain ones; outputs whose names end in .gz or .zst are compressed, and hold the plain bytes.
# Texts: test_streams.sh.
# Usage: test_packed.sh BIN_FOLDER GOLDEN_FOLDER
set -eu
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1

bin=$1
golden=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"
cd "$work"
text=$golden/corpus.txt
flags=(-size 8 -min-count 2 -threads 1 -iter 1 -cbow 0 -debug 0)

pack() { # pack FILE...: FILE.gz, FILE.xz beside it
  python3 - "$@" <<'END'
import gzip, lzma, sys
for name in sys.argv[1:]:
    data = open(name, "rb").read()
    open(name + ".gz", "wb").write(gzip.compress(data))
    open(name + ".xz", "wb").write(lzma.compress(data))
END
}
unpack() {
  case $1 in
    *.gz) python3 -c 'import gzip, sys; sys.stdout.buffer.write(gzip.open(sys.argv[1]).read())' "$1" ;;
    *.zst) zstd -dcq "$1" ;;
  esac
}

for binary in 0 1; do
  expect_code 0 "$bin/word2vec" -train "$text" "${flags[@]}" -binary $binary -output v$binary -save-vocab voc
done
ends=(gz)
if command -v zstd >/dev/null; then ends+=(zst); fi

# Outputs: the same bytes inside, and the same bytes outside in a second run.
for end in "${ends[@]}"; do
  for binary in 0 1; do
    for run in 1 2; do
      expect_code 0 "$bin/word2vec" -train "$text" "${flags[@]}" -binary $binary -output p$run.$end \
        -save-vocab voc$run.$end -report report.$end
    done
    unpack p1.$end | cmp - v$binary || fail "vectors in .$end are others"
    unpack voc1.$end | cmp - voc || fail "a vocabulary in .$end is another"
    cmp p1.$end p2.$end || fail ".$end: not the same bytes again"
    unpack report.$end | python3 -m json.tool >/dev/null || fail "a report in .$end"
  done
  expect_code 0 "$bin/word2phrase" -train "$text" -output phrases -threshold 20 -debug 0
  expect_code 0 "$bin/word2phrase" -train "$text" -output phrases.$end -threshold 20 -debug 0
  unpack phrases.$end | cmp - phrases || fail "phrases in .$end are others"
  expect_code 0 "$bin/convert" v0 -output c.npy.$end
  expect_code 0 "$bin/convert" v0 -output c.npy
  unpack c.npy.$end | cmp - c.npy || fail "a matrix in .$end is another"
  unpack c.words.$end | cmp - c.words || fail "a word list in .$end is another"
  expect_code 0 "$bin/convert" c.npy.$end -output again.txt
  expect_code 0 "$bin/convert" c.npy -output expected.txt
  cmp again.txt expected.txt || fail "a matrix in .$end is read as another"
  mkfifo fifo.$end
  unpack_fifo() { cat fifo.$end >from_fifo.$end; }
  unpack_fifo &
  expect_code 0 "$bin/convert" v0 -output fifo.$end -format text
  wait $!
  unpack from_fifo.$end | cmp - again.txt || fail "a FIFO named .$end"
done
head -c 8 p1.gz | tail -c 4 | cmp - <(head -c 4 /dev/zero) || fail "gzip says when it was packed"
expect_code 0 "$bin/convert" v0 -output large.txt.GZ
cp large.txt.GZ large.gz
unpack large.gz | cmp - again.txt || fail "large letters in a name"
for name in c.txt.xz c.txt.bz2; do
  expect_code 1 "$bin/convert" v0 -output $name
  grep -q "$name: .* is not written; name the file .gz or .zst" "$work/err" || fail "$(cat "$work/err")"
  [ ! -e $name ] || fail "$name was refused and is there"
done
# A device that is full is told.
if [ -w /dev/full ]; then
  ln -s /dev/full to_full.gz
  expect_code 1 "$bin/convert" v0 -output to_full.gz -format text
  grep -q "to_full.gz: cannot be written: No space" "$work/err" || fail "full: $(cat "$work/err")"
fi

# A model file is mapped.
expect_code 1 "$bin/word2vec" -train "$text" "${flags[@]}" -model m.gz
grep -q "m.gz: this file is mapped, so it cannot be compressed" "$work/err" || fail "$(cat "$work/err")"
[ ! -e m.gz ] || fail "a model file that was refused is there"

# Inputs of every kind.
printf 'mopi\tbe\t7\nbeistlori\tkaistorka\t3\nmopi\tkaistorka\t5\n' >pairs
printf ': some\nmopi be beistlori kaistorka\nbe mopi kaistorka beistlori\n' >questions
pack v0 v1 voc pairs questions c.npy
query() { "$bin/distance" "$@" -query be -top 5 -json /dev/stdout; }
for binary in 0 1; do
  query v$binary >expected
  for file in v$binary.gz v$binary.xz; do
    expect_code 0 query $file
    cmp expected "$work/out" || fail "$file: other answers"
    expect_code 0 query <(cat $file)
    cmp expected "$work/out" || fail "a pipe of $file: other answers"
    expect_code 0 query - <$file
    cmp expected "$work/out" || fail "the standard input of $file: other answers"
  done
done
query c.npy >expected
rm c.words.gz
expect_code 0 query c.npy.gz # its word list is not packed
cmp expected "$work/out" || fail "c.npy.gz: other answers"

expect_code 0 "$bin/word2vec" -train "$text" -read-vocab voc "${flags[@]}" -output expected
for file in voc.gz voc.xz; do
  expect_code 0 "$bin/word2vec" -train "$text" -read-vocab $file "${flags[@]}" -output v
  cmp expected v || fail "-read-vocab $file"
done
expect_code 0 "$bin/word2vec" -train "$text" -read-vocab <(cat voc.gz) "${flags[@]}" -output v
cmp expected v || fail "-read-vocab of a pipe"
expect_code 0 "$bin/word2vec" -train "$text" -init v0 "${flags[@]}" -output expected
expect_code 0 "$bin/word2vec" -train "$text" -init v0.xz "${flags[@]}" -output v
cmp expected v || fail "-init of a compressed file"

expect_code 0 "$bin/evaluate" v0 -similarity pairs -analogies questions
cp "$work/out" expected
expect_code 0 "$bin/evaluate" v0 -similarity pairs.xz -analogies questions.gz
sed 's/\.[xg]z//' "$work/out" | cmp - expected || fail "packed test sets: $(diff "$work/out" expected)"

# A model that is packed is told from what it could be taken for.
expect_code 0 "$bin/convert" v0 -output v.model
pack v.model
expect_code 1 "$bin/distance" v.model.gz -query be
grep -q "v.model.gz: is a model file.*unpack it" "$work/err" || fail "$(cat "$work/err")"
expect_code 1 "$bin/word2vec" -train v.model "${flags[@]}" -output v
grep -q "v.model: is a model file, and no text" "$work/err" || fail "$(cat "$work/err")"

# One standard input.
expect_code 1 "$bin/word2vec" -train - -read-vocab - "${flags[@]}" -output v <"$text"
grep -q -- "^word2vec: -: is named twice, and can be read once" "$work/err" || fail "$(cat "$work/err")"
expect_code 1 "$bin/word2vec" -train - -held-out /dev/stdin -hs 1 -negative 0 "${flags[@]}" -output v < <(cat "$text")
grep -q -- "^word2vec: /dev/stdin: is the same as -, and" "$work/err" || fail "$(cat "$work/err")"
mkfifo pipe
expect_code 1 "$bin/word2vec" -train pipe -held-out ./pipe -hs 1 -negative 0 "${flags[@]}" -output v
grep -q -- "^word2vec: ./pipe: is the same as pipe, and" "$work/err" || fail "$(cat "$work/err")"
expect_code 1 timeout "$limit" "$bin/word2phrase" -train pipe pipe -output v
grep -q -- "^word2phrase: pipe: is named twice" "$work/err" || fail "$(cat "$work/err")"
expect_code 0 "$bin/word2vec" -train /dev/null "$text" /dev/null "${flags[@]}" -output v
expect_code 1 "$bin/evaluate" pipe -similarity pipe
grep -q -- "^evaluate: pipe: is named twice" "$work/err" || fail "$(cat "$work/err")"
rm pipe
expect_code 0 "$bin/word2vec" -train "$text" -held-out /dev/stdin -hs 1 -negative 0 "${flags[@]}" -output v <"$text"
expect_code 1 "$bin/distance" - <v0
grep -q "distance: -: the standard input has the vectors" "$work/err" || fail "$(cat "$work/err")"
expect_code 1 "$bin/compute-accuracy" - <v0
grep -q "compute-accuracy: -: the standard input has the questions" "$work/err" || fail "$(cat "$work/err")"
expect_code 1 "$bin/compute-accuracy" v0 <questions.gz
grep -q "questions on standard input are compressed" "$work/err" || fail "$(cat "$work/err")"

# More than stays in memory.
expect_code 0 "$bin/convert" <(python3 -c 'print("700 5000")
for row in range(700): print("w%d" % row, "0.000001 -0.250000 " * 2500)') -output large.bin
expect_code 0 "$bin/convert" -info large.bin
grep -q "700" "$work/out" || fail "a pipe of 75 MB: $(cat "$work/out")"
[ "$(stat -c %s large.bin)" -gt 14000000 ] || fail "a pipe of 75 MB is cut"

# What is damaged, cut off or of several files is named.
head -c 200 v0.gz >cut
expect_code 1 "$bin/distance" cut -query be
grep -q "^distance: cut: is cut off at byte 200" "$work/err" || fail "cut off: $(cat "$work/err")"
python3 -c 'import zipfile
with zipfile.ZipFile("one.zip", "w") as z: z.write("v0")
with zipfile.ZipFile("two.zip", "w") as z: z.write("v0"); z.write("v1")'
query v0 >expected
expect_code 0 query one.zip
cmp expected "$work/out" || fail "a zip of one file"
expect_code 1 "$bin/distance" two.zip -query be
grep -q "two.zip: is an archive of several files; unpack" "$work/err" || fail "$(cat "$work/err")"
