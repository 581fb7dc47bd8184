#!/bin/bash
# What can happen to the files of a run while it runs: a disk too small, a limit to the size of
# files, a text that is cut short or changed while it is mapped, hints that are refused. One line on
# stderr and exit code 1, and old files stay as they were.
# Usage: test_trouble.sh BIN_FOLDER GOLDEN_FOLDER
#
# What takes a superuser is left out where there is none.
set -eu
export LC_ALL=C

bin=$1
golden=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"
mkdir "$work/disk" "$work/spare"
trap 'kill -s KILL $(jobs -p) 2>/dev/null || true; umount "$work/disk" 2>/dev/null || true
  rm -rf "$work"' EXIT
cd "$work"
export TMPDIR=$work/spare

train=(timeout 60 "$bin/word2vec" -train "$golden/corpus.txt" -cbow 0 -min-count 3 -iter 1
  -threads 1 -debug 0)

# expect_line PATTERN WHAT: one line on stderr, which matches.
expect_line() {
  [ "$(wc -l <err)" -eq 1 ] || fail "$2: not one line on stderr: $(cat err)"
  grep -Eq "$1" err || fail "$2: says $(cat err)"
}

# 497 vectors of 100 numbers take about 190 KiB, and of 300 numbers 570 KiB.
if mount -t tmpfs -o size=400k none disk 2>/dev/null; then
  echo old >disk/vectors
  expect_code 1 "${train[@]}" -size 300 -binary 1 -output disk/vectors
  expect_line "disk/vectors: .*MiB free" "a disk too small for the vectors"
  expect_code 1 "${train[@]}" -size 150 -binary 1 -output disk/vectors -output-context disk/context
  expect_line "disk/.*MiB free" "a disk too small for both"
  [ "$(cat disk/vectors)" = old ] || fail "a disk too small: the old vectors have gone"
  [ "$(ls -A disk)" = vectors ] || fail "a disk too small: leaves $(ls -A disk)"

  # Words longer than any text has take more than was asked for.
  for ((k = 0; k < 5000; ++k)); do printf 'w%089d ' $k; done >text
  long=(timeout 60 "$bin/word2vec" -train text -cbow 0 -min-count 1 -size 2 -iter 1 -threads 1
    -debug 0 -binary 1)
  expect_code 0 "${long[@]}" -output expected
  expect_code 1 "${long[@]}" -output disk/vectors
  expect_line "disk/vectors: cannot be written: No space left on device; the result is kept in " \
    "a disk that is full"
  cmp expected spare/hogvec.vectors.* || fail "a disk that is full: not the same vectors"
  rm spare/*
  expect_code 0 "${long[@]}" -output expected -output-context expected.context
  expect_code 1 "${long[@]}" -output disk/vectors -output-context context
  cmp expected spare/hogvec.vectors.* || fail "a disk that is full for the first of two files"
  cmp expected.context context || fail "a disk that is full for one file: the other is lost"
  rm spare/*
  expect_code 1 env TMPDIR="$work/missing" "${long[@]}" -output disk/vectors
  expect_line "disk/vectors: .*; nor can it be kept in $work/missing: no file can be made" \
    "a disk that is full, and nowhere else to go"
  [ "$(cat disk/vectors)" = old ] || fail "a disk that is full: the old vectors have gone"
  [ "$(ls -A disk)" = vectors ] || fail "a disk that is full: leaves $(ls -A disk)"
  umount disk
fi

echo old >vectors
limited() {
  (ulimit -f "$1" && shift && "$@")
}
expect_code 1 limited 100 "${train[@]}" -size 100 -binary 1 -output vectors
expect_line "vectors: cannot be written: File too large; nor can it be kept in $TMPDIR" \
  "a limit to the size of files"
[ "$(cat vectors)" = old ] || fail "a limit to the size of files: the old vectors have gone"
[ -z "$(ls -A spare)" ] || fail "leaves $(ls -A spare)"

# Hints to the system that it does not take cost time at most. Sanitizers give hints of their own.
export ASAN_OPTIONS="${ASAN_OPTIONS-}:use_madv_dontdump=0"
export TSAN_OPTIONS="${TSAN_OPTIONS-}:use_madv_dontdump=0"
expect_code 0 "${train[@]}" -size 100 -output expected
for what in huge_pages madvise; do
  for place in "" "-model model"; do
    # shellcheck disable=SC2086  # several words
    expect_code 0 python3 "$here/without.py" $what "${train[@]}" -size 100 -output got $place
    [ ! -s err ] || fail "without $what $place: says $(cat err)"
    cmp expected got || fail "without $what $place: other vectors"
    rm -f got model
  done
done

# Pages that are lost are told in one line, and in one line only, whichever thread comes first; what
# is nobody's is the system's to tell.
short="was cut short while it was read, or its disk fails; give a file that stays as it is"
head -c 1000000 /dev/zero >"some"$'\n'"text"
expect_code 1 "$bin/lost_pages" file "some"$'\n'"text"
expect_line "^lost_pages: some[?]text: $short\$" "a file that is cut short"
cp "$here/../fuzz/seeds/model/words" model
expect_code 1 "$bin/lost_pages" model model
expect_line "^lost_pages: model: was cut short while it was open, or its disk fails; restore" \
  "a model file that is cut short"
head -c 1000000 /dev/zero >text
signal=$((128 + $(kill -l BUS)))
expect_code $signal "$bin/lost_pages" stray text
expect_code $signal "$bin/lost_pages" sent
if mount -t tmpfs -o size=400k none disk 2>/dev/null; then
  expect_code 1 "$bin/lost_pages" disk disk
  expect_line "^lost_pages: disk: a page of a temporary file cannot be had, the disk is full or" \
    "a disk that is full where a page of a temporary file should lie"
  umount disk
fi

# stop_while_it_reads FILE COMMAND...: starts it as $!, and stops it when it has mapped the file.
stop_while_it_reads() {
  local file=$1 maps
  shift
  "$@" >out 2>err &
  maps=/proc/$!/maps
  until grep -qs "/$file\$" "$maps"; do
    kill -0 $! 2>/dev/null || fail "$*: ended before it was seen to read: $(cat err)"
  done
  kill -s STOP $!
}

# The text is a hole, which takes a second to read and no disk.
for file in text vectors questions; do
  case $file in
    text)
      printf 'some words\n' >text
      reader=("$bin/word2vec" -train text -save-vocab vocab -threads 1)
      ;;
    vectors)
      printf '1000000 300\nsome ' >vectors
      reader=("$bin/distance" vectors)
      ;;
    questions)
      printf 'a b c d\n' >questions
      reader=("$bin/evaluate" "$golden/vectors.bin" -analogies questions)
      ;;
  esac
  truncate -s 2G $file
  stop_while_it_reads $file "${reader[@]}"
  truncate -s 1000 $file
  kill -s CONT $!
  code=0
  wait $! || code=$?
  [ $code -eq 1 ] || fail "$file: cut short while it is read: exit code $code: $(cat err)"
  expect_line "$file: $short|$file: was changed while it was read; read it when" "$file: cut short"
done
[ ! -e vocab ] || fail "a vocabulary of half a text"
