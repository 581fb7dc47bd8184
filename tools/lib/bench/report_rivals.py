"""The section of the page that sets hogvec beside other programs: bars, and quality over time."""
import re

from bench import report_charts as charts
from bench.report_charts import html, name_of

UNTIL = "training until both"  # what there is in a figure of the time to quality
SHARED = re.compile(r"[A-Za-z]+:[0-9.]+[kM]?")  # D:100, epochs:5


def section(machine):
    """Of the last record of each kind of contest, skip-gram or softmax."""
    rivals = [s for s in machine.series if s.kind == "rivals"]
    if not rivals:
        return ""
    newest = {}
    for series in rivals:
        contest = series.name.split("/")[0]
        newest[contest] = max(newest.get(contest, ""), series.points[-1].time)
    rivals = [s for s in rivals if s.points[-1].time == newest[s.name.split("/")[0]]]
    groups, goals, colours = {}, {}, {}
    for series in rivals:
        setting, program, what = split(series.name)
        colours.setdefault(program, len(colours) % charts.COLOURS)
        some = goals if what == UNTIL else groups
        some.setdefault((setting, what, series.unit), []).append((program, series))
    parts = [f"<h3>Rivals</h3><p class=note>Of {html(max(newest.values())[:10])}, "
             f"{html(rivals[0].points[-1].label)}. Behind each bar: quality on the same questions."
             "</p>", pairs(groups, colours)]
    if goals:
        parts.append("<h3>Time to quality</h3><p class=note>Seconds of training until similarity "
                     "and analogies are there, in the best of all epochs and learning rates; who "
                     f"is missing did not come there.</p>{pairs(goals, colours)}")
    curves = "".join(quality_curve(mode, kind, lines, colours)
                     for (mode, kind), lines in quality_over_time(rivals).items())
    if curves:
        parts.append("<h3>Quality over time</h3><p class=note>Each point is a run of so many "
                     f"epochs; further left is sooner, further up is better.</p><div class=grid>"
                     f"{curves}</div>")
    return "\n".join(parts)


def pairs(groups, colours):
    """Bars of {(setting, what, unit): [(program, series)]}."""
    figures = []
    for (setting, what, unit), group in list(groups.items())[:60]:
        title = f"{setting}: {what or 'speed'} in {unit}, {group[0][1].better} is better"
        figures.append(f"<figure><figcaption>{name_of(title)}</figcaption>"
                       f"{bars(group[:30], colours)}</figure>")
    return f"<div class=pairs>{''.join(figures)}</div>"


def split(name):
    """(setting, program, what is measured) of rivals/MODE/D:100/epochs:5/PROGRAM/WHAT."""
    parts = name.removeprefix("rivals/").split("/")
    last = max((i for i, part in enumerate(parts[:-1]) if SHARED.fullmatch(part)),
               default=min(0, len(parts) - 2))
    return tuple("/".join(some)
                 for some in (parts[:last + 1], parts[last + 1:last + 2], parts[last + 2:]))


def bars(group, colours):
    largest = max(max(s.points[-1].value for _, s in group), 1e-300)
    rows = []
    for program, series in group:
        point = series.points[-1]
        quality = ", ".join(f"{html(charts.short(kind, 30))} {charts.number(value)}"
                            for kind, value in list(point.quality.items())[:6] if value is not None)
        # Not all of the track: the rest is for the words.
        width = max(0.0, 38 * point.value / largest)
        rows.append(f"<div class=label>{html(charts.short(program, 60))}</div>"
                    f"<div class='track c{colours[program]}'>"
                    f"<span class=bar style='width:{width:.1f}%'></span>"
                    f"<span class=value>{html(charts.amount(point.value, series.unit)[:60])}</span>"
                    f"<span class=quality>{quality}</span></div>")
    return "<div class=bars>" + "".join(rows) + "</div>"


def quality_over_time(rivals):
    """{(mode, kind of quality): {program: [(seconds, quality, name)]}}, of several epochs each."""
    found = {}
    for series in rivals:
        point = series.points[-1]
        if series.unit != "s" or point.value <= 0:
            continue
        setting, program, what = split(series.name)
        if what != "whole":
            continue
        mode = re.sub(r"/?(epochs|alpha):[0-9.]+", "", setting)
        for kind, value in list(point.quality.items())[:6]:
            if value is not None:
                found.setdefault((mode, kind), {}).setdefault(program, []).append(
                    (point.value, value, series.name))
    return {key: {program: sorted(points) for program, points in lines.items()}
            for key, lines in found.items() if any(len(points) > 1 for points in lines.values())}


def quality_curve(mode, kind, lines, colours):
    title = f"{mode}: {kind}"
    every = [point for points in lines.values() for point in points]
    chart = charts.Chart(340, 220, title)
    x = chart.x_axis(min(s for s, *_ in every) / 1.3, max(s for s, *_ in every) * 1.3, log=True)
    y = chart.y_axis(*charts.around([value for _, value, _ in every], 0.02))
    chart.draw_y(y)
    chart.draw_x([(x.at(v), charts.tick_label(v)) for v in x.ticks(6)], "seconds, whole process")
    for program, points in lines.items():
        colour = f"c{colours[program]}"
        chart.path([(x.at(s), y.at(value)) for s, value, _ in points], f"line {colour}")
        for s, value, name in points:
            chart.dot(x.at(s), y.at(value), f"dot {colour}",
                      f"{charts.short(name, 120)}\n{charts.number(s)} s: {charts.number(value)}")
    return (f"<figure><h4>{name_of(title)}</h4>{chart.svg()}"
            + charts.legend([(f"c{colours[program]}", program) for program in lines]) + "</figure>")
