"""What the page of a history shows, from its records: machines, series, sweeps, roofs."""
import dataclasses
import math
import re

from bench import BenchError, changes, history

LARGEST = 1e200  # of a value: sums and squares of two must stay finite
VARIABLE = re.compile(r"(threads|words|V|D|window|K|negatives):(\d{1,15})([kM]?)")
FAMILIES = 8  # kernels told apart by colour


@dataclasses.dataclass
class Point:
    """A figure of one record."""
    value: float
    low: float
    high: float
    runs: int
    commit: str
    dirty: bool
    time: str
    label: str  # of the commit, for people
    quality: dict
    settings: dict
    settings_changed: bool = False  # since the point before


@dataclasses.dataclass
class Series:
    """One figure over the records of one machine and kind, oldest first."""
    kind: str
    name: str
    unit: str
    better: str
    points: list
    intensity: float = None  # FLOP per byte
    source: str = ""  # where it is from, if its figures say so
    changes: list = dataclasses.field(default_factory=list)  # changes.Change, of its points

    def gain(self, change):
        """How many times better a change has made it."""
        return change.ratio if self.better == "higher" else 1 / change.ratio

    def is_worse(self, change):
        return self.gain(change) < 1

    def moved(self):
        """How many times better the last point is than the one before, where the bands are apart;
        else None."""
        if len(self.points) < 2:
            return None
        before, now = self.points[-2:]
        if now.low <= before.high and before.low <= now.high:
            return None
        ratio = now.value / before.value if before.value > 0 and now.value > 0 else None
        if ratio is None or self.better == "higher":
            return ratio
        return 1 / ratio


@dataclasses.dataclass
class Machine:
    """Records of one processor with one kernel table: no line of the page joins two of these."""
    fingerprint: str
    kernels: str
    facts: dict  # "machine" of the last record
    series: list
    records: int

    def changes(self):
        """[(series, change)], the newest first; of one record, the worst."""
        found = [(series, change) for series in self.series for change in series.changes]
        # Sorting keeps the order of equals.
        found.sort(key=lambda pair: pair[0].gain(pair[1]))
        found.sort(key=lambda pair: pair[0].points[pair[1].index].time, reverse=True)
        return found


@dataclasses.dataclass
class Kernel:
    """A point of the roofline."""
    name: str
    value: float  # FLOP/s
    intensity: float
    family: str
    active: bool  # of the machine's kernel table
    colour: int = 0


def as_number(value):
    """A float, or None for what is no number that can be drawn."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if abs(value) <= LARGEST else None


def machines(records, subjects, last, alarm=changes.ALARM):
    """Records in groups by machine, the one of the newest record first. subjects: of commits.

    Only the `last` points of each series are kept, and looked at for changes. Errors: BenchError.
    """
    groups = {}
    for number, record in enumerate(records, 1):
        facts = record["machine"]
        key = (facts["fingerprint"], str(facts.get("kernels", "")))
        # Taken out and put back: in the order of the newest record.
        group = groups.pop(key, None) or Machine(*key, facts, {}, 0)
        groups[key] = group
        group.facts, group.records = facts, group.records + 1
        for figure in record["figures"]:
            add_figure(group.series, record, figure, subjects, f"record {number}")
    for group in groups.values():
        group.series = list(group.series.values())
        for series in group.series:
            series.points = series.points[-last:]
            series.changes = changes_of(series.points, alarm)
    return list(reversed(groups.values()))


def changes_of(points, alarm):
    """Of values that were measured alike: what other settings do is no news."""
    begins = [i for i, point in enumerate(points) if i == 0 or point.settings_changed]
    return [dataclasses.replace(change, index=begin + change.index)
            for begin, end in zip(begins, [*begins[1:], len(points)])
            for change in changes.changes([point.value for point in points[begin:end]], alarm)]


def add_figure(table, record, figure, subjects, where):
    value, low, high = (as_number(figure[name]) for name in ("value", "low", "high"))
    if None in (value, low, high):
        raise BenchError(f"{where}: figure {figure['name'][:80]!r}: a size that cannot be; "
                         "remove the line from the history")
    low, high = min(low, high, value), max(low, high, value)
    key = (record["kind"], figure["name"], figure["unit"])
    series = table.setdefault(key, Series(*key, figure["better"], []))
    series.better = figure["better"]
    series.intensity = as_number(figure.get("intensity"))
    series.source = figure.get("source", "")
    commit = record["commit"]
    label = history.short_commit(commit, 12) + (" and changes" if record["dirty"] else "")
    if subjects.get(commit):
        label += ": " + subjects[commit]
    quality = {str(k): as_number(v) for k, v in (figure.get("quality") or {}).items()}
    point = Point(value, low, high, figure["runs"], commit, record["dirty"], record["time"], label,
                  quality, record["settings"])
    point.settings_changed = bool(series.points) and \
        series.points[-1].settings != record["settings"]
    series.points.append(point)


# Bytes of rows per FLOP, for figures that do not say "intensity": what the kernel must read and
# write once, were it to begin and end in memory (bench/README.md has the FLOP).
def known_intensity(name):
    """FLOP per byte of a hogvec_bench name, or None."""
    family = name.split("/")[0]
    if family == "dot":
        return 2 / 4  # a row read; the other stays in registers
    if family == "axpy":
        return 2 / 8  # a row read and written
    if family == "normalize":
        return 3 / 8
    if family == "logistic_block":
        inputs, outputs = 12, 9
        return 6 * inputs * outputs / ((inputs + outputs) * 8)
    if family == "score_rows":
        return 2 * 24 * 256 / ((24 + 256) * 4)
    if family == "softmax_sweep":
        batch = re.search(r"/B:(\d{1,9})(/|$)", name)
        return 6 * int(batch[1]) / 12 if batch else None  # W' read twice and written once
    return None


def roofline(machine):
    """(peak FLOP/s, [(level, bytes/s)], [Kernel]), or None where one of them is unknown."""
    peak = as_number(machine.facts.get("fma_flops"))
    levels = machine.facts.get("read_bytes_per_s")
    if not peak or peak <= 0 or not isinstance(levels, dict):
        return None
    bandwidths = [(str(level), as_number(rate)) for level, rate in list(levels.items())[:6]]
    bandwidths = [(level, rate) for level, rate in bandwidths if rate and rate > 0]
    # Probes of damaged records would stretch the axes beyond reading.
    bandwidths = [(level, rate) for level, rate in bandwidths if 1e-5 < peak / rate < 1e5]
    kernels = []
    for series in machine.series:
        name = series.name.removeprefix("suite/")
        intensity = series.intensity or known_intensity(name)
        value = series.points[-1].value
        if series.unit == "FLOP/s" and intensity and 1e-5 < intensity < 1e5 and \
                1e-6 < value / peak < 100:
            parts = name.split("/")
            kernels.append(Kernel(name, value, intensity, parts[0], parts[-1] == machine.kernels))
    families = list(dict.fromkeys(kernel.family for kernel in kernels))[:FAMILIES]
    for kernel in kernels:
        kernel.colour = families.index(kernel.family) if kernel.family in families else FAMILIES
    kernels = [kernel for kernel in kernels if kernel.colour < FAMILIES]
    return (peak, bandwidths, kernels) if bandwidths and kernels else None


def sweeps(machine):
    """{variable: {(kind, unit): {name without it: [(x, Series)]}}}: figures whose names differ in
    one variable only, with 2 values of threads or 3 of another."""
    found = {}
    for series in machine.series:
        if series.kind in ("rivals", "scaling"):  # which have sections of their own
            continue
        parts = series.name.split("/")
        for i, part in enumerate(parts):
            match = VARIABLE.fullmatch(part)
            if not match or not sweeps_well(match[1], series.unit):
                continue
            x = int(match[2]) * {"": 1, "k": 10**3, "M": 10**6}[match[3]]
            rest = "/".join(parts[:i] + parts[i + 1:])
            lines = found.setdefault(match[1], {}).setdefault((series.kind, series.unit), {})
            if x > 0 and series.points[-1].value > 0 and series.points[-1].low > 0:
                lines.setdefault(rest, []).append((x, series))
    for variable, groups in found.items():
        least = 2 if variable == "threads" else 3
        for key, lines in groups.items():
            groups[key] = {rest: sorted(points, key=lambda p: p[0])
                           for rest, points in lines.items()
                           if len({x for x, _ in points}) >= least}
    return {variable: {key: lines for key, lines in groups.items() if lines}
            for variable, groups in found.items() if any(groups.values())}


def sweeps_well(variable, unit):
    """Whether the figure says how fast something is, where only that is asked."""
    return variable != "threads" or unit.endswith("/s") or unit == "s"


def exponent(points):
    """e of the power law y = c x^e that fits (x, y) best in logarithms."""
    xs = [math.log(x) for x, _ in points]
    ys = [math.log(y) for _, y in points]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys)) / \
        sum((x - mean_x)**2 for x in xs)
