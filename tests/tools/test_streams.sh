#!/bin/bash
# Texts from wherever they come: pipes, what is compressed, archives, folders. Vocabulary and vectors
# are those of the plain file, byte for byte; what is damaged or cut off is named before any output
# is touched.
# Usage: test_streams.sh BIN_FOLDER GOLDEN_FOLDER
set -eu
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1

bin=$1
golden=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"
cd "$work"
text=$golden/corpus.txt

flags=(-size 8 -min-count 2 -threads 1 -iter 1 -cbow 0 -binary 1 -debug 0)

# expect_same WHAT WORD...: word2vec with these words for its text makes the plain text's bytes.
expect_same() {
  local what=$1
  shift
  expect_code 0 timeout "$limit" "$bin/word2vec" "$@" "${flags[@]}" -output vectors -save-vocab vocab
  cmp vocab plain.vocab || fail "$what: another vocabulary"
  cmp vectors plain.vectors || fail "$what: other vectors"
}

expect_code 0 "$bin/word2vec" -train "$text" "${flags[@]}" -output plain.vectors -save-vocab plain.vocab

# By what they hold, whatever they are called; Python has what packs them.
python3 - "$text" <<'END'
import bz2, gzip, lzma, os, sys, tarfile, zipfile
text = open(sys.argv[1], "rb").read()
lines = text.splitlines(keepends=True)
half = b"".join(lines[: len(lines) // 2]), b"".join(lines[len(lines) // 2 :])
def write(name, data):
    with open(name, "wb") as file:
        file.write(data)
write("gzip", gzip.compress(text))
write("members", gzip.compress(half[0]) + gzip.compress(b"") + gzip.compress(half[1]) + bytes(512))
write("xz", lzma.compress(text))
write("lzma", lzma.compress(text, format=lzma.FORMAT_ALONE))
write("twice", lzma.compress(gzip.compress(text)))
write("bzip2", bz2.compress(text))
write("bzip2.twice", bz2.compress(half[0]) + bz2.compress(half[1]))
os.mkdir("folder")
for part in range(7):
    first, last = len(lines) * part // 7, len(lines) * (part + 1) // 7
    write(f"folder/part{part}", b"".join(lines[first:last]))
for name, mode in (("tar", "w"), ("tar.gz", "w:gz"), ("tar.xz", "w:xz")):
    with tarfile.open(name, mode) as file:
        for part in range(7):
            file.add(f"folder/part{part}")
with tarfile.open("shards", "w") as file:  # each packed, and an empty one
    for part in range(7):
        data = open(f"folder/part{part}", "rb").read()
        write("shard", (gzip.compress, bz2.compress, lzma.compress)[part % 3](data))
        file.add("shard", f"part{part}")
    write("shard", lzma.compress(b""))
    file.add("shard")
for name, method in (("zip", zipfile.ZIP_DEFLATED), ("zip.stored", zipfile.ZIP_STORED)):
    with zipfile.ZipFile(name, "w", method) as file:
        for part in range(7):
            file.write(f"folder/part{part}")
END
packed=(gzip members xz bzip2 bzip2.twice tar tar.gz tar.xz zip zip.stored twice shards)
for file in "${packed[@]}"; do expect_same "$file" -train "$file"; done
for program in zstd lz4; do
  command -v $program >/dev/null || continue
  $program -q -c "$text" >$program
  expect_same $program -train $program
  packed+=($program)
done

# Files, a folder, pipes of all kinds.
expect_same "several words" -train folder/part[0-3] -train folder/part4 folder/part5 folder/part6
expect_same "a folder" -train folder
mkdir -p deep/a deep/b
cp folder/part[0-3] deep/a
cp folder/part[4-6] deep/b
expect_same "folders in a folder" -train deep -recursive 1
expect_code 1 "$bin/word2vec" -train deep "${flags[@]}" -output vectors
grep -q "deep: this folder has no files.*-recursive 1" "$work/err" || fail "$(cat "$work/err")"
expect_same "stdin" -train - <"$text"
cat "$text" | expect_same "a pipe" -train -
cat gzip | expect_same "a compressed pipe" -train -
cat "$text" | expect_same "/dev/stdin" -train /dev/stdin
mkfifo fifo
cat tar.gz >fifo &
expect_same "a FIFO" -train fifo
wait $!
expect_same "a substitution" -train <(cat xz)
for threads in 2 3; do
  cat "$text" | expect_code 0 "$bin/word2vec" -train - -min-count 2 -threads $threads -save-vocab vocab
  cmp vocab plain.vocab || fail "a pipe, $threads threads: another vocabulary"
done

# A run that is kept knows where its text was.
expect_code 0 "$bin/word2vec" -train folder/part[0-3] -train folder/part[4-6] "${flags[@]}" \
  -model model -output kept
expect_code 0 "$bin/word2vec" -resume model -iter 2 -output kept
expect_code 0 "$bin/word2vec" -train folder/part3 gzip "${flags[@]}" -model other -output kept
"$bin/convert" -info other | grep -q 'folder/part3' || fail "the kept texts: $("$bin/convert" -info other)"

# The other programs and flags that read texts.
"$bin/word2phrase" -train "$text" -output phrases -threshold 20 -debug 0 >/dev/null
cat tar.gz | "$bin/word2phrase" -train - -output phrases.again -threshold 20 -debug 0 >/dev/null
cmp phrases phrases.again || fail "word2phrase of a pipe"
for held in "$text" xz; do
  expect_code 0 "$bin/word2vec" -train "$text" "${flags[@]}" -softmax 1 -max-vocab 50 \
    -held-out "$held" -report "report.${held##*/}.json" -output held
done
python3 - "report.${text##*/}.json" report.xz.json <<'END' || fail "-held-out of a compressed text"
import json, sys
one, other = (json.load(open(name))["held_out"] for name in sys.argv[1:])
one.pop("file", None), other.pop("file", None), one.pop("seconds", None), other.pop("seconds", None)
assert one == other, (one, other)
END

# Damaged or cut off: the name, exit 1, the old output as it was.
printf 'old' >vectors
for file in "${packed[@]}"; do
  size=$(stat -c %s "$file")
  # The end of a tar archive, and of the members, are zeros.
  for cut in $((size / 2)) $((size / 4)) 300; do
    head -c "$cut" "$file" >cut
    expect_code 1 timeout "$limit" "$bin/word2vec" -train cut "${flags[@]}" -output vectors
    [ "$(wc -l <"$work/err")" -eq 1 ] && grep -q "^word2vec: cut" "$work/err" ||
      fail "$file cut off at $cut: $(cat "$work/err")"
  done
  case $file in tar | lz4) continue ;; esac  # which have no checksum of what they hold
  python3 -c 'import sys; data = bytearray(open(sys.argv[1], "rb").read())
data[len(data) * 2 // 5] ^= 0x10
open("damaged", "wb").write(data)' "$file"
  expect_code 1 timeout "$limit" "$bin/word2vec" -train damaged "${flags[@]}" -output vectors
  grep -q "^word2vec: damaged" "$work/err" || fail "$file damaged: $(cat "$work/err")"
done
# A stream behind another that has no right beginning is no end.
for kind in bzip2 lz4; do
  command -v $kind >/dev/null || continue
  { $kind -q -c "$text"; $kind -q -c "$text" | head -c 3; } >cut
  expect_code 1 timeout "$limit" "$bin/word2vec" -train cut "${flags[@]}" -output vectors
  grep -q "^word2vec: cut: is damaged or cut off behind byte" "$work/err" || fail "$kind: $(cat "$work/err")"
  cat cut | expect_code 1 timeout "$limit" "$bin/word2vec" -train - "${flags[@]}" -output vectors
  grep -q "^word2vec: -: is damaged or cut off behind byte" "$work/err" || fail "$kind: $(cat "$work/err")"
done
[ "$(cat vectors)" = old ] || fail "a damaged text replaces the output"
# Nothing, packed, is a text of nothing.
for kind in zstd xz bzip2 lz4 gzip; do
  command -v $kind >/dev/null || continue
  $kind -q -c </dev/null >nothing
  expect_same "nothing of $kind" -train nothing "$text" nothing
done
python3 -c 'import gzip; data = b"a b\n"
for layer in range(8): data = gzip.compress(data)
open("deep.gz", "wb").write(data)'
expect_code 1 "$bin/word2vec" -train deep.gz "${flags[@]}" -output other
grep -q "deep.gz: is packed too many times" "$work/err" || fail "deep: $(cat "$work/err")"
printf '7z\274\257\047\034 and more' >seven
expect_code 1 "$bin/word2vec" -train seven "${flags[@]}" -output vectors
grep -q "seven: is packed in a way that is not read" "$work/err" || fail "7z: $(cat "$work/err")"
expect_code 1 "$bin/word2vec" -train lzma "${flags[@]}" -output vectors
grep -q "lzma: is packed in a way that is not read" "$work/err" || fail "lzma: $(cat "$work/err")"

# An output must not be one of the texts.
expect_code 1 "$bin/word2vec" -train folder "${flags[@]}" -output folder/part2
grep -q "this is the training text" "$work/err" || fail "an output in the folder of the text"
expect_code 1 "$bin/word2phrase" -train folder/part1 folder/part2 -output folder/part2
grep -q "this is the training text" "$work/err" || fail "word2phrase: an output that is a text"
