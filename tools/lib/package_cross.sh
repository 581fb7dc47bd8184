# Builds the packages for arm64 in a Debian of amd64 and arm64: tools/package arm64 runs it there, as
# root, with the checkout in /source. The packages go to /packages.
# shellcheck shell=bash
set -euo pipefail
export LC_ALL=C.UTF-8 DEB_HOST_ARCH=arm64

maintainer=()
[[ -z ${HOGVEC_MAINTAINER-} ]] || maintainer=("-DHOGVEC_MAINTAINER=$HOGVEC_MAINTAINER")
cmake -S /source -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_SYSTEM_NAME=Linux \
  -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++ \
  -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_LIBDIR=lib/aarch64-linux-gnu \
  -DCMAKE_EXE_LINKER_FLAGS=-Wl,-z,relro,-z,now -DCMAKE_SHARED_LINKER_FLAGS=-Wl,-z,relro,-z,now \
  -DHOGVEC_BUILD_TESTS=OFF -DHOGVEC_BUILD_BENCH=OFF \
  "${maintainer[@]}"
cmake --build /build -j "$(nproc)"
(cd /build && cpack -G DEB -B /packages)
rm -rf /packages/_CPack_Packages

# What is in them runs.
mkdir /unpacked
dpkg-deb -x /packages/hogvec_*_arm64.deb /unpacked
for _ in {1..300}; do
  printf '%s\n' 'sun moon star comet sun star moon comet' 'bread butter cheese honey butter bread honey'
done > text
bin=/unpacked/usr/bin
qemu-aarch64 "$bin/word2vec" -train text -output vectors.bin -binary 1 -size 20 -min-count 1 -iter 20 -threads 1 \
  -window 2 -sample 0 -cbow 0 -no-eos 1 -debug 0
qemu-aarch64 "$bin/distance" vectors.bin -query sun -top 3 > neighbors
[[ $(grep -cE '^ *(moon|star|comet)' neighbors) -eq 3 ]] || { cat neighbors; exit 1; }
printf 'package_test: hogvec for arm64 trains and asks, under qemu\n'
