#!/bin/bash
# word2vec -page and -log: what they say of a run is what it did; a page is whole whenever it is
# read; words of a text do nothing to it; however a run ends, its last page says so.
# Usage: test_run_page.sh BIN_FOLDER GOLDEN_FOLDER
#
# Out of scope: how a page looks, and whether its script draws well: where there is a chromium, that
# it draws.
set -eu
export LC_ALL=C

program=$1/word2vec
golden=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"
export PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1
mkdir "$work/run" "$work/spare"
cd "$work/run"
export TMPDIR=$work/spare
cp "$golden/corpus.txt" .
head -n 60 corpus.txt >other.txt
frequent=$(sed -n '2s/ .*//p' "$golden/vocab.min3.txt")  # the most frequent word

word2vec() {
  timeout "$limit" "$program" "$@"
}

train=(-train corpus.txt -output v -min-count 3 -size 10 -threads 1)
endless=("${train[@]}" -iter 1000000 -debug 0)

# expect_refusal PATTERN COMMAND...: exit code 1, one line that matches, no page and no log.
expect_refusal() {
  local pattern=$1
  shift
  expect_error word2vec "$pattern" "$@"
}

# check WHAT: runs Python from stdin, with all of run_page.py.
check() {
  local what=$1
  shift
  { echo "from run_page import *"; cat; } >"$work/check.py"
  python3 "$work/check.py" "$@" || fail "$what"
}

# wait_until WHAT COMMAND...: until it succeeds.
wait_until() {
  local what=$1 waited
  shift
  for ((waited = 0; waited < 10 * limit; ++waited)); do
    if "$@" 2>/dev/null; then return; fi
    sleep 0.1
  done
  fail "never comes: $what"
}

is_in_state() {
  python3 -c 'import sys; from run_page import page; sys.exit(page(sys.argv[1])["state"] != sys.argv[2])' "$@"
}
trains() {
  python3 -c 'import sys; from run_page import page; sys.exit(page(sys.argv[1])["words_done"] == 0)' "$@"
}

test_whole_run() {
  expect_code 0 word2vec "${train[@]}" -iter 3 -hs 1 -alpha 0.1 -sample 0 -held-out other.txt \
    -watch "$frequent,nowhere,$frequent" -report report -page page -log log
  grep -q 'warning: -watch: nowhere is not in the vocabulary' "$work/err" || fail "$(cat "$work/err")"
  check "a whole run" "$frequent" <<'PYTHON'
import sys
report = json.load(open("report"))
run = page("page")
lines = log("log")
assert run["state"] == "finished" and run["message"] == "" and not run["resumed"]
assert [row["loss"] for row in run["epochs"]] == report["loss"] and len(report["loss"]) == 3
assert all(row["whole"] for row in run["epochs"])
assert [row["loss"] for row in run["held_out"]] == report["held_out"]["loss"]
assert [row["perplexity"] for row in run["held_out"]] == report["held_out"]["perplexity"]
assert run["words"] == run["words_done"] == run["curve"]["words"][-1] == report["words_raw"]
assert run["text"]["vocabulary"] == report["vocabulary"] and run["text"]["words"] * 3 == run["words"]
assert run["machine"]["kernel"] == report["kernel"]
# The text is one chunk, so that an epoch is a piece of the curve.
for loss, whole in zip(run["curve"]["loss"], report["loss"], strict=True):
    assert abs(loss - whole) < 1e-5
assert run["curve"]["alpha"][0] == 0.1 > run["curve"]["alpha"][1] > run["curve"]["alpha"][2]
settings = {row["flag"]: row for row in run["settings"]}
assert settings["-block"]["from"] == "chosen" and settings["-block"]["value"] == "1"
assert settings["-noise-rows"]["from"] == "chosen"
assert settings["-alpha"]["from"] == "given" and settings["-window"]["from"] == "default"
assert run["warnings"] == ["-watch: nowhere is not in the vocabulary"]
[watched] = run["watched"]
assert watched["word"] == sys.argv[1]
assert [look["epoch"] for look in watched["looks"]] == [1, 2, 3]
assert "moved" not in watched["looks"][0] and 0 < watched["looks"][1]["moved"] <= 1
last = neighbors("v", watched["word"], 10)
for (word, cosine), (expected, value) in zip(watched["looks"][2]["near"], last, strict=True):
    assert word == expected and abs(cosine - value) < 1e-3, (word, expected)
phases = {row["phase"]: row["seconds"] for row in run["measured"]["phases"]}
assert abs(run["measured"]["seconds"] - sum(phases.values())) < 0.05
assert abs(run["measured"]["train_seconds"] - report["seconds"]["train"]) < 1e-3

assert [value for _, value in scalars(lines, "epoch/loss")] == report["loss"]
assert [step for step, _ in scalars(lines, "epoch/loss")] == run["curve"]["words"]
assert [value for _, value in scalars(lines, "held_out/loss")] == report["held_out"]["loss"]
assert len(scalars(lines, "train/loss")) == 3
looks = [line for line in lines if line["kind"] == "neighbors"]
assert [[word for word, _ in look["neighbors"]] for look in looks] == \
    [[word for word, _ in look["near"]] for look in watched["looks"]]
assert lines[0]["settings"]["-block"] == "1" and not lines[0]["resumed"]
assert lines[-1]["kind"] == "end" and lines[-1]["state"] == "finished"
assert [line["text"] for line in lines if line["kind"] == "warning"] == run["warnings"]
PYTHON
  rm v report page log
  expect_code 0 word2vec "${train[@]}" -iter 2 -softmax 1 -report report -page page -log log
  check "the full softmax" <<'PYTHON'
report = json.load(open("report"))
run = page("page")
assert [row["perplexity"] for row in run["epochs"]] == report["perplexity"]
assert [value for _, value in scalars(log("log"), "epoch/perplexity")] == report["perplexity"]
assert run["machine"]["softmax_kernel"] == report["softmax_kernel"]
assert 0 < len(run["watched"]) <= 12  # the frequent ones
PYTHON
  expect_code 0 word2vec "${train[@]}" -iter 0 -page page -log log -watch ''
  check "a run of no epochs" <<'PYTHON'
run = page("page")
assert run["state"] == "finished" and run["epochs"] == run["watched"] == run["curve"]["words"] == []
assert log("log")[-1]["state"] == "finished"
PYTHON
  # More epochs than anybody reads.
  expect_code 0 word2vec "${train[@]}" -iter 3000 -sample 1e-5 -page page -log log -report report
  check "many epochs" <<'PYTHON'
run = page("page")
report = json.load(open("report"))
assert 500 < len(run["epochs"]) <= 1001 and len(run["curve"]["words"]) <= 512
assert run["epochs"][-1] == {"epoch": 3000, "loss": report["loss"][-1], "whole": True}
assert len(run["watched"][0]["looks"]) <= 64
ends = scalars(log("log"), "epoch/loss")
assert 32 <= len(ends) <= 64 and ends[-1] == (run["words"], report["loss"][-1]), ends
PYTHON
  rm v report page log
}

test_same_bytes() {
  local run
  expect_code 0 word2vec "${train[@]}" -iter 5
  mv v expected
  for run in first second; do
    expect_code 0 word2vec "${train[@]}" -iter 5 -page page -log log
    cmp v expected || fail "-page changes the vectors"
    mv page "page.$run"
    mv log "log.$run"
  done
  check "two runs of a command have other pages" <<'PYTHON'
(first, data), (second, other) = parts_of("page.first"), parts_of("page.second")
assert first == second
assert data.pop("measured").keys() == other.pop("measured").keys()
assert data == other, [key for key in data if data[key] != other[key]]
kept = [[(line["step"], line["value"]) for line in log(f"log.{run}") if line.get("tag") == "train/loss"]
        for run in ("first", "second")]
assert kept[0] == kept[1]
PYTHON
  rm v expected page.* log.*
}

# Words that would be HTML, ends of scripts, comments, quotes, marks that turn the direction of
# what follows, emoji, and bytes that are no text.
test_hostile_words() {
  python3 - <<'PYTHON'
words = [b"<script>alert(1)</script>", b"</script><script>alert(2)</script>", b"<!--", b"-->",
         b"<img/src=x/onerror=alert(3)>", b"\"'><b>", b"&lt;b&gt;", "\u202eabc\u202c".encode(),
         "\u05d0\u05d1".encode(), "\U0001f600\u200d\U0001f680".encode(), b"\xff\xfe", b"\\u003c",
         b"`${alert(4)}`", "\u2028".encode()]
with open("hostile.txt", "wb") as file:
    for k in range(400):
        file.write(b" ".join(words[(k * j) % len(words)] for j in range(1, 12)) + b"\n")
PYTHON
  cp hostile.txt "<script>alert(5)</script>.txt" 2>/dev/null || cp hostile.txt "<b>.txt"
  local text
  for text in "<"*.txt; do
    expect_code 0 word2vec -train "$text" -output v -min-count 1 -size 10 -iter 2 -sample 0 \
      -threads 1 -page page -log log -debug 0
  done
  check "words that bear HTML" <<'PYTHON'
text, data = parts_of("page")
structure = structure_of(open("page", encoding="utf-8").read())
assert "b" not in structure.elements and "img" not in structure.elements
assert "<" in structure.title and "alert" not in text.replace(structure.title, "")[:200]
seen = {word["word"] for word in data["watched"]}
seen |= {word for one in data["watched"] for look in one["looks"] for word, _ in look["near"]}
for word in ("</script><script>alert(2)</script>", "<!--", "\u202eabc\u202c", "\ufffd\ufffd",
             "\U0001f600\u200d\U0001f680", "\\u003c"):
    assert word in seen, (word, seen)
log("log")
PYTHON
  draws page
  rm v page log "<"*.txt hostile.txt
}

# draws PAGE: where there is a browser, it draws the page, and what bears HTML is text.
draws() {
  local browser
  browser=$(command -v chromium || command -v google-chrome || true)
  [ -n "$browser" ] || return 0
  cp "$1" "$work/$1.html"
  timeout "$limit" "$browser" --headless=new --no-sandbox --disable-gpu \
    --user-data-dir="$work/browser" --virtual-time-budget=2000 --dump-dom "file://$work/$1.html" \
    >"$work/dom" 2>"$work/err" || return 0  # a browser that cannot run here
  [ -s "$work/dom" ] || return 0
  python3 - "$work/dom" <<'PYTHON' || fail "a browser does not draw $1"
import sys
from run_page import structure_of
structure = structure_of(open(sys.argv[1], encoding="utf-8").read())
elements = structure.elements
assert elements.count("svg") >= 3 and elements.count("script") == 2 and "img" not in elements
assert elements.count("tr") > 30, elements.count("tr")
assert not any(name.startswith("on") for name, _ in structure.attributes)
for name, value in structure.attributes:
    if name == "aria-label":
        assert value
PYTHON
  rm -rf "$work/browser"
}

test_refusals() {
  local target
  for target in /dev/stdout - /dev/null; do
    expect_refusal "-page /dev/.*neither a pipe nor a device" word2vec "${train[@]}" -page "$target"
  done
  mkfifo pipe
  expect_refusal "-page pipe: .*neither a pipe" word2vec "${train[@]}" -page pipe
  rm pipe
  for target in x.html.gz x.zst; do
    expect_refusal "-page $target: .*not compressed" word2vec "${train[@]}" -page "$target"
    expect_refusal "-log $target: .*not compressed" word2vec "${train[@]}" -log "$target"
  done
  for target in -page -log; do
    expect_refusal "none/x: the folder" word2vec "${train[@]}" "$target" none/x
    expect_refusal "is a directory" word2vec "${train[@]}" "$target" .
    expect_refusal "name of the file is empty" word2vec "${train[@]}" "$target" ""
    expect_refusal "-output and $target are the same file, v;" word2vec "${train[@]}" "$target" v
    expect_refusal "$target corpus.txt: this is the training text" \
      word2vec "${train[@]}" "$target" corpus.txt
    expect_refusal "$target m: this is the model" word2vec "${train[@]}" "$target" m -model m
    expect_refusal "need -output" word2vec -train corpus.txt "$target" x
  done
  expect_refusal "-page and -log are the same file" word2vec "${train[@]}" -page x -log ./x
  expect_refusal "-watch: needs -page or -log" word2vec "${train[@]}" -watch the
  expect_refusal "51 words are too many" word2vec "${train[@]}" -page x -watch "$(seq -s , 51)"
  [ "$(ls)" = "$(printf 'corpus.txt\nother.txt')" ] || fail "a refusal leaves $(ls)"
  # A log may be a pipe or the standard output, and then nothing else is.
  expect_code 0 word2vec "${train[@]}" -iter 1 -log -
  mv "$work/out" out
  check "a log on the standard output: $(head out)" <<<'log("out")'
  rm v out
}

# Whoever reads the page while it is written finds a whole one, and a later one each time.
test_while_it_runs() {
  echo old >log
  "$program" "${endless[@]}" -page page -log log -model m 2>"$work/err" >"$work/out" &
  local pid=$!
  wait_until "a page of a run that trains" trains page
  check "a page that is read while it is written" <<'PYTHON'
import os, time
done, inodes, end = 0, set(), time.time() + 8
while time.time() < end:
    run = page("page")
    assert run["state"] == "running" and run["words_done"] >= done
    done = run["words_done"]
    inodes.add(os.stat("page").st_ino)
    time.sleep(0.01)
assert len(inodes) > 1, "it is not written again"
assert sorted(name for name in os.listdir(".") if name.startswith(".")) == []
PYTHON
  kill -TERM "$pid"
  local code=0
  wait "$pid" || code=$?
  [ "$code" -eq 143 ] || fail "a stop ends with $code: $(cat "$work/err")"
  check "the page of a run that was stopped" <<'PYTHON'
run = page("page")
assert run["state"] == "stopped" and "-resume m" in run["message"], run["message"]
assert 0 < run["words_done"] < run["words"]
lines = log("log")
assert lines[-1]["kind"] == "end" and lines[-1]["state"] == "stopped"
assert lines[-1]["message"] == run["message"]
PYTHON
  # It goes on: with the same page, and behind the last line of the log.
  printf '{"kind": "sca' >>log
  "$program" -resume m 2>"$work/err" >"$work/out" &
  pid=$!
  wait_until "a page of the run that goes on" is_in_state page running
  wait_until "a page of the run that goes on" trains page
  kill -TERM "$pid"
  wait "$pid" || true
  check "the page of a run that goes on" <<'PYTHON'
run = page("page")
assert run["resumed"] and run["state"] == "stopped"
assert 0 < run["words_before"] <= run["words_done"]
assert all(words > run["words_before"] for words in run["curve"]["words"])
assert run["watched"][0]["looks"][0]["epoch"] == 0  # what it begins with
assert run["epochs"][0]["epoch"] >= 1
lines = log("log", runs=2)
[begin] = [line for line in lines if line["kind"] == "run" and line["resumed"]]
assert begin["step"] == run["words_before"]
PYTHON
  rm -f v* m* page log
}

test_other_ends() {
  # A run whose values grow beyond all use.
  expect_code 1 word2vec "${train[@]}" -iter 100 -alpha 1000 -page page -log log
  check "the page of a run that diverges" <<'PYTHON'
run = page("page")
assert run["state"] == "diverged" and "smaller -alpha" in run["message"], run["message"]
assert log("log")[-1]["state"] == "diverged"
PYTHON
  # Texts that cannot be trained: what the log had stays.
  echo old >log
  echo word >text
  expect_code 1 word2vec -train text -output v -min-count 1 -page page -log log
  check "the page of a text of one word" <<'PYTHON'
run = page("page")
assert run["state"] == "failed" and "nothing to train" in run["message"], run["message"]
PYTHON
  expect_code 1 word2vec -train missing -output v -page page -log log
  check "the page of a text that is not there" <<<'assert "missing" in page("page")["message"]'
  [ "$(cat log)" = old ] || fail "a run that cannot begin takes the place of a log"
  # A signal before anything is trained.
  mkfifo pipe
  "$program" -train pipe -output v -page page 2>"$work/err" >"$work/out" &
  local pid=$!
  exec 9>pipe
  wait_until "a page of a run that reads" is_in_state page running
  kill -TERM "$pid"
  wait "$pid" || true
  exec 9>&-
  check "the page of a run that is ended while it reads" <<'PYTHON'
run = page("page")
assert run["state"] == "stopped" and run["phase"] == "reading", run
assert "begin again with: " in run["message"], run["message"]
PYTHON
  # The folder of the page goes while the text is read: the vectors are there, and an error.
  mkdir folder
  "$program" -train pipe -output v -page folder/page -min-count 1 -debug 0 2>"$work/err" \
    >"$work/out" &
  pid=$!
  wait_until "a page in a folder" is_in_state folder/page running
  rm -r folder
  cat corpus.txt >pipe
  local code=0
  wait "$pid" || code=$?
  [ "$code" -eq 1 ] || fail "a page that cannot be written ends with $code"
  grep -q "folder/page: " "$work/err" || fail "a page that is lost: says $(cat "$work/err")"
  [ -s v ] || fail "a page that is lost takes the vectors with it"
  rm v page log text pipe
}

# A disk that is full meanwhile is a warning, once; when there is room again, the page goes on.
test_full_disk() {
  mkdir disk
  if ! mount -t tmpfs -o size=400k none disk 2>/dev/null; then
    rmdir disk
    return
  fi
  "$program" "${endless[@]}" -page disk/page -log disk/log 2>"$work/err" >"$work/out" &
  local pid=$!
  wait_until "a page on a small disk" trains disk/page
  cat /dev/zero >disk/filler 2>/dev/null || true
  wait_until "a warning of a full disk" grep -q "warning: -page: disk/page: .*No space" "$work/err"
  trains disk/page || fail "a full disk takes the page that was there"
  cp disk/page before
  rm disk/filler
  wait_until "a page after a full disk" bash -c '! cmp -s disk/page before'
  kill -TERM "$pid"
  wait "$pid" || true
  [ "$(grep -c 'warning: -page' "$work/err")" -eq 1 ] || fail "not one warning: $(cat "$work/err")"
  check "the page after a full disk" <<'PYTHON'
run = page("disk/page")
assert run["state"] == "stopped" and any("No space" in text for text in run["warnings"])
log("disk/log")
PYTHON
  [ -z "$(ls -A "$TMPDIR")" ] || fail "a full disk leaves $(ls -A "$TMPDIR")"
  umount disk
  rm -r disk before v*
}

test_whole_run
test_same_bytes
test_hostile_words
test_refusals
test_while_it_runs
test_other_ends
test_full_disk
