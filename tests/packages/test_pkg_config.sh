#!/bin/bash
# hogvec.pc is enough to compile and link a program, with --static and without, wherever the library
# is installed; and hogvec-c.pc one in C.
#   test_pkg_config.sh ROOT BUILD_FOLDER CXX_COMPILER C_COMPILER
# Skipped without pkg-config.
set -euo pipefail
root=$1
build=$2
compiler=$3
c_compiler=$4
# shellcheck source=tests/tools/lib.sh
. "$root/tests/tools/lib.sh"
command -v pkg-config > /dev/null || { echo "$name: no pkg-config: skipped"; exit 77; }

for component in development runtime; do
  cmake --install "$build" --prefix "$work/first" --component "$component" > "$work/log" ||
    fail "$(cat "$work/log")"
done
mv "$work/first" "$work/moved"
pc=$(find "$work/moved" -name hogvec.pc)
[ -n "$pc" ] || fail 'no hogvec.pc is installed'
for file in "$pc" "${pc%.pc}-c.pc"; do
  ! grep -F -e "$work" -e "$root" "$file" || fail "$file names a folder of this machine"
done
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH

[ "$(pkg-config --modversion hogvec)" = "$(sed -n 's/^project(hogvec VERSION \([0-9.]*\).*/\1/p' \
  "$root/CMakeLists.txt")" ] || fail "version $(pkg-config --modversion hogvec)"
for _ in {1..300}; do
  printf '%s\n' 'sun moon star comet sun star moon comet' 'bread butter cheese honey butter bread honey'
done > "$work/text"

for mode in '' --static; do
  # shellcheck disable=SC2086  # no mode is no word
  flags=$(pkg-config $mode --cflags --libs hogvec)
  read -ra words <<< "$flags"
  "$compiler" -std=c++20 "$root/tests/install/main.cpp" -o "$work/consumer" "${words[@]}" \
    2> "$work/err" || fail "pkg-config $mode: $flags: $(tail -n 5 "$work/err")"
  "$work/consumer" "$work/text" sun > "$work/neighbors" || fail "pkg-config $mode: it does not run"
  [ "$(grep -cE '^(moon|star|comet) ' "$work/neighbors")" -eq 3 ] ||
    fail "pkg-config $mode: neighbors of sun: $(cat "$work/neighbors")"
done

read -ra words <<< "$(pkg-config --cflags --libs hogvec-c)"
"$c_compiler" -std=c99 "$build/tests/c_example.c" -o "$work/example" "${words[@]}" 2> "$work/err" ||
  fail "pkg-config hogvec-c: $(tail -n 5 "$work/err")"
LD_LIBRARY_PATH=$(pkg-config --variable=libdir hogvec-c) "$work/example" > "$work/neighbors" ||
  fail 'pkg-config hogvec-c: it does not run'
[ "$(grep -cE '^(moon|star) ' "$work/neighbors")" -eq 2 ] ||
  fail "pkg-config hogvec-c: neighbors of sun: $(cat "$work/neighbors")"
