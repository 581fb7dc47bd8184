#!/bin/bash
# Texts are read in the memory that they take: their bytes, eight bytes a word, and a program's own,
# under a limit to the address space, which counts what is mapped and not what is used.
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
expect_code 0 limited timeout 60 "$bin/word2phrase" -train text -output phrases -threads 2 -debug 0
[ "$(stat -c %s phrases)" -gt $((bytes / 2)) ] || fail "a text joined within limits is cut off"
