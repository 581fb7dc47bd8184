"""The section of the page that shows training over threads, beside what the machine can gain."""
import re

from bench import report_charts as charts
from bench.report_charts import html, name_of

CURVE = re.compile(r"scaling/(.+)/threads:(\d{1,6})")
MACHINE = "machine"  # begins the names of what the machine can do
MOST_GAIN = 1e6      # a figure beyond it is damaged
MOST_MODES = 60

NOTE = """How many times as fast as one thread, on logarithmic axes. Dashed: as many times as there
are threads. Dotted: what as many cores gain in a loop in registers, which no program passes. Hollow
points on dotted lines have been computed by a model, not measured."""


def section(machine):
    """Of the last record of each curve."""
    curves = curves_of(machine)
    limit = curves.pop((f"{MACHINE}/compute", "ratio"), [])
    own = {name: points for name, points in curves.items() if name[0].startswith(f"{MACHINE}/")}
    modes = {}
    for (name, unit), points in curves.items():
        if unit == "words/s":
            modes.setdefault(name.split("/")[0], {})[name] = points
    if not modes:
        return ""
    limits = [(threads, series.points[-1].value) for threads, series in limit]
    limits = [(threads, gain) for threads, gain in limits if 0 < gain < MOST_GAIN]
    figures = [figure(mode, lines, limits) for mode, lines in list(modes.items())[:MOST_MODES]]
    figures.append(figure("reading memory", {
        name: points for (name, unit), points in own.items() if unit == "bytes/s"}, limits))
    return (f"<h3>Threads</h3><p class=note>{NOTE}</p><div class=grid>{''.join(figures)}</div>"
            + table(machine, modes))


def curves_of(machine):
    """{(name without threads, unit): [(threads, Series)]} of the newest record that has it."""
    found = {}
    for series in machine.series:
        match = CURVE.fullmatch(series.name) if series.kind == "scaling" else None
        if match and int(match[2]) > 0:
            found.setdefault((match[1], series.unit), []).append((int(match[2]), series))
    for key, points in found.items():
        newest = max(series.points[-1].time for _, series in points)
        found[key] = sorted(((threads, series) for threads, series in points
                             if series.points[-1].time == newest), key=lambda point: point[0])
    return found


def gains(points):
    """[(threads, gain over one thread, low, high)]; nothing where that one is missing."""
    first = points[0][1].points[-1].value
    if points[0][0] != 1 or first <= 0:
        return []
    values = [(threads, s.points[-1].value / first, s.points[-1].low / first,
               s.points[-1].high / first) for threads, s in points]
    return [one for one in values if 1 / MOST_GAIN < one[2] <= one[3] < MOST_GAIN]


def figure(title, curves, limits):
    """One chart. curves: {name: [(threads, Series)]}."""
    lines = [(name, "×", gains(points)) for name, points in list(curves.items())[:charts.COLOURS]]
    lines = [line for line in lines if line[2]]
    if not any(len(points) > 1 for *_, points in lines):
        return ""
    threads = sorted({threads for *_, points in lines for threads, *_ in points})
    limits = [(x, gain) for x, gain in limits if x <= threads[-1]]
    drawn = [1] + [value for *_, points in lines for _, *values in points for value in values] + \
        [gain for _, gain in limits]
    chart = charts.Chart(340, 240, f"{title} over threads")
    y = chart.y_axis(min(drawn) / 1.2, max(drawn) * 1.5, log=True)
    x = chart.x_axis(1 / 1.1, threads[-1] * 1.1, log=True)
    chart.draw_y(y)
    chart.draw_x([(x.at(one), charts.tick_label(one)) for one in threads], "threads")
    charts.draw_ideal(chart, x, y, threads, None)
    if len(limits) > 1:
        chart.path([(x.at(one), y.at(gain)) for one, gain in limits], "roof roof2")
    computed = {name for name, points in curves.items()
                if points[0][1].source not in ("", "measured")}
    charts.draw_lines(chart, x, y, "threads", lines, computed)
    words = [(f"c{i} computed" if name in computed else f"c{i}",
              f"{name}: {charts.number(points[-1][1])} ×")
             for i, (name, _, points) in enumerate(lines)]
    return (f"<figure><h4>{html(charts.short(title, 80))}</h4>{chart.svg()}"
            + charts.legend(words) + "</figure>")


def table(machine, modes):
    """The rows of all curves, with their efficiency."""
    efficiency = {series.name: series.points[-1] for series in machine.series
                  if series.kind == "scaling" and series.name.endswith("/efficiency")}
    rows = []
    for curves in modes.values():
        for name, points in curves.items():
            gain = {threads: value for threads, value, *_ in gains(points)}
            for threads, series in points:
                share = efficiency.get(f"{series.name}/efficiency")
                point = series.points[-1]
                share = share.value if share and share.time == point.time else None
                rows.append(
                    f"<tr><td class=name>{name_of(name)}</td><td class=n>{threads}</td>"
                    f"<td class=n>{html(charts.amount(point.value, series.unit)[:60])}</td>"
                    f"<td class=n>{number_or_dash(gain.get(threads))}</td>"
                    f"<td class=n>{number_or_dash(share)}</td>"
                    f"<td>{html(charts.short(series.source, 40))}</td></tr>")
    return ("<details><summary>Gain and efficiency</summary><p class=note>Efficiency: the gain "
            "over what as many cores gain in registers.</p><div class=scroll><table><thead><tr>"
            "<th>training</th><th class=n>threads</th><th class=n>words/s</th><th class=n>gain</th>"
            "<th class=n>efficiency</th><th>source</th></tr></thead><tbody>"
            f"{''.join(rows[:2000])}</tbody></table></div></details>")


def number_or_dash(value):
    return "-" if value is None else charts.number(value)
