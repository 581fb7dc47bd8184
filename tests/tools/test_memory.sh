#!/bin/bash
# Texts are read in the memory that they take: their bytes, eight bytes a word, and a program's own,
# under a limit to the address space, which counts what is mapped and not what is used; and word2vec
# says before a run what it will hold.
# Usage: test_memory.sh BIN_FOLDER GOLDEN_FOLDER
#
# Out of scope: builds with a sanitizer, which map terabytes.
set -eu
export LC_ALL=C

bin=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"
cd "$work"

bytes=60000000
words=$((bytes / 5)) # "word " but for the few longer ones
own=100000000        # code, libraries, stacks, and what an allocator maps ahead
limit=$(((bytes + 8 * words + own) / 1024))
{ yes 'some text that has just four bytes in most of its words' || true; } | head -c $bytes >text

limited() {
  (ulimit -v $limit && "$@")
}

expect_code 0 timeout 60 "$bin/word2vec" -train text -save-vocab expected -threads 2 -debug 0
expect_code 0 limited timeout 60 "$bin/word2vec" -train text -save-vocab vocab -threads 2 -debug 0
cmp expected vocab || fail "a vocabulary read within limits is another one"
# Whatever number of threads is asked for.
expect_code 0 limited timeout 60 "$bin/word2vec" -train text -save-vocab vocab -threads 64 -debug 0
cmp expected vocab || fail "a vocabulary read within limits by many threads is another one"
expect_code 0 limited timeout 60 "$bin/word2phrase" -train text -output phrases -threads 64 -debug 0
expect_code 0 limited timeout 60 "$bin/word2phrase" -train text -output phrases -threads 2 -debug 0
[ "$(stat -c %s phrases)" -gt $((bytes / 2)) ] || fail "a text joined within limits is cut off"

# A text that is longer than the limit, as a file and through a pipe: its ids lie in a file then, and
# what is made of them is the same.
larger=$((limit * 1024 + 50000000))
{ yes 'some text that has just four bytes in most of its words' || true; } | head -c $larger >large
cat <"$(dirname "$0")/../golden/corpus.txt" >>large
train="-cbow 1 -size 5 -negative 2 -sample 1e-5 -iter 1 -threads 1 -min-count 1 -debug 0"
# shellcheck disable=SC2086
expect_code 0 "$bin/word2vec" -train large -output expected -save-vocab expected.vocab $train
# shellcheck disable=SC2086
expect_code 0 limited timeout 100 "$bin/word2vec" -train large -output v -save-vocab vocab $train
cmp expected.vocab vocab || fail "the vocabulary of a text longer than the limit is another one"
cmp expected v || fail "vectors of a text longer than the limit are others"
# shellcheck disable=SC2086
expect_code 0 limited timeout 100 "$bin/word2vec" -train - -output v $train <large
cmp expected v || fail "vectors of a stream longer than the limit are others"
expect_code 0 "$bin/word2phrase" -train large -output expected -threads 2 -debug 0
# shellcheck disable=SC2002
cat large | expect_code 0 limited timeout 100 "$bin/word2phrase" -train - -output phrases -threads 2 \
  -debug 0
cmp expected phrases || fail "a stream longer than the limit is joined otherwise"
rm large expected phrases

# What word2vec says that it will hold is what it held at the most, in every mode. Matrices of 31 MiB
# each, so that one which is forgotten is more than what is allowed: a tenth for what is reckoned,
# and 16 MiB for what every process has, stacks and what an allocator keeps back among it.
# Many words in few places: a vocabulary is given, so that the full softmax has little to do.
awk 'BEGIN { print "</s> 100"; for (i = 0; i < 40000; i++) print "word" i, 40001 - i }' >vocab
awk 'BEGIN { srand(1); for (i = 0; i < 30000; i++)
  printf "word%d%s", 40000 * rand() ^ 3, i % 20 == 19 ? "\n" : " " }' >text
head -n 200 text >middle # noise words are drawn for a whole chunk: those of this one are 31 MiB
head -n 20 text >short
head -n 10 text >held

# told FLAG...: a run of one epoch.
told() {
  expect_code 0 timeout "$limit" "$bin/word2vec" -read-vocab vocab -size 200 -iter 1 -debug 1 \
    -output v -report report "$@"
  python3 - "$work/err" report "$*" <<'END' || fail "memory: $*"
import json, re, sys
with open(sys.argv[1]) as err, open(sys.argv[2]) as report:
    told = int(re.search(r"memory: (\d+) MiB", err.read())[1])
    held = json.load(report)["peak_bytes"] / 2**20
if abs(told - held) > 0.1 * held + 16:
    sys.exit(f"told {told} MiB, held {held:.0f} MiB: {sys.argv[3]}")
END
}

for threads in 1 2 8; do
  for cbow in 0 1; do
    told -train text -threads $threads -cbow $cbow
    told -train text -threads $threads -cbow $cbow -hs 1 -negative 0
    told -train text -threads $threads -cbow $cbow -hs 1
    told -train short -threads $threads -cbow $cbow -softmax 1
  done
  told -train short -threads $threads -cbow 0 -softmax 1 -softmax-exact 1
  told -train short -threads $threads -cbow 0 -softmax 1 -softmax-threads hogwild
done
told -train middle -threads 8 -cbow 0 -noise-rows 2000
told -train middle -threads 8 -cbow 1 -noise-rows 2000 -hs 1
told -train text -threads 8 -cbow 0 -output-context context -binary 1
told -train short -threads 8 -cbow 0 -softmax 1 -held-out held
told -train short -threads 8 -cbow 1 -hs 1 -negative 0 -held-out held
told -train text -threads 2 -cbow 0 -model model
# A batch and an output of threads that are far more than there are cores.
told -train short -threads 64 -cbow 0 -softmax 1 -softmax-threads hogwild
