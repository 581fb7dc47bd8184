#!/bin/bash
# The installed package: a program that knows nothing but find_package(hogvec) is configured, built
# against a fresh prefix and run.
#   test_install.sh BUILD_FOLDER CXX_COMPILER CMAKE_GENERATOR
set -euo pipefail
build=$1
compiler=$2
generator=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  printf 'test_install: %s\n' "$*" >&2
  exit 1
}

# A space in the prefix: users have such paths.
prefix="$work/installed here"
cmake --install "$build" --prefix "$prefix" > "$work/log" || { cat "$work/log"; fail 'cmake --install'; }

for program in word2vec word2phrase distance word-analogy compute-accuracy convert evaluate \
  softmax-view word-map; do
  [[ -x $prefix/bin/$program ]] || fail "bin/$program is not installed"
  # Where there is no perl, nothing but the programs.
  [[ ! -d $build/manual ]] || {
    [[ -s $prefix/share/man/man1/$program.1 ]] || fail "the page of $program is not installed"
    [[ -s $prefix/share/bash-completion/completions/$program ]] || fail "bash's completion of $program"
    [[ -s $prefix/share/zsh/site-functions/_$program ]] || fail "zsh's completion of $program"
  }
done
# Where the module is built: for a virtual environment of that prefix.
if [[ -d $build/python ]]; then
  module=$(echo "$prefix"/lib*/python3.*/site-packages/hogvec)
  [[ -s $module/__init__.py && -e $module/py.typed ]] || fail "the Python module is not in $module"
  compgen -G "$module/_engine.*.so" > /dev/null || fail "no extension in $module"
  inside=$(find "$module" -name __pycache__ -o -name '*test*')
  [[ -z $inside ]] || fail "installed, but nobody's business: $inside"
fi
debian=$(find "$prefix" -name '*hogvec-convert*' -o -name '*.gz')
[[ -z $debian ]] || fail "installed, but only for Debian's packages: $debian"
[[ -s $prefix/include/hogvec.h ]] || fail 'hogvec.h is not installed'
private=$(find "$prefix/include" -name '*-inl.hpp' -o -type d -empty)
[[ -z $private ]] || fail "installed, but nobody's business: $private"
# The build's own folders and flags must not reach a user of the package.
if grep -rnE 'hogvec_build_flags|-Wall|-mavx|xsimd' "$prefix"/lib*/ --include='*.cmake'; then
  fail 'the package leaks what is private to the build'
fi
source_folder=$(cd "$here/../.." && pwd)
if grep -rnF "$source_folder" "$prefix"/lib*/ --include='*.cmake'; then
  fail 'the package names the folder that it was built in'
fi

cmake -S "$here" -B "$work/build" -G "$generator" -DCMAKE_PREFIX_PATH="$prefix" \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=Release > "$work/log" 2>&1 || { cat "$work/log"; fail 'the consumer: configure'; }
cmake --build "$work/build" > "$work/log" 2>&1 || { cat "$work/log"; fail 'the consumer: build'; }

# Two topics that share no word: a word's neighbors are of its own topic.
for _ in {1..300}; do
  printf '%s\n' 'sun moon star comet sun star moon comet' 'bread butter cheese honey butter bread honey'
done > "$work/text"
"$work/build/consumer" "$work/text" sun | tee "$work/neighbors"
[[ $(wc -l < "$work/neighbors") -eq 3 ]] || fail 'three neighbors were asked for'
while read -r word _; do
  [[ $word =~ ^(moon|star|comet)$ ]] || fail "$word is no neighbor of sun"
done < "$work/neighbors"
