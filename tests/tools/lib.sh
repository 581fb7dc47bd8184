# What the script tests of the programs share: source it, after which $work is an empty folder that
# goes when the test ends.

name=$(basename "$0" .sh)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "$name: $*" >&2
  exit 1
}

# expect_code CODE COMMAND...: runs it with stdout in $work/out and stderr in $work/err.
expect_code() {
  local expected=$1 code=0
  shift
  "$@" >"$work/out" 2>"$work/err" || code=$?
  [ "$code" -eq "$expected" ] || fail "exit code $code, not $expected: $* ($(cat "$work/err"))"
}
