#!/bin/bash
# hogvec_bench: every benchmark checks its result before it is timed, and skips itself where that is
# wrong, which a suite that runs on goes past. None does. Those that take long to set up are left
# out: the largest vocabularies, and whole trainings.
# Usage: test_bench_results.sh BIN_FOLDER GOLDEN_FOLDER
set -eu
export LC_ALL=C

bin=$1
# shellcheck source=tests/tools/lib.sh
. "$(cd "$(dirname "$0")" && pwd)/lib.sh"
cd "$work"

"$bin/hogvec_bench" --benchmark_min_time=0.000001 --benchmark_format=json \
  --benchmark_filter='-(^(train|full_softmax|read_corpus|encode_corpus|phrases)/|V:([4-9][0-9]{4}|[0-9]{6,}))' \
  >results.json 2>err || fail "exit code $?: $(tail -n 1 err)"
python3 - <<'PYTHON' || fail "benchmarks come to wrong results"
import json, sys
ran = json.load(open("results.json"))["benchmarks"]
wrong = [one["name"] + ": " + one["error_message"] for one in ran if one.get("error_occurred")]
print(*wrong, sep="\n", end="\n" if wrong else "")
assert len(ran) > 100, len(ran)
sys.exit(bool(wrong))
PYTHON
