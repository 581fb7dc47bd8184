#!/bin/bash
# The top level is fixed: nothing but these names and dot-files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

allowed=' CMakeLists.txt README.md LICENSE engine simd io bench tests tools '
if ! names=$(git -c safe.directory='*' ls-files --cached --others --exclude-standard 2> /dev/null); then
  printf 'no clone, so nothing says which files belong to the project: skipped\n'
  exit 77
fi
bad=0
while read -r name; do
  if [[ $name != .* && $allowed != *" $name "* ]]; then
    printf '%s: does not belong at the top level\n' "$name"
    bad=1
  fi
done < <(cut -d/ -f1 <<< "$names" | sort -u)
exit "$bad"
