#!/bin/bash
# tools/bench report makes one page of a history that needs nothing else, and shows what others
# wrote as text; a damaged history is told by its line, and what was there before stays.
# Usage: test_bench_report.sh
#
# Out of scope: how the page looks.
set -eu
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tools/lib.sh
. "$here/lib.sh"
export PYTHONDONTWRITEBYTECODE=1

# A checkout of its own, with a commit whose subject is markup.
copy_bench "$here/../.." "$work/clone"
cd "$work/clone"
git init -q .
git -c user.name=x -c user.email=x@y commit -q --allow-empty \
  -m "</title><script>alert('subject')</script> \"quoted\""
commit=$(git rev-parse HEAD)
bench=$work/clone/tools/bench
cd "$work"

report() {
  timeout "$limit" "$bench" report "$@"
}

# refuses PATTERN LINE...: such a history is refused in one line, and the old page stays.
refuses() {
  local pattern=$1
  shift
  printf '%s\n' "$@" >damaged.jsonl
  echo old >kept.html
  expect_code 1 report -history damaged.jsonl -output kept.html
  [ "$(wc -l <err)" -eq 1 ] || fail "not one line: $(cat err)"
  grep -Eq "^tools/bench report: damaged.jsonl.*$pattern" err || fail "says $(cut -c1-300 err)"
  [ "$(cat kept.html)" = old ] || fail 'a refused history changes the page'
  [ -z "$(find . -maxdepth 1 -name '.report.*')" ] || fail 'leaves a temporary file'
}

# --- A whole history: every section, well-formed, from nothing but itself.
/usr/bin/python3 "$here/sample_history.py" "$commit" >good.jsonl
expect_code 0 report -history good.jsonl -output page.html
for words in 'Sample CPU 9000' 'Other CPU 3' Roofline Rivals 'Quality over time' Scaling \
  '<h3>Threads</h3>' 'Gain and efficiency' 'skip-gram-ns/D:100/model' \
  'Growth with dimension D' 'Moved beyond noise' 'prefers-color-scheme: dark'; do
  grep -qF "$words" page.html || fail "the page does not have: $words"
done
grep -qF '&lt;script&gt;alert(' page.html || fail 'the subject of the commit is not shown'
! grep -qiE '<script|https?:|src=|@import|url\(' page.html || fail 'the page wants more than itself'

cat >check_page.py <<'PYTHON'
"""The page is well-formed, draws inside its charts, and never joins two machines."""
import html.parser
import re
import sys

VOID = {"meta", "wbr"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.charts = [], 0

    def handle_starttag(self, tag, attributes):
        assert tag not in ("script", "iframe", "img", "link", "object"), tag
        assert not any(name.startswith("on") for name, _ in attributes), attributes
        if tag not in VOID:
            self.open.append(tag)
        values = dict(attributes)
        if tag == "svg":
            self.charts += 1
            self.width, self.height = map(float, values["viewbox"].split()[2:])
        for name, limit in (("cx", "width"), ("cy", "height"), ("x1", "width"), ("y2", "height")):
            if name in values and "svg" in self.open:
                # Strokes end within 2 px of the edge.
                assert -2 <= float(values[name]) <= getattr(self, limit) + 2, (tag, values)
        numbers = re.findall(r"nan|inf\b", values.get("d", ""))
        assert not numbers, values

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        while self.open and self.open[-1] in ("li", "p") and self.open[-1] != tag:
            self.open.pop()
        assert self.open and self.open.pop() == tag, tag


page = Page()
text = open(sys.argv[1], encoding="utf-8").read()
page.feed(text)
assert not page.open, page.open
least = int(sys.argv[2])
assert page.charts >= least, page.charts
if least > 1:
    # Two machines of 12 records each in 12 points a line: a line of both would have 24.
    for path in re.findall(r'<path class="line c0" d="([^"]*)"', text):
        assert len(re.findall("[ML]", path)) <= 12, path
PYTHON
/usr/bin/python3 check_page.py page.html 40 || fail 'the page is not right'
# Of D = 100 W and W' take 896 bytes a word: 2 MiB of L2 are 2341 words, 105 MiB of L3 122,880.
grep -q '<title>L2: V 2.341k</title>' page.html || fail 'growth does not show the second level'
grep -q '<title>L3: V 122.9k</title>' page.html || fail 'growth does not show the third level'
grep -q "<i class='c[0-7] computed'>" page.html || fail 'the legend of what a model computed'
grep -q 'class="line c[0-7] computed"' page.html || fail 'what a model computed looks measured'
grep -q '<h3>Time to quality</h3>' page.html || fail 'no time to quality'

# --- Hostile words and sizes are text and are drawn, or are left out; nothing becomes markup.
line() {
  /usr/bin/python3 - "$@" <<'PYTHON'
import json
import sys
evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202e\u0000&amp;"
machine = {"fingerprint": evil, "cpu": evil, "cores": 2, "kernels": evil, "caches": {evil: 1},
           "fma_flops": 1e11, "read_bytes_per_s": {evil: 1e10}, "load": 1e300}
sizes = [0, -1, 1e-300, 1e150, -1e150, 5e-324, 123456789]
figures = [{"name": evil + "/threads:%d" % (k + 1), "value": v, "low": v, "high": v, "runs": 10**30,
            "unit": evil, "better": "higher", "quality": {evil: 1}} for k, v in enumerate(sizes)]
figures += [{"name": f"dot/{evil}" + "x" * 100000, "value": 1e10, "low": 2e10, "high": 0, "runs": 1,
             "unit": "FLOP/s", "better": "lower", "intensity": 1e300}]
figures += [{"name": f"scaling/{name}/threads:{k + 1}", "value": v, "low": v, "high": v, "runs": 1,
             "unit": unit, "better": "higher", "source": evil} for k, v in enumerate(sizes[::-1])
            for name, unit in ((evil, "words/s"), ("cbow-ns", "words/s"), ("machine/read", "bytes/s"),
                               ("machine/compute", "ratio"))]
for kind in ("train", "scaling", "suite", "rivals", "compare"):
    record = {"schema": 1, "time": "2026-01-31T12:00:00Z", "commit": sys.argv[1], "dirty": False,
              "kind": kind, "machine": machine, "settings": {evil: evil}, "figures": figures}
    print(json.dumps(record))
    print(json.dumps({**record, "commit": "f" * 40, "settings": {}}))
PYTHON
}
line "$commit" >hostile.jsonl
expect_code 0 report -history hostile.jsonl -output hostile.html
/usr/bin/python3 check_page.py hostile.html 1 || fail 'a hostile history leaves its place'

# --- Damaged lines: one clear error that names the line.
good=$(head -n 1 good.jsonl)
refuses 'line 2: ' "$good" '{"schema":1'
refuses 'line 3: ' "$good" "$good" '[]'
refuses 'line 1: ' "${good/\"value\": /\"value\": NaN, \"x\": }"
refuses 'line 1: ' "${good/\"value\": /\"value\": 1e999, \"x\": }"
refuses 'line 2: ' "$good" "${good/\"schema\": 1/\"schema\": 7}"
refuses 'size that cannot be' "${good/\"value\": /\"value\": 1$(printf '0%.0s' {1..400}), \"x\": }"
refuses 'line 1: .*"quality"' "${good/\"value\": /\"quality\": 5, \"value\": }"
refuses 'line 1: .*"quality"' "${good/\"value\": /\"quality\": null, \"value\": }"
refuses 'line 1: .*"time"' "${good/\"time\": \"20/\"time\": \"٢٠}"
refuses 'has no records'
printf '\377\376\n' >binary.jsonl
expect_code 1 report -history binary.jsonl -output page2.html
[ ! -e page2.html ] || fail 'a page of no history'

# --- Wrong calls.
expect_code 2 report -history good.jsonl
expect_code 2 report -output page.html
expect_code 2 report -history good.jsonl -output page.html -last 0
expect_code 2 report -history good.jsonl -output good.jsonl
expect_code 1 report -history none.jsonl -output page.html
expect_code 1 report -history good.jsonl -output no/such/page.html
expect_code 0 report -h
