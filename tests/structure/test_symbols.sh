#!/bin/bash
# What the units with machine flags give to the linker. Of an inline function or template that
# several units hold, the linker keeps one copy for the whole program: if that one came from a unit
# built for AVX-512, other processors die in it. So every such (weak or unique) symbol there must
# carry the name of its own instruction set, which makes it a different symbol in every unit.
#   test_symbols.sh LIBHOGVEC_SIMD
set -euo pipefail
library=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

declare -A own_name=(
  [amx_bf16.cpp.o]='amx_bf16'
  [avx512bf16.cpp.o]='avx512bf16'
  [avx512bw.cpp.o]='avx512bw'
  [avx2.cpp.o]='fma3|avx2'
)

bad=0
for object in "${!own_name[@]}"; do
  ar p "$library" "$object" > "$work/$object" 2> /dev/null || true
  if [[ ! -s $work/$object ]]; then
    printf '%s: no %s in it\n' "$library" "$object"
    bad=1
    continue
  fi
  nm -C --defined-only "$work/$object" > "$work/symbols"
  # A pointer of the exception tables: data, the same in every unit.
  shared=$(awk '$2 ~ /^[WwVvu]$/' "$work/symbols" | grep -v 'DW\.ref\.__gxx_personality' |
    grep -vE "${own_name[$object]}" || true)
  if [[ -n $shared ]]; then
    printf '%s: symbols that other units may hold too:\n%s\n' "$object" "$shared"
    bad=1
  fi
  printf '%s: %d symbols\n' "$object" "$(wc -l < "$work/symbols")"
done
exit "$bad"
