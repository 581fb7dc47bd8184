# What the scripts in tools/ share. Sourced, never run.
# shellcheck shell=bash

# The checkout, wherever the script is called from.
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"

# step TEXT: begins the line of a step, which done_step ends.
line_is_open=0
step() {
  line_is_open=1
  printf '%s ... ' "$*"
}
done_step() {
  line_is_open=0
  printf '%s\n' "$*"
}

# die MESSAGE: what went wrong, where, and what to do, in one line.
die() {
  ((line_is_open == 0)) || printf '\n'
  printf 'tools/%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# run_logged LOG COMMAND...: keeps what a step prints out of sight, unless the step fails.
run_logged() {
  local log=$1
  shift
  if ! "$@" > "$log" 2>&1; then
    ((line_is_open == 0)) || done_step failed
    tail -n 40 "$log" >&2
    return 1
  fi
}

# configure FOLDER [CMAKE ARGUMENT...]
configure() {
  local folder=$1
  shift
  # A folder that somebody configured by hand keeps its generator.
  local generator=()
  [[ -f $folder/CMakeCache.txt ]] || generator=(-G Ninja)
  # Said each time, as nothing where there is none: ccache may have gone since the last time.
  local launcher=${CMAKE_CXX_COMPILER_LAUNCHER-$(command -v ccache || true)}
  cmake -S "$root" -B "$folder" "${generator[@]}" "-DCMAKE_CXX_COMPILER_LAUNCHER=$launcher" "$@"
}

# The project's files, NUL after each: what git tracks and what it would track, or, where this is
# no clone, everything but build folders. Arguments are patterns as git takes them ('*.cpp').
project_files() {
  # safe.directory: root, through sudo, may check another user's clone.
  if git -c safe.directory='*' -C "$root" rev-parse --git-dir > /dev/null 2>&1; then
    git -c safe.directory='*' -C "$root" ls-files -z --cached --others --exclude-standard -- "$@"
    return
  fi
  local names=() pattern
  for pattern in "$@"; do
    names+=(-o -path "./$pattern")
  done
  (cd "$root" && find . -path './build*' -prune -o -path ./quickstart -prune -o \
    -type f \( "${names[@]:1}" \) -printf '%P\0')
}
