#!/bin/bash
# tools/bench rivals, with scripts in the place of fastText, gensim and another word2vec: what it
# tells them, reads of them, appends and refuses. And that the full softmax of NumPy and PyTorch,
# where they are installed, is the one of word2vec. No time is asserted.
# Usage: test_bench_rivals.sh BIN_FOLDER GOLDEN_FOLDER
set -eu
export LC_ALL=C

bin=$1
here=$(cd "$(dirname "$0")" && pwd)
bench=$here/../../tools/bench
python=/usr/bin/python3  # that of tools/bench, which has the packages of Debian
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"
cd "$work"
export TMPDIR=$work/tmp XDG_CACHE_HOME=$work/cache
mkdir tmp stubs modules modules/gensim

# Vectors of which `a b` are nearer than `a c`, and a test set that says so: Spearman is 1. One
# that says the contrary is -1.
printf '4 2\n</s> 0 0.1\na 1 0\nb 1 0.1\nc 0.1 1\n' >good.vec
printf '4 2\n</s> 0 0.1\na 1 0\nb 0.1 1\nc 1 0.1\n' >bad.vec
printf 'a\tb\t9\na\tc\t1\n' >pairs

# With -epoch 1 its vectors are bad, with more they are good. Three lines of progress make a rate.
cat >stubs/fasttext <<'STUB'
#!/bin/bash
echo "$*" >>"$STUB_LOG/fasttext"
for k in 1 2 3; do printf '\rProgress: %d%%' "$k" >&2; sleep 0.02; done
vectors=good.vec
while [ $# -gt 0 ]; do
  case $1 in
    -output) output=$2 ;;
    -epoch) [ "$2" != 1 ] || vectors=bad.vec ;;
  esac
  shift
done
cp "$STUB_LOG/$vectors" "$output.vec"
STUB
cat >stubs/other <<'STUB'
#!/bin/bash
echo "$*" >>"$STUB_LOG/other"
while [ $# -gt 0 ]; do
  [ "$1" != -output ] || cp "$STUB_LOG/good.vec" "$2"
  shift
done
STUB
printf '#!/bin/bash\necho first\necho "the reason" >&2\nexit 3\n' >stubs/failing
printf '#!/bin/bash\n' >stubs/idle
chmod +x stubs/*
: >modules/gensim/__init__.py
cat >modules/gensim/models.py <<'STUB'
import os, shutil, types
def log(*told):
    with open(os.environ["STUB_LOG"] + "/gensim", "a") as file:
        print(*told, file=file)
class Word2Vec:
    corpus_total_words = corpus_count = 1
    def __init__(self, **settings):
        log(sorted(settings.items()))
        self.wv = types.SimpleNamespace(save_word2vec_format=self._save)
    def build_vocab(self, corpus_file):
        pass
    def train(self, corpus_file, total_words, total_examples, epochs):
        log("epochs", epochs)
    def _save(self, path, binary):
        shutil.copy(os.environ["STUB_LOG"] + "/good.vec", path)
STUB
export STUB_LOG=$work PYTHONPATH=$work/modules
export PATH=$work/stubs:$PATH

# The least generated text with 50 words.
small=(-bin "$bin" -words 800 -dim 4 -window 2 -negative 3 -min-count 1 -runs 2)

# expect_refusal CODE FLAG...: one line, and nothing is written.
expect_refusal() {
  local code=$1
  shift
  expect_code "$code" "$bench" rivals "$@" -history refused
  [ "$(wc -l <err)" -eq 1 ] || fail "$*: not one line: $(cat err)"
  [ ! -e refused ] || fail "$*: a history is made"
}

expect_code 0 "$bench" rivals "${small[@]}"  # makes the text, which it tells
grep -q 'making .*zipf-800-50-1.txt' err || fail "it does not tell that it makes a text: $(cat err)"
expect_code 0 "$bench" rivals -h
grep -q '^usage: tools/bench rivals' out || fail "-h: no usage"
for flags in -unknown -runs "-runs 0" "-mode walk" "-mode skip-gram-ns," "-epochs 0" "-sample x" \
  "-sample 2" "-sample nan" "-alpha 0" "-alpha -1" "-alpha 0.1," "-target 0.5" "-target 0.5/0.2" \
  "-target 0.5/x -wordsim pairs -questions pairs" "-programs word" "-softmax -target 1/1" "-vocab 100" "-softmax -mode skip-gram-ns" \
  "-softmax -vocab 1" "-softmax -seconds 0" "-words 800 -text good.vec" word; do
  # shellcheck disable=SC2086  # several flags
  expect_refusal 2 $flags
done
for flags in "-rival other" "-rival =stubs/other" "-rival gensim=stubs/other" "-rival a=absent" \
  "-rival a=tmp" "-rival a=good.vec" "-rival a=stubs/other -rival a=stubs/other" "-text absent" \
  "-text tmp" "-bin absent" "-wordsim absent" "-rival a=stubs/idle" \
  "-questions tmp"; do
  # shellcheck disable=SC2086  # several flags
  case $flags in
    -text*) expect_refusal 1 -bin "$bin" $flags ;;
    -bin*) expect_refusal 1 $flags ;;
    *) expect_refusal 1 "${small[@]}" $flags ;;
  esac
done

# What is missing is told with the package that has it.
expect_code 1 env PATH="$work/absent" "$bench" rivals "${small[@]}"
grep -q 'apt-get install fasttext$' err || fail "without fastText: $(cat err)"
mkdir hidden
printf 'import sys\nsys.modules["gensim"] = None\n' >hidden/sitecustomize.py
expect_code 1 env PYTHONPATH="$work/hidden" "$bench" rivals "${small[@]}"
grep -q 'apt-get install python3-gensim$' err || fail "without gensim: $(cat err)"

# A rival that fails is told with its last line.
expect_refusal 1 "${small[@]}" -rival a=stubs/failing
grep -q 'a: exit code 3.*: the reason$' err || fail "a failing rival: $(cat err)"

# Equal settings for all, whatever they call them.
rm -f fasttext gensim other
expect_code 0 "$bench" rivals "${small[@]}" -threads 3 -sample 0.01 -alpha 0.03 -epochs 1,2 \
  -mode skip-gram-ns,cbow-hs -rival other=stubs/other -wordsim pairs -history history
[ "$(wc -l <fasttext)" -eq 8 ] || fail "$(wc -l <fasttext) runs, not 2 of 2 modes by 2 epochs"
told() {
  grep -e "$2" "$1" | grep -qe "$3" || fail "$1 was not told $3 with $2: $(cat "$1")"
}
common='-dim 4 -ws 2 -t 0.01 -lr 0.03 -epoch 2 -minCount 1 -thread 3 -minn 0 -maxn 0 -bucket 0$'
told fasttext '^skipgram' "-loss ns -neg 3 $common"
told fasttext '^cbow' "-loss hs -neg 3 $common"
common='-size 4 -window 2 -sample 0.01 -alpha 0.03 -iter 2 -min-count 1 -threads 3$'
told other '-cbow 0' "-hs 0 -negative 3 $common"
told other '-cbow 1' "-hs 1 -negative 0 $common"
common="('min_alpha', 3e-06), ('min_count', 1)"
told gensim "('sg', 1)" "'alpha', 0.03), ('hs', 0), $common, ('negative', 3), ('sample', 0.01)"
told gensim "('sg', 0)" "'alpha', 0.03), ('hs', 1), $common, ('negative', 0), ('sample', 0.01)"
told gensim "'window', 2)" "('vector_size', 4), ('window', 2), ('workers', 3)"
told gensim epochs 'epochs 2'

# fastText is right after two epochs only, the others at once.
[ "$(grep -c '^fastText .* -1.000 ' out)" -eq 2 ] || fail "quality of one epoch: $(cat out)"
grep -q 'skip-gram-ns, seconds until similarity' out || fail "no time to quality: $(cat out)"
python3 - <<'PYTHON' || fail "the history is wrong: $(head -c 3000 history)"
import json
run, = map(json.loads, open("history"))
assert run["kind"] == "rivals" and run["settings"]["epochs"] == [1, 2]
assert run["settings"]["alpha"] == 0.03 and "programs" not in run["settings"]
assert run["machine"]["kernels"] and run["commit"] == "0" * 40  # of -bin: it may be any
figures = {one["name"]: one for one in run["figures"]}
assert len(figures) == len(run["figures"])
for mode in ("skip-gram-ns", "cbow-hs"):
    for epochs in (1, 2):
        base = f"rivals/{mode}/D:4/threads:3/epochs:{epochs}/"
        for name in ("hogvec", "fastText", "gensim", "other"):
            whole = figures[f"{base}{name}/whole"]
            assert (whole["unit"], whole["better"], whole["runs"]) == ("s", "lower", 2), whole
            assert 0 < whole["low"] <= whole["value"] <= whole["high"], whole
        assert figures[f"{base}hogvec/training"]["unit"] == "words/s"
        assert figures[f"{base}gensim/training"]["unit"] == "words/s"
        assert f"{base}other/training" not in figures  # it tells no progress
        assert figures[f"{base}other/times as long as hogvec"]["unit"] == "ratio"
        quality = {1: -1, 2: 1}[epochs]
        assert figures[f"{base}fastText/whole"]["quality"] == {"similarity": quality}
PYTHON

# Several learning rates, and the least time until there is quality: fastText's of two epochs.
printf ': one\na b b b\n' >questions
rm -f fasttext history
expect_code 0 "$bench" rivals "${small[@]}" -alpha 0.01,0.03 -epochs 1,2 -programs fastText \
  -wordsim pairs -questions questions -target -1/-1 -target 0.9/-1 -target 1/1 -history history
[ "$(wc -l <fasttext)" -eq 8 ] || fail "$(wc -l <fasttext) runs, not 2 of 2 by 2"
told fasttext 'epoch 2' '-lr 0.01 '
told fasttext 'epoch 2' '-lr 0.03 '
python3 - <<'PYTHON' || fail "time to quality: $(cat out) $(head -c 3000 history)"
import json
run, = map(json.loads, open("history"))
names = {one["name"]: one for one in run["figures"]}
base = "rivals/skip-gram-ns/D:4/threads:2/"
for epochs in (1, 2):
    for alpha in ("0.01", "0.03"):
        assert f"{base}epochs:{epochs}/alpha:{alpha}/fastText/whole" in names
    assert f"{base}epochs:{epochs}/alpha:0.01/gensim/whole" not in names
of_fasttext = [name for name in names if "fastText/training until" in name]
assert len(of_fasttext) == 2, of_fasttext  # of any quality, and of a good one
assert f"{base}similarity:0.9/analogies:-1/fastText/training until both" in names
for name in of_fasttext:
    one = names[name]
    assert one["unit"] == "s" and one["better"] == "lower" and one["runs"] == 2
    assert 0 < one["low"] <= one["value"] <= one["high"]
PYTHON
grep -A3 'until 0.9 / -1' out | grep -q '^fastText .* 2 epochs, alpha 0.0' || fail "$(cat out)"
grep -A3 'until 1 / 1' out | grep -q '^fastText  *-$' || fail "no - where none came: $(cat out)"

# hogvec's word2vec is one of the programs with the flags of word2vec; a text of one's own is cut.
yes 'a b c' | head -n 700 | tr '\n' ' ' >'a text'
expect_code 0 "$bench" rivals -bin "$bin" -text 'a text' -dim 4 -runs 1 \
  -rival "same=$bin/word2vec" -history history
[ "$(wc -l <history)" -eq 2 ] || fail "$(wc -l <history) lines after 2 runs"

# The gradients, where there is NumPy: the right ones agree, and another learning rate is noticed.
unset PYTHONPATH
if $python -c 'import numpy' 2>/dev/null; then
  forms=(numpy-textbook numpy)
  ! $python -c 'import scipy' 2>/dev/null || forms+=(numpy+sgemm)
  ! $python -c 'import torch' 2>/dev/null || forms+=(torch autograd torch-bf16 autograd-bf16)
  # shellcheck disable=SC2016  # the script's own
  printf '#!/bin/bash\nexec "%s/word2vec" "${@/0.5/0.4999}"\n' "$bin" >stubs/slower
  chmod +x stubs/slower
  for program in "$bin/word2vec" stubs/slower; do
    PYTHONPATH=$here/../../tools/lib expect_code 0 "$python" -B -m bench.rivals.gradient_check \
      "$program" "${forms[@]}"
    mv out "${program##*/}.json"
  done
  python3 - <<'PYTHON' || fail "gradients: $(cat word2vec.json slower.json)"
import json
right, slower = (json.load(open(name)) for name in ("word2vec.json", "slower.json"))
# Six decimals of values about 0.1 are 1e-5; the others have the digits of floats.
assert right.pop("hogvec") < 5e-5, right
# bf16 has two digits and a half.
half = [right.pop(name) for name in list(right) if "bf16" in name]
assert 1e-5 < min(half) and max(half) < 2e-2 and max(right.values()) < 2e-6, (half, right)
assert slower["hogvec"] > 1e-4, slower  # a learning rate that is off by 2e-4
PYTHON
  # A text of exactly V words, </s> being one, and no more than it takes.
  yes 'a b c d e d e' | head -n 100 >many
  PYTHONPATH=$here/../../tools/lib "$python" -B - <<'PYTHON' || fail "the text for a given V"
import math
import numpy
from bench import BenchError
from bench.rivals.batches import make_batches, read_ids, read_words
from bench.rivals.contest import prepare_text
from bench.rivals.held_out import perplexity
path, held_out = prepare_text("many", 3, "tmp")
words = read_words(path)
ids, line, vocabulary = read_ids(path, words)
assert vocabulary == 3 and 48 <= len(ids) < 100 and set(ids) == {1, 2}, (vocabulary, len(ids))
# The last twentieth, 35 words, 4 of 7 of them d or e.
assert len(read_ids(held_out, words)[0]) == 20, held_out
try:
    prepare_text("many", 7, "tmp")
    raise SystemExit("5 words and </s> are not 7")
except BenchError:
    pass
# Both words of a line are all there is in the other's window, whatever the window.
open("two", "w").write("a b\n" * 4)
two = read_ids("two", ["</s>", "a", "b"])
batch, = make_batches(two, 8, 5)
assert list(batch.contexts) == [1] * 8 and list(batch.unique) == [1, 2]
assert list(batch.starts) == [0, 4] and sorted(batch.pairs % 3) == [1] * 4 + [2] * 4
# Perplexity: V where nothing is known, and by hand where b beside a has 6/8 and a beside b 1/3.
w, w_out = numpy.zeros((3, 1)), numpy.zeros((3, 1))
assert abs(perplexity(w, w_out, two, 5) - 3) < 1e-12
w[1], w[2] = math.log(6), 0  # scores of a: 0, 0, log 6; of b: all 0
w_out[2] = 1
assert abs(perplexity(w, w_out, two, 5) - (8 / 6 * 3) ** 0.5) < 1e-12
PYTHON
  # A rival that trains learns something of other text; one that diverges ends all the same.
  for alpha in 0.1 1e6; do
    PYTHONPATH=$here/../../tools/lib expect_code 0 "$python" -B -m bench.rivals.worker tmp/text \
      numpy 8 4 2 1 0.3 "$alpha" tmp/held_out 20000
    mv out "trained$alpha"
  done
  python3 - <<'PYTHON' || fail "training: $(cat trained0.1 trained1e6)"
import json, math
learned, diverged = (json.load(open("trained" + alpha)) for alpha in ("0.1", "1e6"))
assert learned["centers"] > 0 and 1 < learned["perplexity"] < 2.5, learned  # of V = 3
assert diverged["perplexity"] == math.inf, diverged
PYTHON
  rm -f tmp/text tmp/held_out
fi
[ -z "$(ls -A tmp)" ] || fail "temporary files stay: $(ls -A tmp)"
[ -z "$(find "$here/../../tools" -name __pycache__)" ] || fail "bytecode among the sources"
