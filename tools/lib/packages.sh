# The Debian packages that the project needs, and how to get them. Sourced after common.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # the lists are for who sources this; the rest is common.sh

# To configure and build everything.
build_packages=(
  g++ cmake ninja-build
  libtbb-dev libxsimd-dev libmimalloc-dev libfmt-dev libxxhash-dev libutf8proc-dev
  libhwloc-dev libopenmpi-dev
  libarchive-dev zlib1g-dev libedit-dev nlohmann-json3-dev
  doctest-dev libbenchmark-dev
  pybind11-dev python3-dev
)
# To run the tests: qemu-user plays an old processor, binutils has nm, fasttext reads and writes
# vectors, with and without NumPy tools/bench makes the same texts, valgrind counts instructions,
# groff and mandoc read the manual pages, zsh completes, dpkg-dev is what cpack asks for libraries, the
# others of python3 make and install a wheel, openmpi-bin starts ranks.
test_packages=(binutils dpkg-dev fasttext git groff-base mandoc mypy openmpi-bin pkgconf python3 python3-numpy qemu-user
  python3-build python3-setuptools python3-venv python3-wheel valgrind zsh)
# What the Python module needs beside what builds it.
python_packages=(pybind11-dev python3-dev python3-numpy)
# They bring SciPy: 80 MB that only two tests want, which are skipped, or leave a part out, without them.
interop_packages=(python3-gensim python3-sklearn)
# The version whose formatting and warnings the sources follow.
format_packages=(clang-format-14 git python3)
tidy_packages=(clang-14 clang-tidy-14 git)
clang_packages=(clang-14)
fuzz_packages=(clang-14 libclang-rt-14-dev)
# To pack, and to try the packages: uidmap for mmdebstrap without root.
package_packages=(dpkg-dev lintian mmdebstrap uidmap)
# To build for arm64 on amd64, in a Debian of both.
cross_packages=(crossbuild-essential-arm64 cmake ninja-build dpkg-dev qemu-user nlohmann-json3-dev
  {libtbb,libxsimd,libmimalloc,libfmt,libxxhash,libutf8proc,libhwloc,libarchive,zlib1g,libedit}-dev:arm64)

# as_root COMMAND...
as_root() {
  if [[ $(id -u) -eq 0 ]]; then
    "$@"
  else
    sudo "$@"
  fi
}

can_be_root() {
  [[ $(id -u) -eq 0 ]] || command -v sudo > /dev/null
}

# apt_get ARGUMENT...: asks nothing, and waits where another apt is at work.
apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
}

have_package_lists() {
  compgen -G '/var/lib/apt/lists/*_Packages*' > /dev/null
}

missing_packages() {
  local installed
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2> /dev/null || true)
  local package
  for package in "$@"; do
    grep -qxF "installed $package" <<< "$installed" || printf '%s\n' "$package"
  done
}

# install_packages PACKAGE...: installs those that are missing. Asks apt nothing when none is.
install_packages() {
  command -v dpkg-query > /dev/null ||
    die "no dpkg on this machine: install what Debian calls $* and build with cmake by hand"
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  can_be_root ||
    die "packages are missing and there is no sudo: as root, apt-get install ${missing[*]}"

  if ((line_is_open)); then
    done_step "installing ${missing[*]}"
  else
    printf 'installing %s\n' "${missing[*]}"
  fi
  local log status=0
  log=$(mktemp)
  local install=(apt_get install --no-install-recommends "${missing[@]}")
  if ! have_package_lists || ! "${install[@]}" > "$log" 2>&1; then
    # The lists are absent, or older than what the mirror holds.
    { apt_get update && "${install[@]}"; } > "$log" 2>&1 || status=1
  fi
  ((status == 0)) || tail -n 20 "$log" >&2
  rm -f "$log"
  ((status == 0)) ||
    die "apt-get could not install ${missing[*]}: see above; is the machine on the network?"
}
