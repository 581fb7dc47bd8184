"""tools/bench report: a history file as one HTML page that needs nothing but itself."""
import os
import re
import subprocess
import tempfile

from bench import (ROOT, BenchError, Flags, UsageError, changes, growth, history, report_rivals,
                   report_threads)
from bench import report_charts as charts
from bench import report_model as model
from bench.report_charts import html, name_of

USAGE = """usage: tools/bench report -history FILE -output PAGE [FLAG VALUE]...

  -history FILE   what the other words of tools/bench appended to
  -output PAGE    the HTML page, written anew
  -last N         the newest N records of each figure (200)

tools/bench report -history ~/hogvec.jsonl -output page.html"""

MOST_CHARTS = 400  # of one machine and kind: a page of more is not read, and slow to open
KINDS = {"train": "Training, end to end", "scaling": "Training over threads",
         "suite": "Parts of hogvec", "rivals": "Rivals", "compare": "Comparisons of revisions"}
VARIABLES = {"threads": "threads", "words": "words of the corpus", "V": "words of the vocabulary V",
             "D": "dimension D", "window": "window", "K": "negatives K",
             "negatives": "negatives"}

ROOFLINE = """One core. Lines: what reading in order from each level allows, and the peak of
multiply-adds, both as measured. Points: kernels, hollow those of narrower tables than the machine's
own; their FLOP per byte of rows counts each row once. A kernel whose rows lie in a cache is held
against that cache's line."""


def main(arguments):
    """Writes the page. Errors: BenchError."""
    flags = Flags("report", USAGE, {"history": "", "output": "", "last": 200}).parse(arguments)
    for name in ("history", "output"):
        if not getattr(flags, name):
            raise UsageError(f"-{name}: is missing; tools/bench report -h")
    if os.path.realpath(flags.history) == os.path.realpath(flags.output):
        raise UsageError(f"-output {flags.output}: is the history; name another file")
    records, groups = load(flags.history, flags.last)
    write_whole(flags.output, page(flags.history, records, groups))
    print(f"{flags.output}: {charts.counted(len(records), 'record')}, "
          f"{charts.counted(sum(len(g.series) for g in groups), 'figure')}")


def load(path, last, alarm=changes.ALARM):
    """The records of a history, and what model.machines() makes of them. Errors: BenchError."""
    records = history.read(path)
    if not records:
        raise BenchError(f"{path}: has no records; tools/bench train -history {path} makes one")
    try:
        return records, model.machines(records, subjects_of(records), last, alarm)
    except BenchError as error:
        raise BenchError(f"{path}: {error}") from error


def write_whole(path, text):
    """All of the text under that name, or what was there before. Errors: BenchError."""
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path) or ".", prefix=".report.")
        with open(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException as error:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise BenchError(f"-output {path}: {error.strerror}; name a file in a folder that "
                             "can be written") from error
        raise


def subjects_of(records):
    """{commit: its subject}, as far as this checkout knows them."""
    def git(*arguments, lines):
        done = subprocess.run(["git", "-c", "safe.directory=*", "-C", ROOT, *arguments],
                              input="\n".join(lines) + "\n", capture_output=True,
                              encoding="utf-8", errors="replace", check=False)
        return [line.split(" ", 1) for line in done.stdout.splitlines() if " " in line]

    try:
        # git log gives up at the first commit that is not there.
        known = [words[0] for words in git("cat-file", "--batch-check", lines={
            record["commit"] for record in records}) if words[1].startswith("commit")]
        pairs = git("log", "--stdin", "--no-walk=unsorted", "--format=%H %s", lines=known) \
            if known else []
    except OSError:  # no git
        return {}
    return {commit: charts.short(subject, 100) for commit, subject in pairs}


def page(path, records, groups):
    style = ""
    for sheet in (os.path.join(ROOT, "tools", "page", "common.css"),
                  os.path.join(os.path.dirname(__file__), "report.css")):
        with open(sheet, encoding="utf-8") as file:
            style += file.read()
    times = sorted(record["time"] for record in records)
    commits = len({record["commit"] for record in records})
    body = [f"<h1>hogvec benchmarks</h1><p class=note>{html(charts.short(path, 200))}: "
            f"{charts.counted(len(records), 'record')} of {charts.counted(commits, 'commit')} on "
            f"{charts.counted(len(groups), 'machine')}, "
            f"{times[0][:10]} to {times[-1][:10]}</p>"]
    for group in groups:
        body.append(machine_section(group))
    return ("<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>"
            '<meta name=viewport content="width=device-width, initial-scale=1">'
            "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
            "style-src 'unsafe-inline'\">"
            f"<title>hogvec benchmarks</title><style>\n{style}</style></head>\n<body>"
            + "\n".join(body) + "</body></html>\n")


def machine_section(machine):
    parts = [f"<section><h2>{html(charts.short(str(machine.facts.get('cpu', '')), 120))}</h2>",
             f"<p class=note>{html(facts_line(machine))}</p>", changed_table(machine),
             moved_table(machine)]
    parts.append(roofline_figure(machine))
    parts.append(report_threads.section(machine))
    parts.append(report_rivals.section(machine))
    parts.append(sweep_figures(machine))
    for kind, title in KINDS.items():
        parts.append(trends(title, [s for s in machine.series if s.kind == kind]))
    return "\n".join(part for part in parts if part) + "</section>"


def facts_line(machine):
    facts = machine.facts
    line = [f"machine {charts.short(machine.fingerprint, 40)}",
            f"kernels {charts.short(machine.kernels, 40) or 'unknown'}",
            f"{model.as_number(facts.get('cores')) or 0:.0f} cores"]
    caches = facts.get("caches")
    for level, size in list(caches.items())[:6] if isinstance(caches, dict) else []:
        if model.as_number(size):
            line.append(f"{charts.short(level, 20)} {charts.number(size / 1024)} KiB")
    trip = model.as_number(facts.get("round_trip_ns"))
    if trip:
        line.append(f"a cache line to the other core and back in {charts.number(trip)} ns")
    gain = model.as_number(facts.get("compute_scaling"))
    if gain:
        line.append(f"two cores compute {charts.number(gain)} × one")
    return f"{', '.join(line)}; {charts.counted(machine.records, 'record')}"


def changed_table(machine):
    """What bench/changes.py finds."""
    found = machine.changes()
    if not found:
        return ""
    worse = sum(series.is_worse(change) for series, change in found)
    rows = "".join(changed_row(series, change) for series, change in found[:200])
    return ("<h3>Changed for good</h3><p class=note>Where the level of a figure has changed: "
            f"{worse} worse, {len(found) - worse} better, the newest first; lines in the charts "
            f"below. Of a thousand figures that have not changed, {1000 * changes.ALARM:.0f} would "
            "be here.</p><div class=scroll><table><thead><tr><th>figure</th><th class=n>change</th>"
            "<th class=n>before</th><th class=n>since</th><th>between the commits</th></tr></thead>"
            f"<tbody>{rows}</tbody></table></div>")


def changed_row(series, change):
    return figure_row(series, series.gain(change), (change.before, change.now),
                      series.points[change.index - 1:change.index + 1])


def moved_table(machine):
    moved = [(series.moved(), series) for series in machine.series]
    moved = sorted(((ratio, s) for ratio, s in moved if ratio), key=lambda pair: pair[0])
    if not moved:
        return ""
    worse = sum(ratio < 1 for ratio, _ in moved)
    shown = moved if len(moved) <= 200 else moved[:100] + moved[-100:]
    rows = [moved_row(ratio, series) for ratio, series in shown]
    hidden = len(moved) - len(shown)
    left_out = f" {hidden} between are left out." if hidden else ""
    table = ("<div class=scroll><table><thead><tr><th>figure</th><th class=n>change</th>"
             "<th class=n>before</th><th class=n>now</th><th>commits</th></tr></thead><tbody>%s"
             "</tbody></table></div>")
    parts = ["<h3>Moved beyond noise</h3><p class=note>Figures whose last two bands, low to high, "
             f"do not touch: {worse} worse, {len(moved) - worse} better; the worst first.{left_out}"
             "</p>", table % "".join(rows[:12])]
    if rows[12:]:
        parts.append(f"<details><summary>{len(rows) - 12} more</summary>"
                     f"{table % ''.join(rows[12:])}</details>")
    return "".join(parts)


def moved_row(ratio, series):
    before, now = series.points[-2:]
    return figure_row(series, ratio, (before.value, now.value), (before, now))


def figure_row(series, gain, values, points):
    """A figure that has changed between two points."""
    word = "better" if gain > 1 else "worse"
    return (f"<tr><td class=name>{name_of(series.name)}</td>"
            f'<td class="n {word}">{charts.number(gain)} ×, {word}</td>'
            + "".join(f"<td class=n>{html(charts.amount(value, series.unit)[:60])}</td>"
                      for value in values) +
            f"<td class=commits>{html(history.short_commit(points[0].commit))} to "
            f"{html(points[1].label)}</td></tr>")


def roofline_figure(machine):
    found = model.roofline(machine)
    if not found:
        return ""
    peak, bandwidths, kernels = found
    families = list(dict.fromkeys((k.colour, k.family) for k in kernels))
    drawings = "".join(
        f"<div class={kind}>{charts.roofline(width, peak, bandwidths, kernels, 'roofline')}</div>"
        for kind, width in (("wide", 900), ("narrow", 360)))
    roofs = "".join(
        f"<li><svg viewBox='0 0 30 8' style='width:30px;display:inline-block'>"
        f"<line class='roof roof{i % 4}' x1=0 y1=4 x2=30 y2=4></line></svg> "
        f"{html(charts.short(level, 20))} {html(charts.amount(rate, 'bytes/s'))}</li>"
        for i, (level, rate) in enumerate(bandwidths))
    rows = "".join(
        f"<tr><td class=name>{name_of(k.name)}</td>"
        f"<td class=n>{charts.amount(k.value, 'FLOP/s')}</td>"
        f"<td class=n>{charts.number(k.intensity)}</td><td class=n>{k.value / peak:.0%}</td></tr>"
        for k in sorted(kernels, key=lambda k: -k.value))
    return (f"<h3>Roofline</h3><p class=note>{ROOFLINE}</p>"
            f"<figure>{drawings}{charts.legend([(f'c{c}', family) for c, family in families])}"
            f"<ul class=legend>{roofs}</ul></figure>"
            "<details><summary>Kernels and their share of the peak</summary><div class=scroll>"
            "<table><thead><tr><th>kernel</th><th class=n>rate</th><th class=n>FLOP per byte</th>"
            f"<th class=n>of the peak</th></tr></thead><tbody>{rows}</tbody></table></div>"
            "</details>")


def sweep_figures(machine):
    parts = []
    for variable, groups in model.sweeps(machine).items():
        figures = []
        for (kind, unit), lines in groups.items():
            names = list(lines.items())
            for begin in range(0, min(len(names), 48), 6):
                figures.append(sweep_figure(machine, variable, kind, unit, names[begin:begin + 6]))
        title, note = sweep_title(variable)
        parts.append(f"<h3>{title}</h3><p class=note>{note}</p><div class=grid>"
                     + "".join(figures) + "</div>")
    return "\n".join(parts)


def sweep_title(variable):
    if variable == "threads":
        return "Scaling", ("How many times as fast as the fewest threads of each line. Dashed: "
                           "twice the threads, twice as fast; the short dash at 2 is what a loop "
                           "in registers gains on this machine.")
    levels = (" At L2 and L3 W and W' together are as large as that cache." if variable == "V"
              else "")
    return (f"Growth with {VARIABLES[variable]}", "Both axes are logarithmic; e is the exponent of "
            f"the power law that fits best.{levels}")


def sweep_figure(machine, variable, kind, unit, names):
    scaling = variable == "threads"
    lines, words = [], []
    for name, points in names:
        values = [(x, s.points[-1].value, s.points[-1].low, s.points[-1].high, s.better)
                  for x, s in points]
        if scaling:
            first = values[0][1]
            lines.append((name, "×", [
                (x, v / first, low / first, high / first) if better == "higher" else
                (x, first / v, first / high, first / low) for x, v, low, high, better in values]))
            words.append(f"{name}: {charts.number(lines[-1][2][-1][1])} ×")
        else:
            lines.append((name, unit, [(x, v, low, high) for x, v, low, high, _ in values]))
            words.append(f"{name}: e = {model.exponent([(x, v) for x, v, *_ in values]):.2f}")
    ideal = (model.as_number(machine.facts.get("compute_scaling")) or 0) if scaling else None
    title = f"{kind}, {unit}"
    marks = cache_levels(machine, [name for name, _ in names]) \
        if variable == "V" and kind == "train" else ()
    drawing = charts.sweep(lines, variable, f"{title} over {variable}", ideal, marks)
    return (f"<figure><h4>{html(charts.short(title, 80))}</h4>{drawing}"
            + charts.legend([(f"c{i % charts.COLOURS}", text) for i, text in enumerate(words)])
            + "</figure>")


def cache_levels(machine, names):
    """[(level, V)] where all names are of one D."""
    dims = {int(found[1]) if found else 0
            for found in (re.search(r"(?:^|/)D:(\d{1,6})(?:/|$)", name) for name in names)}
    caches = machine.facts.get("caches")
    if len(dims) != 1 or 0 in dims or not isinstance(caches, dict):
        return ()
    return growth.levels(*dims, {level: model.as_number(size) for level, size in caches.items()})


def trends(title, series):
    if not series:
        return ""
    drawn = [s for s in series if len(s.points) > 1][:MOST_CHARTS]
    single = [s for s in series if len(s.points) == 1]
    parts = [f"<h3>{title}</h3>"]
    families = {}
    for one in drawn:
        families.setdefault("/".join(one.name.split("/")[:-1][:2]) or one.name, []).append(one)
    for family, members in families.items():
        figures = "".join(trend_figure(s) for s in members)
        parts.append(f"<details open><summary>{html(charts.short(family, 100))} "
                     f"({len(members)})</summary><div class=grid>{figures}</div></details>")
    if drawn:
        parts.insert(1, "<p class=note>Each point is a record, in the order of the file; the band "
                     "goes from its low to its high, hollow points had changes that were not "
                     "committed, and at a dashed line the settings changed. Axes do not begin at "
                     "zero.</p>")
    if single:
        parts.append(single_table(single))
    return "\n".join(parts)


def trend_figure(series):
    now = series.points[-1]
    drawing = charts.trend(series)
    return (f"<figure><h4>{name_of(series.name)}</h4><figcaption>"
            f"{html(charts.amount(now.value, series.unit)[:60])}, {series.better} is better"
            f"</figcaption>{drawing}</figure>")


def single_table(series):
    rows = "".join(
        f"<tr><td class=name>{name_of(s.name)}</td>"
        f"<td class=n>{html(charts.amount(s.points[0].value, s.unit)[:60])}</td>"
        f"<td class=n>{charts.tick_label(s.points[0].low)} to "
        f"{charts.tick_label(s.points[0].high)}</td>"
        f"<td class=n>{min(s.points[0].runs, 10**9)}</td></tr>" for s in series[:2000])
    return (f"<details{' open' if len(series) <= 30 else ''}><summary>{len(series)} figures of one "
            "record</summary><div class=scroll><table><thead><tr><th>figure</th><th class=n>median"
            "</th><th class=n>low to high</th><th class=n>runs</th></tr></thead><tbody>"
            + rows + "</tbody></table></div></details>")
