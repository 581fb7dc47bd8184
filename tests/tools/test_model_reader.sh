#!/bin/bash
# The NumPy reader that io/README.md shows: at most 30 lines, and it reads what hogvec has written.
# Usage: test_model_reader.sh BIN_FOLDER GOLDEN_FOLDER
# Exits 77 where NumPy is not installed.
set -eu
export PYTHONDONTWRITEBYTECODE=1

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"
models=$here/../fuzz/seeds/model

# Debian's NumPy belongs to Debian's Python, which may not be the first.
python=/usr/bin/python3
"$python" -c 'import numpy' 2>"$work/err" || { echo "no NumPy: skipped"; exit 77; }

sed -n '/^```python$/,/^```$/p' "$here/../../io/README.md" | sed '/^```/d' >"$work/reader.py"
lines=$(wc -l <"$work/reader.py")
[ "$lines" -ge 10 ] && [ "$lines" -le 30 ] || fail "the reader has $lines lines, not 10 to 30"

cat >"$work/read.py" <<'PYTHON'
import sys

import numpy as np

import reader

folder = sys.argv[1]
words, counts, matrices = reader.read_model(folder + "/words")
assert words == [b"</s>", b"sun", "b\u00e4r".encode()], words
assert counts.tolist() == [7, 5, 2], counts
assert list(matrices) == ["input"], matrices
# What the test that made it wrote: row + column / 8.
expected = np.arange(3)[:, None] + np.arange(20)[None, :] / 8
assert matrices["input"].dtype == np.float32
assert np.array_equal(matrices["input"], expected), matrices["input"]
assert not matrices["input"].flags.owndata, "the rows were copied"

# The copy of the header that is newer counts: the older one says "training".
damaged = bytearray(open(folder + "/words", "rb").read())
damaged[0:8] = bytes(8)
open("one_copy", "wb").write(damaged)
assert reader.read_model("one_copy")[0] == words

try:
    reader.read_model(folder + "/major_two")
except ValueError as error:
    assert "format 2" in str(error), error
else:
    raise AssertionError("another major version was read")
print("read")
PYTHON
cd "$work"
expect_code 0 "$python" read.py "$models"
[ "$(cat "$work/out")" = read ] || fail "$(cat "$work/out")"
