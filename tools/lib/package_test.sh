# Uses the Debian packages as their users do, in a Debian that has nothing else: tools/package test
# runs it there, as root, with /packages and /consumer. Each claim that holds is a line.
# shellcheck shell=bash
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
cd /tmp

fail() {
  printf 'package_test: %s\n' "$*" >&2
  exit 1
}
holds() { printf 'package_test: %s\n' "$*"; }
install() { apt-get -q -y --no-install-recommends install "$@" || fail "apt-get install $*"; }

apt-get -q update
find / -xdev -not -path '/proc/*' -name '*hogvec*' -not -path '/packages/*' > before
[[ ! -s before ]] || fail "there before: $(cat before)"

# The programs, without any compiler.
install /packages/hogvec_*.deb
! command -v c++ > /dev/null || fail 'hogvec brings a compiler'
for _ in {1..300}; do
  printf '%s\n' 'sun moon star comet sun star moon comet' 'bread butter cheese honey butter bread honey'
done > text
word2vec -train text -output vectors.bin -binary 1 -size 20 -min-count 1 -iter 20 -threads 1 \
  -window 2 -sample 0 -cbow 0 -no-eos 1 > log 2>&1 || fail "word2vec: $(cat log)"
distance vectors.bin -query sun -top 3 > neighbors
[[ $(grep -cE '^ *(moon|star|comet)' neighbors) -eq 3 ]] || fail "distance: $(cat neighbors)"
hogvec-convert vectors.bin -output vectors.txt
head -n 1 vectors.txt | grep -qx '8 20' || fail "hogvec-convert: $(head -n 1 vectors.txt)"
for program in $(dpkg -L hogvec | sed -n 's,^/usr/bin/,,p'); do
  "$program" --help > help || fail "$program --help"
  gzip -dc "/usr/share/man/man1/$program.1.gz" | grep -xq '\.SH NAME' || fail "$program has no page"
  # shellcheck source=/dev/null
  . "/usr/share/bash-completion/completions/$program"
  COMP_WORDS=("$program" --he) COMP_CWORD=1
  function=$(complete -p "$program" | sed 's/.*-F \([^ ]*\).*/\1/')
  "$function"
  [[ ${COMPREPLY[*]} == --help ]] || fail "$program: no completion"
done
holds 'hogvec installs, trains, asks, converts, and has its pages and completions'

# The library, whose dependencies are all that a program of it needs beside a compiler.
install g++ cmake make pkgconf
if ls /packages/python3-hogvec_*.deb > /dev/null 2>&1; then
  install /packages/python3-hogvec_*.deb
  compgen -G '/usr/lib/python3/dist-packages/hogvec/__pycache__/*.pyc' > /dev/null ||
    fail 'python3-hogvec is not compiled where it is installed'
  python3 -W error -c '
import hogvec
model = hogvec.Word2Vec(corpus_file="text", vector_size=20, window=2, min_count=1, sample=0, sg=1,
                        epochs=20, workers=1)
print(*(word for word, _ in model.wv.most_similar("sun", topn=3)))' > neighbors || fail 'python3 does not train'
  [[ $(tr ' ' '\n' < neighbors | sort | paste -sd ' ') == 'comet moon star' ]] || fail "python3: $(cat neighbors)"
  holds 'python3-hogvec installs, and trains'
fi
install /packages/libhogvec0_*.deb /packages/libhogvec-dev_*.deb
asks_three() {
  "$1" text sun > neighbors || fail "$1 does not run"
  [[ $(grep -cE '^(moon|star|comet) ' neighbors) -eq 3 ]] || fail "$1: $(cat neighbors)"
}
cmake -S /consumer -B built -DCMAKE_BUILD_TYPE=Release || fail 'with CMake'
cmake --build built || fail 'with CMake'
asks_three built/consumer
holds 'libhogvec-dev installs, and CMake builds a program with it'
read -ra flags <<< "$(pkg-config --cflags --libs hogvec)"
c++ -std=c++20 /consumer/main.cpp -o with_pkg_config "${flags[@]}" || fail 'with pkg-config'
asks_three ./with_pkg_config
read -ra flags <<< "$(pkg-config --static --cflags --libs hogvec)"
c++ -std=c++20 /consumer/main.cpp -o with_static "${flags[@]}" || fail 'with pkg-config --static'
asks_three ./with_static
holds 'and so does pkg-config'

mapfile -t names < <(dpkg-query -W -f '${binary:Package}\n' '*hogvec*')
dpkg -L "${names[@]}" | sort -u > files
apt-get -q -y purge "${names[@]}" || fail "purge ${names[*]}"
while read -r file; do
  [[ -d $file || ! -e $file ]] || fail "$file is left"
done < files
find / -xdev -not -path '/proc/*' -name '*hogvec*' -not -path '/packages/*' > after
[[ ! -s after ]] || fail "left: $(cat after)"
! dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | grep hogvec || fail 'dpkg remembers them'
holds "purging ${names[*]} leaves nothing"
