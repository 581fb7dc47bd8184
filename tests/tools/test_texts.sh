#!/bin/bash
# Odd texts through word2vec: what its words are, that they come back from a vocabulary file, and
# that text and binary vectors say the same of them. (Carriage returns, invalid UTF-8, NUL bytes and
# very long words: test_word2vec.sh.)
# Usage: test_texts.sh BIN_FOLDER GOLDEN_FOLDER
set -eu
export LC_ALL=C

bin=$1
golden=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"
cd "$work"

word2vec() {
  timeout "$limit" "$bin/word2vec" "$@"
}

# letters COUNT: that many bytes of one word.
letters() {
  head -c "$1" /dev/zero | tr '\0' x
}

# expect_vocabulary EXPECTED WHAT: the vocabulary of ./text, saved alone, and saved after reading it
# back, are these bytes.
expect_vocabulary() {
  expect_code 0 word2vec -train text -min-count 1 -save-vocab vocab
  printf '%b' "$1" | cmp - vocab || fail "$2: $(head -c 1000 vocab)"
  expect_code 0 word2vec -train text -min-count 1 -read-vocab vocab -save-vocab again
  cmp vocab again || fail "$2: -read-vocab, -save-vocab: not the same bytes"
}

# expect_vectors WHAT: text and binary vectors of ./text agree, and distance finds the words of the
# vocabulary in both.
expect_vectors() {
  local train=(-train text -min-count 1 -cbow 0 -size 5 -sample 0 -threads 1 -debug 0) format
  expect_code 0 word2vec "${train[@]}" -output text.vectors
  expect_code 0 word2vec "${train[@]}" -output binary.vectors -binary 1
  python3 "$here/vectors.py" text binary.vectors | cmp - text.vectors ||
    fail "$1: text vectors are not the binary ones"
  cut -d ' ' -f 1 vocab | awk '{ printf "Word: %s  Position in vocabulary: %d\n", $0, NR - 1 }' \
    >expected
  for format in text binary; do
    cut -d ' ' -f 1 vocab | "$bin/distance" $format.vectors | grep -a '^Word: ' >got ||
      fail "$1: distance finds nothing in $format vectors"
    cmp expected got || fail "$1: distance in $format vectors: $(cat got)"
  done
}

printf 'b\ta\t\tb \t c\n\ta\n' >text
expect_vocabulary '</s> 2\nb 2\na 2\nc 1\n' "tabs"
expect_vectors "tabs"
printf '\n\n \n\t\nb a\n\n\nb\n\n' >text
expect_vocabulary '</s> 9\nb 2\na 1\n' "blank lines"
expect_vectors "blank lines"
# -lowercase: as the text would be with small letters, in all that reads a text.
printf 'Der Alte ÄRGER\nder alte ärger Straße\nDER ALTE STRASSE\n' >text
printf 'der alte ärger\nder alte ärger straße\nder alte strasse\n' >small
expect_code 0 word2vec -train small -min-count 1 -save-vocab expected
expect_code 0 word2vec -train text -min-count 1 -save-vocab vocab -lowercase 1
cmp expected vocab || fail "-lowercase: $(cat vocab)"
expect_code 0 word2vec -train text -min-count 1 -save-vocab capitals
expect_code 0 word2vec -train text -min-count 1 -read-vocab capitals -save-vocab vocab -lowercase 1
sort vocab >again
sort expected | cmp - again || fail "-lowercase of a vocabulary: $(cat vocab)"
grep -q "capitals: 7 of its words are not in small letters" "$work/err" || fail "$(cat "$work/err")"
lower=(-min-count 1 -threads 1 -size 4 -hs 1 -negative 0 -debug 0)
expect_code 0 word2vec -train small -held-out small "${lower[@]}" -output expected -report expected.json
expect_code 0 word2vec -train text -held-out text "${lower[@]}" -output vectors -report report.json \
  -lowercase 1 -model model
cmp expected vectors || fail "-lowercase: other vectors"
python3 - <<'END' || fail "-lowercase: the held-out text"
import json
losses = [json.load(open(name))["held_out"]["loss"] for name in ("expected.json", "report.json")]
assert len(losses[0]) == 5 and losses[0] == losses[1], losses
END
expect_code 0 word2vec -resume model -iter 6 # reads the text again, as it was read
expect_code 1 word2vec -resume model -iter 7 -lowercase 0
grep -q -- "-lowercase was 1 and is not given" "$work/err" || fail "$(cat "$work/err")"
expect_code 0 "$bin/word2phrase" -train small -output expected -threshold 0 -min-count 1 -debug 0
expect_code 0 "$bin/word2phrase" -train text -output phrases -threshold 0 -min-count 1 -debug 0 -lowercase 1
cmp expected phrases || fail "word2phrase -lowercase"

# Lines that are none, words that have no neighbour, words that are no UTF-8: all told.
printf 'b a\rb a\rb a\r' >text
expect_code 0 word2vec -train text -min-count 1 -save-vocab vocab
grep -q "warning: text has carriage returns and no newlines" "$work/err" || fail "lone returns"
"$bin/word2phrase" -train text -output phrases 2>"$work/err" >/dev/null
grep -q "warning: text has carriage returns and no newlines" "$work/err" || fail "word2phrase: returns"
printf 'a\nb\na\n\nb\n' >text
expect_code 1 word2vec -train text -min-count 1 -output new
grep -q "^word2vec: no word has a neighbour" "$work/err" || fail "no neighbour: $(cat "$work/err")"
printf 'a\xe3\x80\x80b\nb\xe3\x80\x80a\n' >text
expect_code 1 word2vec -train text -min-count 1 -output new
grep -q "^word2vec: no word has a neighbour" "$work/err" || fail "U+3000: $(cat "$work/err")"
[ ! -e new ] || fail "vectors of nothing"
printf 'caf\xe9 th\xe9 caf\xe9 the\n' >text
expect_code 0 word2vec -train text -min-count 1 -output new -debug 0 -size 3
grep -q "warning: 2 words are not UTF-8, the first is .*gensim" "$work/err" || fail "Latin-1, in silence"
rm new phrases

printf 'b a\r\n\r\nb c\r\n' >text
expect_vocabulary '</s> 3\nb 2\na 1\nc 1\n' "lines that end as on Windows"
expect_vectors "lines that end as on Windows"
printf 'b a c\nb a\nb' >text
expect_vocabulary '</s> 2\nb 3\na 2\nc 1\n' "no last newline"
expect_vectors "no last newline"
printf '1 0.5 -2 nan 1 inf 0x10 3 5\n' >text
expect_vocabulary '</s> 1\n1 2\n0.5 1\n-2 1\nnan 1\ninf 1\n0x10 1\n3 1\n5 1\n' "words like numbers"
expect_vectors "words like numbers"
# Bytes that other programs take for spaces or for the end of a line.
printf '\f \v \xc2\x85 \xc2\xa0 \xe2\x80\xa8 \x1c \x7f\n' >text
expect_vocabulary \
  '</s> 1\n\f 1\n\v 1\n\xc2\x85 1\n\xc2\xa0 1\n\xe2\x80\xa8 1\n\x1c 1\n\x7f 1\n' "odd bytes"
expect_vectors "odd bytes"

# Words around the limit of 98 bytes, beyond which the reference loses them.
for bytes in 97 98 99 100 101; do
  { letters $bytes; printf ' b a b\n'; } >text
  expect_vocabulary "</s> 1\nb 2\n$(letters $((bytes < 98 ? bytes : 98))) 1\na 1\n" \
    "a word of $bytes bytes"
  expect_vectors "a word of $bytes bytes"
done
# Letters of two, three and four bytes around that limit: whole, or left out with what follows.
for letter in '\xc3\xa4' '\xe2\x82\xac' '\xf0\x9f\x98\x80'; do
  for before in 94 95 96 97 98; do
    { letters $before; printf '%bz b a b\n' "$letter"; } >text
    end=$((before + ${#letter} / 4)) # four characters a byte
    word=$(letters $before)
    if ((end == 98)); then
      word+=$letter
    elif ((end < 98)); then
      word+=${letter}z
    fi
    expect_vocabulary "</s> 1\nb 2\n$word 1\na 1\n" "$letter at byte $((before + 1))"
  done
done

# Too few words to train on are a vocabulary all the same.
: >text
expect_vocabulary '</s> 0\n' "an empty file"
printf '\n' >text
expect_vocabulary '</s> 1\n' "one newline"
for words in '' a 'a a a'; do
  printf '%s\n' "$words" >text
  expect_code 0 word2vec -train text -min-count 1 -save-vocab vocab -threads 5
  expect_code 1 word2vec -train text -min-count 1 -cbow 0 -output none
  [ ! -e none ] || fail "\"$words\": vectors of too few words"
done
printf 'a b' >text
expect_vocabulary '</s> 0\na 1\nb 1\n' "two words"
expect_vectors "two words"

# Vocabulary files of other programs: what is done to them is told, and the vectors are of their words.
# told_of PATTERN WHAT: word2vec reads ./text with ./vocab and says so.
told_of() {
  expect_code 0 word2vec -train text -read-vocab vocab -min-count 1 -size 5 -threads 1 -debug 1 \
    -output vectors -save-vocab again
  grep -Eq -- "-read-vocab vocab: $1" err || fail "$2: says $(cat err)"
}
printf 'cat dog cat\ndog cat emu\n' >text
printf '\xef\xbb\xbfcat 3\ndog 2\n' >vocab
told_of 'has no </s>, the end of a sentence; it is put first' "a vocabulary without </s>"
printf '</s> 0\ncat 3\ndog 2\n' | cmp - again || fail "a vocabulary without </s>: $(cat again)"
printf 'cat 3\n</s> 2\ndog 2\nyak 1\ngnu 1\n' >vocab
told_of 'has </s>, the end of a sentence, behind other words; it is taken' "</s> further down"
grep -q -- '-read-vocab vocab: 2 of its words are not in the text' err || fail "says $(cat err)"
printf '</s> 2\ncat 3\ndog 2\nyak 1\ngnu 1\n' | cmp - again || fail "</s> down: $(cat again)"
{ printf '</s> 2\n'; letters 300; printf ' 2\ncat 3\n'; } >vocab
{ letters 300; printf ' cat\ncat cat\n'; letters 300; echo; } >text
told_of '1 of its words are longer than -max-word 98, and cut' "a long word"
printf '</s> 2\ncat 3\n%s 2\n' "$(letters 98)" | cmp - again || fail "a long word: $(cat again)"
[ "$(grep -c 'of its words' err)" -eq 1 ] || fail "a long word: says $(cat err)"

# Not where the words are of a model that the run begins with.
expect_code 0 word2vec -train "$golden/corpus.txt" -min-count 3 -size 5 -iter 1 -model model
expect_code 1 word2vec -train "$golden/corpus.txt" -read-vocab model -init model -size 5 \
  -save-vocab model -output none
grep -q -- '-save-vocab model: this is ' err || fail "-save-vocab over a model: says $(cat err)"

# A byte order mark is no letter; other encodings are named.
printf '\xef\xbb\xbfone two\none two\n' >text
expect_vocabulary '</s> 2\none 2\ntwo 2\n' "a byte order mark"
printf '\xff\xfeo\0n\0e\0 \0a\0 \0b\0\n\0' >text
for tool in word2vec word2phrase; do
  expect_code 1 timeout "$limit" "$bin/$tool" -train text -output none -min-count 1
  grep -Eqx "$tool: .*text: is UTF-16LE; make it UTF-8: iconv -f UTF-16LE -t UTF-8 FILE" err ||
    fail "$tool: UTF-16: says $(cat err)"
done
expect_code 0 word2vec -train "$golden/corpus.txt" -min-count 3 -size 5 -threads 1 -output vectors
words=$(sed -n '2,5s/ .*//p' vectors | tr '\n' ' ')
printf '\xef\xbb\xbf: first\n%s\n' "$words" >questions
expect_code 0 timeout "$limit" "$bin/compute-accuracy" vectors <questions
grep -qx 'first:' "$work/out" || fail "compute-accuracy: a byte order mark: $(cat "$work/out")"
