#!/bin/bash
# cpack makes Debian packages of what belongs into each, with what they need, the same bytes each
# time; what is in them works.
#   test_debian.sh ROOT BUILD_FOLDER
# Skipped without dpkg-dev. tools/package test installs them in a Debian of their own.
set -euo pipefail
export LC_ALL=C
root=$1
build=$2
# shellcheck source=tests/tools/lib.sh
. "$root/tests/tools/lib.sh"
command -v dpkg-shlibdeps > /dev/null || { echo "$name: no dpkg-shlibdeps: skipped"; exit 77; }

# The umask decides on bytes too.
pack() {
  (cd "$build" && umask 022 &&
    SOURCE_DATE_EPOCH=86400 cpack -G DEB -B "$work/$1" > "$work/log" 2>&1) || fail "$(cat "$work/log")"
  rm -rf "$work/$1/_CPack_Packages"
}
pack first
pack second

version=$(sed -n 's/^project(hogvec VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
architecture=$(dpkg --print-architecture)
packages='hogvec libhogvec0 libhogvec-dev'
[ ! -d "$build/python" ] || packages+=' python3-hogvec'
for package in $packages; do
  file=${package}_$version-1_$architecture.deb
  [ -s "$work/first/$file" ] || fail "no $file: $(ls "$work/first")"
  cmp "$work/first/$file" "$work/second/$file" || fail "$file: two of the same files differ"
  dpkg-deb -x "$work/first/$file" "$work/$package"
  dpkg-deb -c "$work/first/$file" > "$work/$package.list"
  ! grep -vE '^(-rw-r--r--|[-d]rwxr-xr-x|lrwxrwxrwx) root/root ' "$work/$package.list" || fail "$package: odd rights"
  dpkg-deb -f "$work/first/$file" Depends | tr ',' '\n' | sed 's/^ *//' > "$work/$package.depends"
  [ -s "$work/$package/usr/share/doc/$package/copyright" ] || fail "$package: no copyright"
  gzip -dc "$work/$package/usr/share/doc/$package/changelog.Debian.gz" > "$work/changelog"
  head -n 1 "$work/changelog" | grep -q "^hogvec ($version-1) " || fail "$package: its changelog"
  ! awk 'length > 80' "$work/changelog" | grep . || fail "$package: long lines in its changelog"
done

# Each file is in one of them, and nothing is but below these folders.
(cd "$work/hogvec" && find usr ! -type d) > "$work/tools"
(cd "$work/libhogvec-dev" && find usr ! -type d) > "$work/library"
(cd "$work/libhogvec0" && find usr ! -type d) > "$work/shared"
mkdir -p "$work/python3-hogvec"
(cd "$work/python3-hogvec" && find . ! -type d | sed 's,^\./,,') > "$work/module"
[ -z "$(sort "$work/tools" "$work/library" "$work/shared" "$work/module" | uniq -d)" ] ||
  fail "files of two packages"
! grep -vE '^usr/(bin/|share/(man/man1|doc/hogvec|bash-completion/completions|zsh/vendor-completions)/)' \
  "$work/tools" || fail 'hogvec: files in odd places'
! grep -vE '^usr/(share/doc/libhogvec0/|lib/([a-z0-9_-]+/)?libhogvec\.so\.0(\.[0-9]+)*$)' \
  "$work/shared" || fail 'libhogvec0: files in odd places'
! grep -vE '^usr/(include/hogvec(/|\.h$)|share/doc/libhogvec-dev/|lib/([a-z0-9_-]+/)?(libhogvec_[a-z]+\.a$|libhogvec\.so$|cmake/hogvec/|pkgconfig/hogvec(-c)?\.pc$))' \
  "$work/library" || fail 'libhogvec-dev: files in odd places'

# Every program, with its page and its completions; ImageMagick has a convert.
programs='compute-accuracy distance evaluate hogvec-convert softmax-view word-analogy word-map word2phrase word2vec'
[ "$(cd "$work/hogvec/usr/bin" && echo *)" = "$programs" ] || fail "programs: $(ls "$work/hogvec/usr/bin")"
for program in $programs; do
  for file in "man/man1/$program.1.gz" "bash-completion/completions/$program" \
    "zsh/vendor-completions/_$program"; do
    [ -s "$work/hogvec/usr/share/$file" ] || fail "no $file"
  done
  "$work/hogvec/usr/bin/$program" --version | grep -qF "(hogvec) $version" || fail "$program --version"
  gzip -dc "$work/hogvec/usr/share/man/man1/$program.1.gz" > "$work/page"
  ! grep -E '(^|[^-])\\fBconvert|\.BR convert' "$work/page" || fail "$program: its page tells of convert"
done
# shellcheck source=/dev/null
(. "$work/hogvec/usr/share/bash-completion/completions/hogvec-convert" &&
  complete -p hogvec-convert > /dev/null) || fail 'the completion of hogvec-convert'

# What they need: the libraries that the programs are linked with, and the headers that ours include.
needs() { grep -qE "^$2( |\$)" "$work/$1.depends" || fail "$1 does not need $2: $(cat "$work/$1.depends")"; }
for library in libc6 libfmt9 libarchive13 libtbb12 'libmimalloc[0-9.]+' libedit2; do
  needs hogvec "$library"
done
for library in libc6 'libstdc[+]+6' libfmt9 libarchive13 libtbb12 'libhwloc[0-9.]+'; do
  needs libhogvec0 "$library"
done
! grep mimalloc "$work/libhogvec0.depends" || fail 'libhogvec0 brings an allocator'
dpkg-deb -I "$work/first/libhogvec0_$version-1_$architecture.deb" shlibs |
  grep -qx "libhogvec 0 libhogvec0 (>= $version)" || fail 'libhogvec0: its shlibs'
needs libhogvec-dev 'libhogvec0 \(= '"$version-1"'\)'
for library in libarchive-dev libfmt-dev libhwloc-dev libmimalloc-dev libtbb-dev libutf8proc-dev \
  libxxhash-dev zlib1g-dev; do
  needs libhogvec-dev "$library"
  # Not more than this machine has, or who built them could not install them.
  while read -r relation least; do
    dpkg --compare-versions "$(dpkg-query -W -f '${Version}' "$library")" "$relation" "$least" ||
      fail "libhogvec-dev needs $library $relation $least"
  done < <(sed -n "s/^$library (\(.*\) \(.*\))/\1 \2/p" "$work/libhogvec-dev.depends")
done
# find_dependency() of the installed configuration asks for nothing else.
found=$(sed -n 's/^find_dependency(\([A-Za-z0-9]*\).*/\1/p' \
  "$(find "$work/libhogvec-dev" -name hogvecConfig.cmake)" | sort | paste -sd ' ')
[ "$found" = 'LibArchive TBB Threads ZLIB fmt hwloc mimalloc utf8proc xxHash' ] ||
  fail "hogvecConfig.cmake finds $found: does Depends of libhogvec-dev have it?"

[ -d "$build/python" ] || exit 0
# The module, where Debian's Python looks for it, and for that Python alone; it trains.
! grep -vE "^usr/(lib/python3/dist-packages/hogvec(-$version\.dist-info)?/|share/doc/python3-hogvec/)" \
  "$work/module" || fail 'python3-hogvec: files in odd places'
! grep -E '__pycache__|/test' "$work/module" || fail 'python3-hogvec: files of nobody'
site=$work/python3-hogvec/usr/lib/python3/dist-packages
[[ -e $site/hogvec/py.typed && -s $site/hogvec/_engine.pyi ]] || fail 'python3-hogvec: no types'
minor=$(basename "$site"/hogvec/_engine.cpython-3*-*.so | sed 's/_engine\.cpython-3\([0-9]*\)-.*/\1/')
for library in libc6 libarchive13 libtbb12 python3 python3-numpy; do
  needs python3-hogvec "$library"
done
for relation in ">= 3.$minor~" "<< 3.$((minor + 1))"; do
  grep -qxF "python3 ($relation)" "$work/python3-hogvec.depends" ||
    fail "python3-hogvec, for Python 3.$minor, does not need python3 ($relation)"
done
! grep mimalloc "$work/python3-hogvec.depends" || fail 'the module brings an allocator into Python'
dpkg-deb -e "$work/first/python3-hogvec_$version-1_$architecture.deb" "$work/control"
for script in postinst prerm; do
  [ -x "$work/control/$script" ] || fail "python3-hogvec: no $script"
  sh -n "$work/control/$script" || fail "python3-hogvec: its $script"
done
"/usr/bin/python3.$minor" -c "import numpy" 2> /dev/null || exit 0
cd "$work"
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$site timeout "$limit" "/usr/bin/python3.$minor" -c '
import importlib.metadata, sys, hogvec
assert hogvec.__file__.startswith(sys.argv[1]), hogvec.__file__
assert importlib.metadata.version("hogvec") == hogvec.__version__ == sys.argv[2]
words = hogvec.Word2Vec([["sun", "moon"]] * 50, min_count=1, vector_size=8).wv.index_to_key
assert sorted(words) == ["moon", "sun"], words' "$site" "$version" || fail 'python3-hogvec does not train'
