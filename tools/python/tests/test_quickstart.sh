#!/bin/bash
# tools/quickstart python: for the user who calls, in any folder; twice is once; undone as it says.
#   test_quickstart.sh ROOT BUILD_FOLDER
# BUILD_FOLDER holds a build for /usr/bin/python3, or becomes one. Skipped where packages are missing.
set -euo pipefail
root=$1
folder=$2
# shellcheck source=tests/tools/lib.sh
. "$root/tests/tools/lib.sh"
# shellcheck source=tools/lib/packages.sh
. "$root/tools/lib/packages.sh"
command -v dpkg-query > /dev/null || { echo "$name: no dpkg: skipped"; exit 77; }
absent=$(missing_packages "${build_packages[@]}" "${python_packages[@]}" | paste -sd ' ')
[[ -z $absent ]] || { echo "$name: no $absent: skipped"; exit 77; }

# Another Python comes first in PATH, and must not be asked. The text is there already.
mkdir "$work/bin" "$work/home of mine" "$work/files" "$work/elsewhere"
printf '#!/bin/sh\necho "not this one" >&2\nexit 1\n' > "$work/bin/python3"
chmod +x "$work/bin/python3"
for _ in {1..200}; do
  printf '%s\n' 'the king of the river' 'a queen of the water' 'the green horse of winter'
done > "$work/files/corpus.txt"
export PATH=$work/bin:$PATH HOME="$work/home of mine"
export HOGVEC_QUICKSTART_DIR=$work/files HOGVEC_QUICKSTART_BUILD=$folder
unset PYTHONPATH PYTHONUSERBASE PYTHONNOUSERSITE

"$root/tools/quickstart" python > "$work/first" 2>&1 || fail "$(cat "$work/first")"
for word in king water green river horse winter; do
  grep -qE "^  $word +[a-z]+ -?[01]\.[0-9]{2}, " "$work/first" || fail "no neighbors of $word: $(cat "$work/first")"
done
cd "$work/elsewhere"
load="import hogvec; print(len(hogvec.Word2Vec.load('$work/files/python.model').wv))"
[[ $(/usr/bin/python3 -c "$load") -gt 8 ]] || fail 'the model cannot be loaded from another folder'

# Again: nothing is built, installed or trained.
touch "$work/now"
"$root/tools/quickstart" python > "$work/second" 2>&1 || fail "$(cat "$work/second")"
grep -q '^\[2/5\].*built already' "$work/second" || fail "builds again: $(cat "$work/second")"
grep -q '^\[3/5\].*there already' "$work/second" || fail "installs again: $(cat "$work/second")"
[[ ! $work/files/python.model -nt $work/now ]] || fail 'trains again'
diff <(sed -n '/^\[5/,$p' "$work/first") <(sed -n '/^\[5/,$p' "$work/second") || fail 'tells other neighbors'

undo=$(sed -n 's/^Undo: *//p' "$work/second")
bash -c "$undo" || fail "cannot be undone: $undo"
! /usr/bin/python3 -c 'import hogvec' 2> /dev/null || [[ -d /usr/lib/python3/dist-packages/hogvec ]] ||
  fail "still there behind $undo"
left=$(find "$HOME" -name '*hogvec*')
[[ -z $left ]] || fail "left behind $undo: $left"

# A user of whom Python takes nothing is told so.
expect_code 1 env PYTHONNOUSERSITE=1 "$root/tools/quickstart" python
grep -q 'PYTHONNOUSERSITE' "$work/err" || fail "without a folder of the user: $(cat "$work/err")"
expect_code 2 "$root/tools/quickstart" pyhton
