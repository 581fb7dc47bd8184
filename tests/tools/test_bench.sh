#!/bin/bash
# tools/bench: its modules (bench.py), and `tools/bench train` and `scaling` as programs, with texts
# so small that their figures mean nothing: what they append to a history, refuse, and leave behind.
# Usage: test_bench.sh BIN_FOLDER GOLDEN_FOLDER
set -eu
export LC_ALL=C

bin=$1
here=$(cd "$(dirname "$0")" && pwd)
bench=$here/../../tools/bench
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"
cd "$work"
export TMPDIR=$work/tmp XDG_CACHE_HOME=$work/cache
mkdir tmp modules programs failing
ln -s "$bin/word2vec" programs/  # without hogvec_bench nothing is probed, which takes seconds

python3 "$here/bench.py" "$here/../../tools" modules || fail "a module breaks its promise"

expect_code 2 "$bench"
expect_code 0 "$bench" -h
expect_code 2 "$bench" walk
expect_code 0 "$bench" train -h
grep -q '^usage: tools/bench train' out || fail "train -h: no usage"

# The least text for 50 words, and few enough numbers for the sanitizers.
small=(-bin programs -base "words=1k,vocab=50,dim=4,window=2,negatives=2,threads=2" -runs 2)

# expect_refusal CODE FLAG...: one line, and nothing is written.
expect_refusal() {
  local code=$1
  shift
  expect_code "$code" "$bench" train "$@"
  [ "$(wc -l <err)" -eq 1 ] || fail "$*: not one line: $(cat err)"
  [ ! -s out ] || fail "$*: $(cat out)"
  [ ! -e history ] || fail "$*: a history is made"
}

printf 'text\n' >file
mkdir same same/again
for name in same/text same/again/text; do
  printf 'b a b a b\n' >$name
done
for flags in "-unknown" "-runs" "-runs 0" "-runs x" "-words 1,,2" "-words 0" "-dim -1" \
  "-sweep walk" "-sweep words,," "-base words" "-base walk=1" "-base dim=x" "-mode walk" "word" \
  "-words 799 -sweep words" "-sweep none -text same/text -text same/again/text"; do
  # shellcheck disable=SC2086  # several flags
  expect_refusal 2 "${small[@]}" -history history $flags
done
for flags in "-history absent/history" "-history tmp" "-history history -bin absent" \
  "-history history -text absent" "-history history -text tmp" "-history history -cache file"; do
  # shellcheck disable=SC2086  # several flags
  expect_refusal 1 "${small[@]}" -sweep none $flags
done

# Two runs, two lines.
for k in 1 2; do
  expect_code 0 "$bench" train "${small[@]}" -sweep words,vocab,threads -words 1k,2k,4k \
    -vocab 50,60 -threads 1,3 -mode skip-gram-ns -mode cbow-hs -history history
  [ "$(wc -l <history)" -eq "$k" ] || fail "$(wc -l <history) lines after $k runs"
done
grep -q '^skip-gram-ns over words' out || fail "no exponent is printed: $(cat out)"
python3 - <<'PYTHON' || fail "the history is wrong: $(head -c 3000 history)"
import json
run = json.loads(open("history").readline())
assert run["schema"] == 1 and run["kind"] == "train" and run["settings"]["runs"] == 2
assert set(run["machine"]) >= {"fingerprint", "cpu", "cores", "caches", "load", "kernels"}
figures = {one["name"]: one for one in run["figures"]}
assert len(figures) == len(run["figures"])
name = "train/skip-gram-ns/words:2000/V:50/D:4/window:2/K:2/threads:2"
for what, unit, better in (("", "words/s", "higher"), ("/cost", "ns/kept word", "lower"),
                           ("/whole", "s", "lower"), ("/read", "bytes/s", "higher"),
                           ("/write", "bytes/s", "higher"), ("/initialize", "s", "lower"),
                           ("/memory", "bytes", "lower")):
    one = figures[name + what]
    assert (one["unit"], one["better"], one["runs"]) == (unit, better, 2), one
    assert 0 < one["low"] <= one["value"] <= one["high"], one
for mode in ("skip-gram-ns", "cbow-hs"):
    assert figures[f"train/{mode}/exponent/words"]["unit"] == "exponent"
    assert figures[f"train/{mode}/spread/V"]["value"] >= 1
    assert figures[f"train/{mode}/gain:1/threads:3"]["value"] > 0
PYTHON

# A text of one's own, on one long line, with a name that is no JSON by itself.
{ yes 'a b "c" d' | head -n 2000 | tr '\n' ' '; } >'odd"name'
expect_code 0 "$bench" train "${small[@]}" -sweep none -text 'odd"name' -history history
python3 -c 'import json; json.loads(open("history").readlines()[2])' || fail "an odd name: no JSON"
lines=$(echo cache/hogvec/lines-*)
[ "$(awk '{ print NF }' "$lines" | sort -u)" = 1000 ] || fail "a text is not cut into lines"

# Training over threads: every mode, and what is not as it is without flags stands in the names.
expect_code 0 "$bench" scaling -h
grep -q '^usage: tools/bench scaling' out || fail "scaling -h: no usage"
for flags in "-threads 0" "-threads" "-mode walk" "-base threads=2" "-base words=799" "word" \
  "-sweep none" "-dims 8" "-machine 4,2,60,200" "-simulate -threads 2" "-simulate -machine 4,2" \
  "-simulate -machine 4,0,60,200" "-simulate -machine 4,2,60,x"; do
  # shellcheck disable=SC2086  # several flags
  expect_code 2 "$bench" scaling -bin programs -base vocab=50 -history curves $flags
  [ "$(wc -l <err)" -eq 1 ] || fail "scaling $flags: not one line: $(cat err)"
done
expect_code 1 "$bench" scaling -bin absent -base words=1k,vocab=50 -history curves
[ ! -e curves ] || fail "a refused call of scaling makes a history"
tiny=(-quick -base words=1k,vocab=50,dim=4 -threads 3,2 -history curves)
expect_code 0 "$bench" scaling "${tiny[@]}" -bin programs
for words in skip-gram-ns cbow-ns skip-gram-hs cbow-hs '^threads.* efficiency ' '^the machine'; do
  grep -q "$words" out || fail "scaling does not print $words: $(cat out)"
done
[ "$(grep -cE '^3 .* measured$' out)" -eq 4 ] || fail "no rows of 3 threads: $(cat out)"
expect_code 0 "$bench" scaling "${tiny[@]}" -bin programs -mode cbow-hs -text 'odd"name' -runs 1
if [ -x "$bin/hogvec_bench" ]; then
  expect_code 0 "$bench" scaling "${tiny[@]}" -bin "$bin" -mode cbow-ns
fi
python3 - <<'PYTHON' || fail "the history of scaling is wrong: $(head -c 3000 curves)"
import json
runs = [json.loads(line) for line in open("curves")]
assert {run["kind"] for run in runs} == {"scaling"}
figures = [{one["name"]: one for one in run["figures"]} for run in runs]
for mode in ("skip-gram-ns", "cbow-ns", "skip-gram-hs", "cbow-hs"):
    for threads in (1, 2, 3):
        one = figures[0][f"scaling/{mode}/words:1000/V:50/D:4/threads:{threads}"]
        assert (one["unit"], one["better"], one["runs"]) == ("words/s", "higher", 3), one
        assert 0 < one["low"] <= one["value"] <= one["high"] and one["source"] == "measured", one
assert len(figures[0]) == 12  # where nothing was measured of the machine, no efficiency
assert set(figures[1]) == {f'scaling/cbow-hs/text:odd"name/D:4/threads:{n}' for n in (1, 2, 3)}
for run, one in zip(runs[2:], figures[2:]):
    for threads in (2, 3):
        assert one[f"scaling/cbow-ns/words:1000/V:50/D:4/threads:{threads}/efficiency"]["value"] > 0
    assert one["scaling/machine/compute/threads:1"]["value"] == 1
    cores = run["machine"]["cores"]
    assert (cores > 1) == ("scaling/machine/round_trip/threads:2" in one)
    assert f"scaling/machine/compute/threads:{cores + 1}" not in one
PYTHON
# Of a model no figure is asked for, which a busy machine would make anything: that there are rows
# for all that was described, and that they are not taken for measured ones.
expect_code 1 "$bench" scaling -simulate -bin programs -history curves
grep -q 'hogvec_scaling: no such program' err || fail "without hogvec_scaling: $(cat err)"
if [ -x "$bin/hogvec_scaling" ] && [ "$(nproc)" -gt 1 ]; then
  awk 'BEGIN { srand(1); for (k = 0; k < 60000; ++k) printf "w%d%s", int(2000 * rand() ^ 3), k % 20 ? " " : "\n" }' >many
  expect_code 0 "$bench" scaling -simulate -quick -runs 1 -dims 8 -machine 4,2,60,200 -text many \
    -bin "$bin" -history model
  expect_code 0 "$bench" scaling -simulate -quick -runs 1 -dims 8 -machine 6,2,60,200 -text many \
    -bin "$bin" -mode cbow-ns
  grep -q "the engine's" out || fail "of 6 cores in 2 domains the engine's own policy is not told"
  python3 - <<'PYTHON' || fail "the history of a model is wrong: $(head -c 3000 model)"
import json
figures = {one["name"]: one for one in json.loads(open("model").read())["figures"]}
for mode in ("skip-gram-ns", "cbow-ns", "skip-gram-hs"):
    for threads in (1, 2, 4):
        one = figures[f"scaling/{mode}/text:many/quick/D:8/cores:4/domains:2/near:60/far:200"
                      f"/model/threads:{threads}"]
        assert one["value"] > 0 and one["source"] == "model" and one["unit"] == "words/s", one
    for way in ("in-place/threads:1", "in-place/threads:2", "replicas/threads:2"):
        assert figures[f"scaling/checked/{mode}/text:many/quick/D:8/{way}"]["value"] > 0
PYTHON
fi
expect_code 0 "$bench" report -history curves -output curves.html
grep -q '<h3>Threads</h3>' curves.html || fail "the page has no section of threads"

# A run that fails is told with its last line, and none of it is kept.
printf '#!/bin/bash\necho first >&2\necho "the reason" >&2\nexit 3\n' >failing/word2vec
chmod +x failing/word2vec
cp history before
expect_code 1 "$bench" train "${small[@]}" -bin failing -sweep none -history history
grep -q 'exit code 3: the reason$' err || fail "a failing run: $(cat err)"
cmp -s history before || fail "a failing run is in the history"

# Interrupted while a program runs.
python3 - "$bench" <<'PYTHON' || fail "interrupted, it leaves something"
import os, signal, subprocess, sys, time
os.mkdir("sleeping")
with open("sleeping/word2vec", "w") as file:
    file.write("#!/bin/bash\nsleep 1000 &\necho $! >slept.part\nmv slept.part slept\nwait\n")
os.chmod("sleeping/word2vec", 0o755)
command = [sys.argv[1], "train", "-bin", "sleeping", "-base", "words=1k,vocab=50", "-sweep", "none",
           "-history", "history"]
for number in (signal.SIGINT, signal.SIGTERM):
    # A test that runs in the background of a shell has SIGINT ignored.
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    while process.poll() is None and not os.path.exists("slept"):
        time.sleep(0.01)
    process.send_signal(number)
    message = process.communicate()[1].decode()
    assert process.returncode == 130 and "Traceback" not in message, (process.returncode, message)
    state = "/proc/%d/stat" % int(open("slept").read())
    os.unlink("slept")
    while os.path.exists(state):  # until ctest loses patience
        with open(state) as file:
            if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                break  # nobody waits for orphans here
        time.sleep(0.01)
PYTHON
# Nor where the signal comes before the process that was started is known.
python3 - "$here/../../tools/lib" <<'PYTHON' || fail "interrupted as it starts a process, it leaves that"
import os
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from bench import runs

signal.signal(signal.SIGINT, signal.default_int_handler)
started = []
popen = subprocess.Popen


def interrupted(*arguments, **options):
    started.append(popen(*arguments, **options))
    os.kill(os.getpid(), signal.SIGINT)
    return started[0]


subprocess.Popen = interrupted
try:
    with runs.child(["sleep", "1000"]):
        raise AssertionError("goes on")
except KeyboardInterrupt:
    pass
assert started[0].returncode == -signal.SIGKILL, started[0].returncode
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
PYTHON
cmp -s history before || fail "an interrupted run is in the history"
[ -z "$(ls -A tmp)" ] || fail "temporary files stay: $(ls -A tmp)"
[ -z "$(find "$here/../../tools" -name __pycache__)" ] || fail "bytecode among the sources"
