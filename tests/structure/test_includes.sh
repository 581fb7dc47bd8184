#!/bin/bash
# The layers: who may include whom. simd and io know nobody, engine knows them, tools know all three,
# bench and tests know everything. Includes of ours are root-relative and exist, and xsimd, whose
# types depend on compiler flags, stays within simd (and what tests and times it), MPI within
# engine/mpi.
#   test_includes.sh [ROOT]
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}"

declare -A may_include=(
  [simd]='simd'
  [io]='io'
  [engine]='engine simd io'
  [tools]='tools engine simd io'
  [bench]='bench tools engine simd io'
  [tests]='tests bench tools engine simd io'
)

bad=0
complain() {
  printf '%s\n' "$*"
  bad=1
}

seen=0
for layer in "${!may_include[@]}"; do
  [[ -d $layer ]] || continue
  while IFS=: read -r file line directive; do
    ((++seen))
    included=${directive#*[<\"]}
    included=${included%%[>\"]*}
    case $directive in
      *\<xsimd*)
        [[ $layer == simd || $file == tests/simd/* || $layer == bench ]] ||
          complain "$file:$line: xsimd is included outside simd/"
        ;;
      *\<mpi.h*)
        [[ $file == engine/mpi/* ]] || complain "$file:$line: MPI is included outside engine/mpi/"
        ;;
      *\"*)
        [[ -f $included ]] ||
          complain "$file:$line: \"$included\" is no file of the project, seen from the root"
        [[ " ${may_include[$layer]} " == *" ${included%%/*} "* ]] ||
          complain "$file:$line: $layer/ must not include \"$included\""
        ;;
    esac
  done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include' "$layer" --include='*.[ch]pp' --include='*.[ch]' || true)
done

# Chosen for everything, these would not run elsewhere, or not give the same numbers.
if grep -rnE --exclude-dir='build*' --include=CMakeLists.txt --include='*.cmake' \
  -e '-m(arch|tune|cpu)=native|-Ofast|-ffast-math' .; then
  complain 'the common code is built for the baseline, with exact floating point'
fi

((seen > 0)) || complain 'no #include found at all: is this the root of the project?'
((bad == 0)) && printf '%d includes obey the layers\n' "$seen"
exit "$bad"
