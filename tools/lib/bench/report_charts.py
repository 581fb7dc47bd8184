"""Charts as SVG text, which the page's style sheet colours for light and dark."""
import math
import re
from html import escape

from bench import history

PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
COLOURS = 8  # of the style sheet: .c0 to .c7
TEXT_WIDTH = 6.2  # of a letter at the charts' 11 px, a little more than the mean of a sans-serif


def html(text):
    """Escaped; what no font shows (controls, halves of surrogate pairs) as a replacement."""
    return escape(re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]",
                         "\ufffd", text))


def short(text, length):
    """The text, its middle left out where it is longer than `length` characters."""
    if len(text) <= length:
        return text
    head = length // 2
    return text[:head] + "…" + text[len(text) - (length - head - 1):]


def name_of(name):
    """Escaped; lines may break after a slash."""
    return html(short(name, 160)).replace("/", "/<wbr>")


def legend(entries):
    """entries: (class, text)."""
    return "<ul class=legend>" + "".join(
        f"<li><i class='{kind}'></i>{html(short(text, 120))}</li>" for kind, text in entries) + \
        "</ul>"


def number(value, digits=3):
    """About `digits` significant digits, as people write them: 8.61, 0.0123, 12,345, 1.2e+30."""
    size = abs(value)
    if size >= 1e7 or 0 < size < 1e-4:
        return f"{value:.{digits - 1}e}"
    if size >= 10**(digits - 1):
        return f"{value:,.0f}"
    decimals = digits - 1 - (math.floor(math.log10(size)) if size > 0 else 0)
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def counted(count, noun):
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def amount(value, unit):
    """A value with its unit: rates and sizes take prefixes, times and shares do not."""
    if unit.endswith("/s") or unit in ("bytes", "words", "instructions"):
        symbol = re.sub("^bytes", "B", unit)
        gap = "" if symbol.startswith(("B", "FLOP")) else " "  # GB/s, but M words/s
        for size, prefix in PREFIXES:
            if size <= abs(value) < 1000 * PREFIXES[0][0]:
                return f"{number(value / size)} {prefix}{gap}{symbol}"
    return f"{number(value)} {unit}"


def tick_label(value):
    for size, prefix in PREFIXES:
        if size <= abs(value) < 1000 * PREFIXES[0][0]:
            return number(value / size, 4) + prefix
    return number(value, 4)


def linear_ticks(low, high, count):
    """Multiples of 1, 2 or 5 times a power of ten, about `count` of them, within low .. high."""
    rough = (high - low) / max(count, 1)
    if not (math.isfinite(rough) and rough > 0):
        return []
    power = 10.0**math.floor(math.log10(rough))
    if power == 0:  # of a denormal difference
        return []
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [k * step for k in range(int(first), int(last) + 1)][:50]


def log_ticks(low, high, count):
    """Powers of ten within low .. high, with 2 and 5 times them where those are too few."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    tens = [10.0**e for e in exponents if low * 0.999 <= 10.0**e <= high * 1.001]
    if len(tens) >= 3:
        return tens[::max(1, math.ceil(len(tens) / count))]
    return [m * 10.0**e for e in exponents for m in (1, 2, 5)
            if low * 0.999 <= m * 10.0**e <= high * 1.001]


class Axis:
    """Values onto pixels, linear or logarithmic."""

    def __init__(self, low, high, begin, end, log=False):
        self.low, self.high, self.begin, self.end, self.log = low, high, begin, end, log

    def at(self, value):
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value / self.high - self.low / self.high) / (1 - self.low / self.high) \
                if abs(self.high) > 1e150 else (value - self.low) / (self.high - self.low)
        return self.begin + share * (self.end - self.begin)

    def ticks(self, count):
        return (log_ticks if self.log else linear_ticks)(self.low, self.high, count)


def around(values, least):
    """A range that holds all values, with air, and at least `least` of the middle to each side."""
    low, high = min(values), max(values)
    middle = low / 2 + high / 2
    air = max((high / 2 - low / 2) * 1.15, abs(middle) * least, 1e-300)
    return middle - air, middle + air


class Chart:
    """An SVG with two axes. Coordinates are pixels of a drawing `width` x `height`."""

    def __init__(self, width, height, title, margin=34):
        self.width, self.height = width, height
        self.left, self.right, self.top, self.bottom = 54, width - 12, 12, height - margin
        self.parts = [f'<svg viewBox="0 0 {width} {height}" role="img" '
                      f'aria-label="{html(short(title, 200))}">']

    def x_axis(self, low, high, log=False):
        return Axis(low, high, self.left, self.right, log)

    def y_axis(self, low, high, log=False):
        return Axis(low, high, self.bottom, self.top, log)

    def line(self, x1, y1, x2, y2, kind):
        self.parts.append(
            f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')

    def path(self, points, kind):
        steps = " ".join(f'{"L" if i else "M"}{x:.1f} {y:.1f}' for i, (x, y) in enumerate(points))
        self.parts.append(f'<path class="{kind}" d="{steps}"/>')

    def dot(self, x, y, kind, title, radius=3.5):
        self.parts.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}">'
                          f"<title>{html(title)}</title></circle>")

    def mark(self, x, kind, title):
        """A line over the whole height, thick enough to be met by a pointer."""
        self.parts.append(f'<line class="{kind}" x1="{x:.1f}" y1="{self.top:.1f}" x2="{x:.1f}" '
                          f'y2="{self.bottom:.1f}"><title>{html(title)}</title></line>')

    def text(self, x, y, text, anchor="middle", kind="tick"):
        self.parts.append(f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" '
                          f'text-anchor="{anchor}">{html(text)}</text>')

    def draw_y(self, axis, count=4):
        for value in axis.ticks(count):
            y = axis.at(value)
            self.line(self.left, y, self.right, y, "grid")
            self.text(self.left - 6, y + 4, tick_label(value), "end")

    def draw_x(self, labels, title=""):
        """labels: (pixel, text) in order; one that would touch its neighbour is left out."""
        free = -math.inf
        for x, label in labels:
            half = len(label) * TEXT_WIDTH / 2
            x_text = min(max(x, half + 1), self.width - half - 1)
            if x_text - half < free:
                continue
            self.line(x, self.bottom, x, self.bottom + 4, "axis")
            self.text(x_text, self.bottom + 16, label)
            free = x_text + half + 8
        self.line(self.left, self.bottom, self.right, self.bottom, "axis")
        if title:
            self.text((self.left + self.right) / 2, self.height - 4, title)

    def svg(self):
        return "".join(self.parts) + "</svg>"


def trend(series):
    """The median over records, with a band from low to high, of a report_model.Series."""
    points, unit = series.points, series.unit
    chart = Chart(340, 160, series.name, 22)
    y = chart.y_axis(*around([v for p in points for v in (p.low, p.value, p.high)], 0.05))
    chart.draw_y(y)
    inset = 8
    step = (chart.right - chart.left - 2 * inset) / max(len(points) - 1, 1)
    xs = [chart.left + inset + step * i for i in range(len(points))]
    chart.draw_x(end_labels(xs, [history.short_commit(p.commit) for p in points]))
    for x, point in zip(xs[1:], points[1:]):
        if point.settings_changed:
            chart.line(x - step / 2, chart.top, x - step / 2, chart.bottom, "changed")
    for change in series.changes:
        x = xs[change.index] - step / 2
        last, first = points[change.index - 1], points[change.index]
        chart.mark(x, "step worse" if series.is_worse(change) else "step better",
                   f"{number(series.gain(change))} × from here\n"
                   f"{last.label}\nto {first.label}")
    chart.path([(x, y.at(p.high)) for x, p in zip(xs, points)] +
               [(x, y.at(p.low)) for x, p in reversed(list(zip(xs, points)))], "band c0")
    chart.path([(x, y.at(p.value)) for x, p in zip(xs, points)], "line c0")
    radius = 3.5 if len(points) <= 60 else 2
    for x, p in zip(xs, points):
        words = (f'{amount(p.value, unit)} ({number(p.low)} to {number(p.high)}), {p.runs} runs\n'
                 f'{p.label}\n{p.time}')
        chart.dot(x, y.at(p.value), "dot c0 open" if p.dirty else "dot c0", words, radius)
    return chart.svg()


def end_labels(xs, labels):
    """The last label always, then from the left as many as there is room for."""
    width = max(map(len, labels)) * TEXT_WIDTH + 10
    kept = [i for i in range(len(xs) - 1) if xs[-1] - xs[i] > width]
    return [(xs[i], labels[i]) for i in kept + [len(xs) - 1]]


def roofline(width, peak, bandwidths, points, title):
    """bandwidths: (level, bytes/s); points: report_model.Kernel, in colours by family."""
    chart = Chart(width, 320 if width > 500 else 300, title)
    intensities = [p.intensity for p in points] + [peak / b for _, b in bandwidths]
    x = chart.x_axis(min(intensities) / 2, max(intensities) * 4, log=True)
    rates = [p.value for p in points] + [b * x.low for _, b in bandwidths]
    y = chart.y_axis(max(min(rates) / 1.5, peak / 1e6), max([peak] + rates) * 2, log=True)
    chart.draw_y(y, 5)
    chart.draw_x([(x.at(v), number(v)) for v in x.ticks(6)], "FLOP per byte")
    chart.text(chart.left + 4, chart.top + 4, "FLOP/s", "start")
    for i, (_, bandwidth) in enumerate(bandwidths):
        begin = max(x.low, y.low / bandwidth)
        chart.path([(x.at(begin), y.at(bandwidth * begin)),
                    (x.at(peak / bandwidth), y.at(peak))], f"roof roof{i % 4}")
    ridge = min([peak / b for _, b in bandwidths] + [x.high])
    chart.path([(x.at(ridge), y.at(peak)), (chart.right, y.at(peak))], "roof")
    chart.text(chart.right, y.at(peak) - 6, f'multiply-adds {amount(peak, "FLOP/s")}', "end")
    for p in points:
        if p.value < y.low:
            continue
        words = (f"{short(p.name, 120)}\n{amount(p.value, 'FLOP/s')}, "
                 f"{number(p.intensity)} FLOP per byte")
        kind = f"dot c{p.colour}" + ("" if p.active else " open")
        chart.dot(x.at(p.intensity), y.at(p.value), kind, words, 4.5)
    return chart.svg()


def sweep(lines, variable, title, ideal=None, marks=()):
    """Values over a variable of the names. lines: (label, unit, [(x, value, low, high)]). marks:
    (label, x), drawn over the whole height where they lie between the values.

    With `ideal` values are ratios on linear axes, against a dashed line of slope 1 and one that
    goes through (2, ideal), what a plain loop gains; else both axes are logarithmic.
    """
    chart = Chart(340, 240, title)
    log = ideal is None
    xs = sorted({x for _, _, points in lines for x, *_ in points})
    values = [v for _, _, points in lines for _, *vs in points for v in vs]
    if log:
        y = chart.y_axis(min(values) / 1.3, max(values) * 1.3, log=True)
        x = chart.x_axis(xs[0] / 1.1, xs[-1] * 1.1, log=True)
    else:
        y = chart.y_axis(0, max(values + [min(xs[-1] / xs[0], max(values) * 1.5)]) * 1.05)
        x = chart.x_axis(xs[0] - 0.04 * (xs[-1] - xs[0]), xs[-1] * 1.03)
    chart.draw_y(y)
    chart.draw_x([(x.at(v), tick_label(v)) for v in xs], variable)
    if not log:
        draw_ideal(chart, x, y, xs, ideal)
    for label, at in marks:
        if xs[0] <= at <= xs[-1]:
            chart.mark(x.at(at), "level", f"{label}: {variable} {tick_label(round(at))}")
            chart.text(x.at(at) + 3, chart.top + 8, label, "start")
    draw_lines(chart, x, y, variable, lines)
    return chart.svg()


def draw_lines(chart, x, y, variable, lines, computed=()):
    """lines as of sweep(); those whose labels are in `computed`, which nobody has measured, dotted
    with hollow points."""
    for i, (label, unit, points) in enumerate(lines):
        colour = f"c{i % COLOURS}" + (" computed" if label in computed else "")
        for px, _, low, high in points:
            chart.line(x.at(px), y.at(low), x.at(px), y.at(high), f"whisker {colour}")
        chart.path([(x.at(px), y.at(v)) for px, v, *_ in points], f"line {colour}")
        for px, v, low, high in points:
            chart.dot(x.at(px), y.at(v), f"dot {colour}" + (" open" if label in computed else ""),
                      f'{short(label, 120)}\n{variable} {tick_label(px)}: {amount(v, unit)} '
                      f"({number(low)} to {number(high)})")


def draw_ideal(chart, x, y, xs, gain):
    top = min(xs[-1], y.high * xs[0])
    chart.path([(x.at(xs[0]), y.at(1)), (x.at(top), y.at(top / xs[0]))], "ideal")
    if gain and xs[0] == 1 and xs[-1] >= 2 and gain <= y.high:
        chart.line(x.at(2) - 9, y.at(gain), x.at(2) + 9, y.at(gain), "ideal")
