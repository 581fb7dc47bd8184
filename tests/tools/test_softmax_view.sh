#!/bin/bash
# The page of softmax-view holds what Rong's equations and word2vec's trainer come to, whatever the
# words, and texts that it cannot show are told in a line.
# Usage: test_softmax_view.sh BIN_FOLDER GOLDEN_FOLDER
set -eu

bin=$1
run=$bin/softmax-view
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"
cd "$work"

# refused PATTERN ARGUMENT...: exit code 1, one line that has it, and no page.
refused() {
  local pattern=$1
  shift
  rm -f page
  expect_error softmax-view "$pattern" timeout "$limit" "$run" "$@"
  [ ! -e page ] || fail "$*: a page all the same"
}

cat >text <<'TEXT'
bees make honey in the hive
goats make milk in the barn
alone
bears eat honey in the forest
bees bees and bees

goats drink water in the meadow
TEXT

# The JSON inside, by the equations; both models, negative sampling and the tree.
expect_code 0 "$run" text -output page -steps 90
[ ! -s err ] || fail "says: $(cat err)"
grep -qE '^page: 17 words, 90 steps each of skip-gram and CBOW, 0\.[0-9] MB$' out || fail "$(cat out)"
python3 "$here/softmax_view.py" page text 1 || fail 'the page is not what the equations say'
for flags in '-window 1 -size 1 -negative 1 -seed 0' '-window 4 -size 3 -alpha 0.05 -seed 12345678901' \
  '-min-count 2 -size 5 -negative 20 -alpha 0.05' '-steps 1' '-window 10 -size 32 -steps 30'; do
  # shellcheck disable=SC2086 # flags are words
  expect_code 0 "$run" $flags -output page text
  [[ $flags =~ -min-count\ ([0-9]+) ]] && least=${BASH_REMATCH[1]} || least=1
  python3 "$here/softmax_view.py" page text "$least" || fail "$flags: not what the equations say"
done

# The trainer for large texts comes to the same W and W' after a pass.
expect_code 0 "$run" text -output page -steps 40
for model in '0 skip-gram 0.25' '1 CBOW 0.75'; do
  read -r cbow which alpha <<<"$model"
  expect_code 0 "$bin/word2vec" -train text -output w -output-context c -softmax 1 -softmax-batch 1 \
    -cbow "$cbow" -cbow-gradient paper -alpha "$alpha" -min-alpha "$alpha" -iter 1 -threads 1 -size 8 \
    -window 2 -shrink-windows 0 -sample 0 -min-count 1 -debug 0
  python3 "$here/softmax_view.py" page text 1 w c "$which" || fail "$which: word2vec comes to others"
done

# The same bytes, to a file and to the standard output; another seed is another page.
expect_code 0 "$run" text -output first
expect_code 0 "$run" text -output second
cmp first second || fail 'two pages of the same text'
"$run" text -output - >third 2>err || fail 'no page on stdout'
cmp first third || fail 'another page on stdout'
expect_code 0 "$run" text -output second -seed 2
cmp -s first second && fail 'the same page of another seed'

# Without a text there is one, and its page is of a size to be sent.
expect_code 0 "$run" -output page
[ "$(stat -c %s page)" -lt 1500000 ] || fail "the page has $(stat -c %s page) bytes"
python3 - page <<'CHECK' || fail 'the built-in text is not learned'
import json, re, sys
data = json.loads(re.search(r'id="data">(.*?)</script>', open(sys.argv[1]).read(), re.S)[1])
for model in data["models"]:
    full, noise, tree = ([at["losses"][m] for at in [model] + model["steps"]] for m in range(3))
    assert full[-1] < 0.9 * full[0] and tree[-1] < tree[0] and noise[-1] < noise[0], model["name"]
CHECK

# drawn PAGE: what a browser makes of it, without an error; left out where there is none.
drawn() {
  command -v chromium >/dev/null || return 0
  cp "$1" drawn.html
  timeout "$limit" chromium --headless=new --no-sandbox --disable-gpu --user-data-dir="$work/chromium" \
    --virtual-time-budget=5000 --dump-dom "file://$work/drawn.html" >dom 2>log || fail "chromium: $(tail -n 3 log)"
  python3 - dom "$1" <<'CHECK' || fail "$1: not drawn"
import html.parser, json, re, sys
dom, page = (open(path).read() for path in sys.argv[1:])
data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S)[1])
class Seen(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.text, self.tags, self.now = {}, [], None
    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.now = tag
    def handle_data(self, text):
        self.text.setdefault(self.now, []).append(text)
seen = Seen()
seen.feed(dom)
rows = len(data["words"])
assert seen.tags.count("script") == 2 and "b" not in seen.tags and "img" not in seen.tags
assert seen.tags.count("tr") > 4 * rows and seen.tags.count("td") > rows * (2 * data["settings"]["size"] + 8)
assert seen.tags.count("path") >= 3, "no curves"
words = set(seen.text["bdi"])
assert all(word["word"] in words for word in data["words"]), "a word is not shown as it is"
CHECK
}
drawn page

# Words of any kind are text and no more.
# shellcheck disable=SC2016 # words, as they are
printf '%s\n' '</script><script>alert(1)</script> <b>bold</b> "quoted" it'\''s &amp; <!--' \
  $'\xe2\x80\xaeevil\xe2\x80\xac \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xf0\x9f\x98\x80 \xff\xfe\x80 a\xcc\x81' \
  'constructor __proto__ toString <!-- </script> \u003c ${x} `x` //evil.example' >hostile
expect_code 0 "$run" hostile -output page
python3 "$here/softmax_view.py" page hostile 1 || fail 'words that are no plain letters'
drawn page
mkdir 'a<b>"&folder'
cp text 'a<b>"&folder/<script>x'
expect_code 0 "$run" 'a<b>"&folder/<script>x' -output page
python3 "$here/softmax_view.py" page text 1 || fail 'a name that is no plain letters'
printf 'b\x01c d\x1be\x7f \x0b \x0c b\x01c\n' >control
expect_code 0 "$run" control -output page
python3 "$here/softmax_view.py" page control 1 || fail 'control characters'
gzip -c text >text.gz
expect_code 0 "$run" text.gz -output page
expect_code 0 timeout "$limit" "$run" <(cat text) -output page
expect_code 0 timeout "$limit" "$run" - -output page <text
python3 "$here/softmax_view.py" page text 1 || fail 'the standard input'

# Texts with little in them.
printf 'a b\n' >two
expect_code 0 "$run" two -output page -steps 20
python3 "$here/softmax_view.py" page two 1 || fail 'two words'
printf 'a b' >open
expect_code 0 "$run" open -output page -steps 20
python3 "$here/softmax_view.py" page open 1 || fail 'no newline'
: >empty
refused 'empty: has no word' empty -output page
printf '\n\n \n' >blank
refused 'blank: has no word' blank -output page
printf 'word\n' >one
refused 'one: has only one word' one -output page
printf 'word word word\n' >one
refused 'one: has only one word' one -output page
refused 'smaller -min-count' text -output page -min-count 99
printf 'a\nb\nc\n' >lone
refused 'lone: no word .* beside it' lone -output page

# Texts with much in them: what is said helps.
seq 1 70 | tr '\n' ' ' >many
printf '1 2 3 4 5 6 7 8 1 2 3\n' >>many
refused 'many: has 70 different words, .* 60 at most; .*-min-count 2, which leaves 8$' many -output page
expect_code 0 "$run" many -output page -min-count 2
grep -q '^page: 8 words' out || fail "$(cat out)"
seq 1 60 | tr '\n' ' ' >sixty
expect_code 0 "$run" sixty -output page -steps 50
seq 1 61 | tr '\n' ' ' >sixty-one
refused 'sixty-one: has 61 different words, .*; give a shorter text$' sixty-one -output page
yes 'a b c' | head -n 700 >long
refused 'long: has more than 2000 words' long -output page
python3 -c 'import random, sys
sys.stdout.buffer.write(random.Random(1).randbytes(20000))' >junk
refused 'junk: has [0-9]* different words' junk -output page
printf '\xff\xfea\0b\0' >utf16
refused 'utf16: ' utf16 -output page
refused 'missing: ' missing -output page
refused '.' . -output page/none

# Flags.
refused '-output: name the page' text
refused '-size 0: want' text -output page -size 0
refused '-size 33: want .* 32 at most' text -output page -size 33
refused '-steps 1001: want' text -output page -steps 1001
refused '-steps 1e2: want' text -output page -steps 1e2
refused '-alpha nan: want' text -output page -alpha nan
refused '-alpha 1000: skip-gram with .* grows beyond' text -output page -alpha 1000
refused '-window 0: want' text -output page -window 0
refused '-negative 0: want' text -output page -negative 0
refused 'this is the text' text -output text
refused "-output: the name of the file is empty" text -output ''
expect_code 0 "$run" text -output page -sise 4
grep -q 'unknown flag -sise .*did you mean -size' err || fail "$(cat err)"
expect_code 0 "$run" text two -output page
grep -q 'the word two is ignored' err || fail "$(cat err)"
# A page that is there stays where there is none to take its place.
echo old >page
expect_code 1 "$run" empty -output page
[ "$(cat page)" = old ] || fail 'an old page is gone'
expect_code 0 "$run"
grep -q '^Usage: softmax-view' out || fail 'no usage'
expect_code 0 "$run" --version
