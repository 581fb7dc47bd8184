#!/bin/bash
# What shells complete behind the programs: flags, values where only some are allowed, files.
#   test_completion.sh ROOT MANUAL_FOLDER
# Parts with zsh are left out without it.
set -euo pipefail
export LC_ALL=C
root=$1
manual=$2/as-built
# shellcheck source=tests/tools/lib.sh
. "$root/tests/tools/lib.sh"

mkdir "$work/files"
cd "$work/files"
mkdir texts
touch text.txt 'two words.txt' vectors.bin

# completions WORD...: what bash offers for the last of them, one a line.
completions() (
  # shellcheck source=/dev/null
  . "$manual/$1.bash"
  function=$(complete -p "$1" | sed 's/.*-F \([^ ]*\).*/\1/')
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=(stale)
  "$function"
  ((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}" | sort
)

# expect EXPECTED WORD...: EXPECTED has spaces between its words, which have none.
expect() {
  local expected=$1 offered
  shift
  offered=$(completions "$@" | paste -sd ' ')
  [ "$offered" = "$expected" ] || fail "$* <tab>: offers '$offered', not '$expected'"
}

everything='text.txt texts two words.txt vectors.bin'
# Flags, of which none is offered twice but those that may be given several times.
expect '-softmax -softmax-batch -softmax-exact -softmax-precision -softmax-threads' word2vec -soft
expect '-softmax-batch -softmax-exact -softmax-precision -softmax-threads' word2vec -softmax 1 -softmax
expect '-train' word2vec -train text.txt -tr
expect '--help --version' word2vec --
expect '' word2vec -size 5 --
expect '' word2vec --help ''
expect '-query' distance vectors.bin -query king -q
expect '' distance vectors.bin -top 5 -to
# Values.
expect 'bf16 fp32' word2vec -softmax-precision ''
expect 'owner' word2vec -softmax-threads o
expect 'paper undivided' word2vec -cbow-gradient ''
expect '0 1' word2vec -hs ''
expect '0 1 2' word2phrase -debug ''
expect '1' distance vectors.bin -compat ''
expect 'binary glove model npy text' convert vectors.bin -format ''
expect 'input output sum' convert vectors.bin -matrix ''
expect '' word2vec -size ''
expect '' word2vec -alpha ''
# Files and folders, behind flags and alone; as many as the program takes.
expect 'text.txt texts' word2vec -train te
expect "$everything" word2vec -train text.txt ''
expect '-held-out' word2vec -train text.txt -hel
expect 'two words.txt' word2vec -output tw
expect "$everything" word2phrase -train text.txt texts ''
expect 'vectors.bin' distance v
expect 'vectors.bin' convert -info v
expect 'vectors.bin' evaluate vectors.bin v
expect 'pca tsne' word-map vectors.bin -projection ''
expect 'text.txt texts' word-map vectors.bin -table te
expect 'text.txt texts' evaluate vectors.bin -analogies te
expect 'text.txt texts' softmax-view te
expect '-output' softmax-view text.txt -o
expect '-compat -threads' compute-accuracy vectors.bin -
[ "$(completions convert vectors.bin '')" = "$(completions convert vectors.bin -)" ] ||
  fail "convert takes one file, and offers another"

# Every flag of every program has its place in both shells.
for page in "$manual"/*.1; do
  program=$(basename "$page" .1)
  bash -n "$manual/$program.bash"
  flags=$(completions "$program" - | grep -vE '^--(help|version)$' | paste -sd ' ')
  [ -n "$flags" ] || fail "$program: no flags"
  head -n 1 "$manual/_$program" | grep -qx "#compdef $program" || fail "_$program: zsh does not see it"
  for flag in $flags; do
    grep -qE "^  '\*?$flag\[" "$manual/_$program" || fail "_$program lacks $flag"
  done
done

command -v zsh > /dev/null || { echo "$name: no zsh: its part is left out"; exit 0; }
for file in "$manual"/_*; do
  zsh -n "$file" || fail "$file"
done
# A terminal of zsh: what stands in its line after the tab key, for the keys of each line.
cat > "$work/lines" <<'END'
word2vec -softmax-pre
word2vec -softmax-precision b
word2vec -train text.txt -softmax-th
word2vec -train text.t
word2vec -train text.txt vec
evaluate vectors.bin vec
evaluate vectors.bin -sim
convert vectors.bin -format gl
convert vec
distance vectors.bin -query king -qu
END
cat > "$work/expected" <<'END'
word2vec -softmax-precision 
word2vec -softmax-precision bf16 
word2vec -train text.txt -softmax-threads 
word2vec -train text.txt 
word2vec -train text.txt vectors.bin 
evaluate vectors.bin vectors.bin 
evaluate vectors.bin -similarity 
convert vectors.bin -format glove 
convert vectors.bin 
distance vectors.bin -query king -query 
END
cat > "$work/drive.zsh" <<'END'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=''; cd $1/files; fpath=($2 \$fpath); autoload -Uz compinit; compinit -u -d $1/dump"
zpty -w shell "keep-line() { print -r -- \"\$BUFFER\" >> $1/got; BUFFER='' }; zle -N keep-line; bindkey '^G' keep-line; bindkey '^I' complete-word; : > $1/got"
while [[ ! -e $1/got ]]; do zpty -r -t shell > /dev/null; sleep 0.1; done
while IFS= read -r line; do
  count=$(wc -l < $1/got)
  zpty -w -n shell "$line"$'\t\C-g'
  while (( $(wc -l < $1/got) == count )); do zpty -r -t shell > /dev/null; sleep 0.05; done
done < $1/lines
zpty -d shell
END
timeout "$limit" env -u ZDOTDIR TERM=dumb zsh -f "$work/drive.zsh" "$work" "$manual" ||
  fail "zsh at a terminal: exit code $?"
diff "$work/expected" "$work/got" || fail "what zsh completes"
