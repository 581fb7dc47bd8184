# What the script tests of the programs share: source it, after which $work is an empty folder that
# goes when the test ends.

name=$(basename "$0" .sh)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# How many times slower than a release build this one may be; tests/CMakeLists.txt says it.
slowdown=${HOGVEC_TEST_SLOWDOWN:-1}
# `timeout "$limit"` is for commands that hang: none needs five seconds of an idle machine.
limit=$((60 * slowdown))

fail() {
  echo "$name: $*" >&2
  exit 1
}

# expect_code CODE COMMAND...: runs it with stdout in $work/out and stderr in $work/err.
expect_code() {
  local expected=$1 code=0
  shift
  "$@" >"$work/out" 2>"$work/err" || code=$?
  [ "$code" -ne 124 ] || fail "out of time: $* ($(cat "$work/err"))"
  [ "$code" -eq "$expected" ] || fail "exit code $code, not $expected: $* ($(cat "$work/err"))"
}

# expect_error PROGRAM PATTERN COMMAND...: exit code 1, and one line of that program on stderr, which
# matches.
expect_error() {
  local line="^$1: .*$2"
  shift 2
  expect_code 1 "$@"
  [ "$(wc -l <"$work/err")" -eq 1 ] || fail "not one line on stderr: $*: $(cat "$work/err")"
  grep -Eq -e "$line" "$work/err" || fail "$*: says $(cat "$work/err")"
}

# copy_bench CHECKOUT FOLDER: tools/bench of a checkout, with all that it reads of it.
copy_bench() {
  mkdir -p "$2/tools/lib" "$2/tools/page"
  cp "$1/tools/bench" "$2/tools/"
  cp -r "$1/tools/lib/bench" "$2/tools/lib/"
  cp "$1/tools/page/common.css" "$2/tools/page/"
}
