#!/bin/bash
# tools/bench history check finds where figures have changed for good, and says so by its exit code;
# the page marks it; tools/on_merge does both after a merge, as a bare repository calls it.
# Usage: test_bench_history.sh BIN_FOLDER
#
# Out of scope: that a whole clone builds, which every other check does first; what is measured
# (test_bench.sh).
set -eu
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"
export PYTHONDONTWRITEBYTECODE=1
bin=$1
tools=$here/../../tools

/usr/bin/python3 "$here/history_changes.py" "$tools" || fail "changes are not found as they should"

cd "$work"
/usr/bin/python3 "$here/history_changes.py" "$tools" h.jsonl

check() {
  timeout "$limit" "$tools/bench" history check "$@"
}

# --- The one that became slower lately is told, with the commits between, and ends with code 1.
expect_code 1 check -history h.jsonl
grep -Eq '^  0\.[78][0-9]+ x worse +train/slower/threads:1 .*  23aaaaa\.\.24aaaaa' out ||
  fail "the slower one: $(cat out)"
grep -Eq '^  1\.[12][0-9]+ x better +train/faster/threads:1 .*  09aaaaa\.\.10aaaaa' out ||
  fail "the faster one: $(cat out)"
! grep -q train/same out || fail "one that has not changed: $(cat out)"
[ "$(cat err)" = "tools/bench history: h.jsonl: 1 figure became worse; tools/bench compare of the \
commits tells more" ] || fail "says: $(cat err)"
# Not lately: code 0. Nor where it is too early to say.
expect_code 0 check -history h.jsonl -newest 5
head -n 25 h.jsonl >early.jsonl
expect_code 0 check -history early.jsonl

# --- The page.
expect_code 0 timeout "$limit" "$tools/bench" report -history h.jsonl -output page.html
grep -q 'Changed for good' page.html || fail 'the page does not tell the changes'
[ "$(grep -o 'class="step worse"' page.html | wc -l)" -eq 1 ] || fail 'marks of the slower one'
[ "$(grep -o 'class="step better"' page.html | wc -l)" -eq 1 ] || fail 'marks of the faster one'

# --- What is wrong is told in one line: 2 for the call, 3 for the file.
refused_with() {
  local code=$1 pattern=$2
  shift 2
  expect_code "$code" timeout "$limit" "$tools/bench" history "$@"
  [ "$(wc -l <err)" -eq 1 ] && grep -q "$pattern" err || fail "$*: $(cat err)"
}
refused_with 2 'want the word check' -history h.jsonl
refused_with 2 'is missing' check
refused_with 2 'want a chance' check -history h.jsonl -alarm 1
refused_with 2 'whole number' check -history h.jsonl -newest 0
refused_with 3 'No such file' check -history none.jsonl
: >empty.jsonl
refused_with 3 'has no records' check -history empty.jsonl
echo '{' >damaged.jsonl
refused_with 3 'line 1' check -history damaged.jsonl

# --- After a merge: a bare repository whose hook measures what is pushed to main.
git init -q --bare server.git
cat >server.git/hooks/post-receive <<HOOK
#!/bin/bash
while read -r _ commit ref; do
  [ "\$ref" != refs/heads/main ] ||
    HOGVEC_ON_MERGE='train -quick -sweep none -base words=30k,vocab=1k -runs 1 -cache $work/cache -bin $bin' \\
      "$tools/on_merge" "\$PWD" "\$commit" "$work/merged.jsonl" "$work/merged.html"
done
HOOK
chmod +x server.git/hooks/post-receive
git init -q -b main clone
copy_bench "$tools/.." clone
git -C clone add .
git -C clone -c user.name=x -c user.email=x@y commit -q -m 'Something that is merged'
expect_code 0 timeout "$limit" git -C clone push -q ../server.git main
[ "$(wc -l <merged.jsonl)" -eq 1 ] || fail "the hook of a merge measures: $(cat out err)"
grep -q 'skip-gram-ns' merged.html || fail 'the hook of a merge draws no page'
git -C clone push -q ../server.git main:other 2>err || fail "another branch: $(cat err)"
[ "$(wc -l <merged.jsonl)" -eq 1 ] || fail 'another branch is measured'

merge_fails() {
  local code=$1 pattern=$2
  shift 2
  expect_code "$code" timeout "$limit" "$tools/on_merge" "$@"
  grep -q "$pattern" err || fail "on_merge $*: $(cat err)"
}
merge_fails 2 '^usage' server.git
merge_fails 3 'cannot be cloned' none.git main m.jsonl
merge_fails 3 'no commit of' server.git 0000000000000000000000000000000000000001 m.jsonl
merge_fails 3 'cannot be written' server.git main no/folder/m.jsonl
[ ! -e m.jsonl ] || fail 'a merge that is not measured leaves a history'
