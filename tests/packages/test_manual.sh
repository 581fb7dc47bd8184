#!/bin/bash
# The manual pages say what --help says, every flag of it, and roff has nothing against them.
#   test_manual.sh ROOT BIN_FOLDER MANUAL_FOLDER CMAKE_GENERATOR
# Skipped without groff; mandoc is asked too where it is there.
set -euo pipefail
export LC_ALL=C
root=$1
bin=$2
manual=$3/as-built
generator=$4
# shellcheck source=tests/tools/lib.sh
. "$root/tests/tools/lib.sh"
command -v groff > /dev/null || { echo "$name: no groff: skipped"; exit 77; }

declare -A sources=([word2vec]=options [word2phrase]=word2phrase [distance]=distance
  [word-analogy]=word_analogy [compute-accuracy]=compute_accuracy [convert]=convert
  [evaluate]=evaluate [softmax-view]=softmax_view [word-map]=word_map)

# page_of PROGRAM [VARIABLE=VALUE]: made anew.
page_of() {
  env "${@:2}" perl "$root/tools/manual/man_page.pl" "$root/tools/${sources[$1]}.cpp" "$1" 1.2.3 \
    convert "$work/page" "${!sources[@]}"
}

for program in "${!sources[@]}"; do
  page=$manual/$program.1
  [ -s "$page" ] || fail "$program has no page"
  "$bin/$program" --help > "$work/help"

  # One text, wherever the page and the program have it from.
  perl -I"$root/tools/manual" -Mhelp_text -e 'print help_text::from_source($ARGV[0])' \
    "$root/tools/${sources[$program]}.cpp" > "$work/source"
  cmp "$work/help" "$work/source" || fail "$program --help is not the text of the page"

  groff -man -ww -Tascii -P-cbou "$page" > "$work/text" 2> "$work/err"
  [ ! -s "$work/err" ] || fail "groff, of $program: $(cat "$work/err")"
  if command -v mandoc > /dev/null; then
    # Only a build with SOURCE_DATE_EPOCH has a date.
    mandoc -T lint "$page" | grep -v 'missing date' > "$work/lint" || true
    [ ! -s "$work/lint" ] || fail "mandoc, of $program: $(cat "$work/lint")"
  fi

  flags=0
  while read -r flag; do
    grep -qE -- "^ +(--help, )?${flag}( |,|\$)" "$work/text" || fail "$program: $flag is not in its page"
    ((++flags))
  done < <(sed -n 's/^  \(--*[a-z][a-z-]*\)\(, \(--[a-z]*\)\)*.*/\1\n\3/p' "$work/help" | grep .)
  ((flags >= 4)) || fail "$program: only $flags flags are found in its help"
  # Every word of the help stands in the page: texts are whole.
  # What groff cuts at a hyphen is not whole in a line.
  sed -e ':a' -e '/-$/{N;s/-\n *//;ta' -e '}' "$work/text" > "$work/joined"
  cat "$work/text" "$work/joined" | tr -cs '[:alnum:]_' '\n' | sort -u > "$work/page_words"
  sed -n '/^Usage: /,$p' "$work/help" | sed '1s/^Usage: //; s/^Examples:$//; s/--help.*//; s/--version.*//' |
    tr -cs '[:alnum:]_' '\n' | sort -u > "$work/help_words"
  lost=$(comm -23 "$work/help_words" "$work/page_words" | paste -sd ' ')
  [ -z "$lost" ] || fail "$program: words of its help that are not in its page: $lost"

  sections=$(grep -E '^[A-Z][A-Z ]*$' "$work/text" | paste -sd ' ')
  [[ $sections == "NAME SYNOPSIS DESCRIPTION OPTIONS "*"EXIT STATUS ENVIRONMENT "*"SEE ALSO" ]] ||
    fail "$program: sections $sections"

  # The same bytes each time; a date only where one is given.
  page_of "$program" SOURCE_DATE_EPOCH=86400
  mv "$work/page" "$work/first"
  page_of "$program" SOURCE_DATE_EPOCH=86400
  cmp "$work/first" "$work/page" || fail "$program: two pages of the same input differ"
  grep -q '^\.TH .* 1 "1970-01-02" "hogvec 1.2.3"' "$work/page" || fail "$program: SOURCE_DATE_EPOCH"
  page_of "$program" -u SOURCE_DATE_EPOCH
  grep -q '^\.TH .* 1 "" ' "$work/page" || fail "$program: a date that nobody gave"
done

# A help that cannot be read ends the build of its page, and leaves no half one.
printf 'R"(Usage: distance FILE\n\n  -top N  how many\nstray)"\n' > "$work/stray.cpp"
rm -f "$work/page"
expect_code 255 perl "$root/tools/manual/man_page.pl" "$work/stray.cpp" distance 1 convert \
  "$work/page" distance
grep -q 'stray: neither an option' "$work/err" || fail "a stray line: $(cat "$work/err")"
[ ! -e "$work/page" ] || fail "a half page"

# Without perl the programs are built all the same.
cmake -S "$root" -B "$work/build" -G "$generator" -DCMAKE_DISABLE_FIND_PACKAGE_Perl=ON \
  -DHOGVEC_BUILD_TESTS=OFF -DHOGVEC_BUILD_BENCH=OFF > "$work/log" 2>&1 || fail "$(cat "$work/log")"
grep -q 'no perl: manual pages .* are left out' "$work/log" || fail "nothing is said without perl"
