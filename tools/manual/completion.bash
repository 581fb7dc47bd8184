# What the completions of all programs share; completion.pl writes it into each, behind the sets of
# one program:
#   flags    all of them, each of which has a value
#   files    of them those whose value is a file
#   many     of them those behind which any number of words may follow
#   again    of them those that may be given several times
#   words    of the others the values, as "FLAG VALUE...", where these are known
#   places   how many files the program takes without a flag before them
# shellcheck shell=bash
# shellcheck disable=SC2154  # the sets are the caller's

_hogvec_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}")
}

_hogvec_files() {
  compopt -o filenames 2> /dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]/#\~\//$HOME/}")
}

_hogvec_complete() {
  # Of the words before this one: a flag that waits for its value, one that takes more words, how
  # many words belong to none, and what need not be offered again.
  local flag='' more='' operands=0 given=' ' word set i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    if [[ -n $flag ]]; then
      more=''
      [[ " $many " != *" $flag "* ]] || more=$flag
      flag=''
    elif [[ $word == --help || $word == --version ]]; then
      return
    elif [[ $word == -?* ]]; then
      flag=$word
      [[ " $again " == *" $flag "* ]] || given+="$flag "
    elif [[ -z $more ]]; then
      ((++operands))
    fi
  done

  word=${COMP_WORDS[COMP_CWORD]}
  if [[ -n $flag ]]; then
    [[ " $files " != *" $flag "* ]] || _hogvec_files
    for set in "${words[@]}"; do
      [[ $set != "$flag "* ]] || _hogvec_words "${set#* }"
    done
  elif [[ $word != -* && (-n $more || $operands -lt $places) ]]; then
    _hogvec_files
  else
    set=''
    for flag in $flags; do
      [[ $given == *" $flag "* ]] || set+="$flag "
    done
    ((COMP_CWORD > 1)) || set+='--help --version'
    _hogvec_words "$set"
  fi
}
