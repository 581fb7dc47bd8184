"""tools/bench scaling: training over threads, beside what the machine can gain."""
import dataclasses
import os

from bench import ROOT, Flags, UsageError, growth, history, machine
from bench import runs as timing
from bench.sweeps import (BASE, LABELS, MODES, Setting, base_of, check_modes, check_words,
                          core_counts, run_all, texts_of)

USAGE = """usage: tools/bench scaling [FLAG VALUE]...

Runs word2vec with 1, 2, 4 ... threads, one epoch each, and measures what so many cores can do at
most: compute in registers, read memory, pass a cache line.

  -threads LIST     (1, 2, 4 ... all cores, twice and four times as many); 1 is always among them
  -mode NAME        skip-gram-ns, cbow-ns, skip-gram-hs, cbow-hs; may be repeated (all)
  -base LIST        what all runs have (words=4M,vocab=50k,dim=100,window=5,negatives=5); words are
                    500k for each core where that is more
  -text FILE        a text of yours, cut into lines of 1000 words, instead of a generated one
  -runs N           rounds: every mode with every number of threads once, then all again (5)
  -quick            words=1M (-simulate: half of its 500,000), 3 rounds: a minute or two
  -history FILE     append the figures as one JSON line
  -cache FOLDER     where generated texts stay (~/.cache/hogvec)
  -build FOLDER     a Release build, made where there is none (build/)
  -bin FOLDER       programs that are built already, instead of -build

  -simulate         computes instead what many cores would do: the rows that the engine's own workers
                    touch, through a model of their caches, which is held against this machine with
                    one and two threads first. Some minutes; wants two cores that nobody else uses.
                    Of the flags above it has -text, -mode (all but cbow-hs), -runs (10), -quick,
                    -history, -cache, -build, -bin
  -dims LIST        lengths of rows that it computes (100,300)
  -machine CORES,DOMAINS,NEAR,FAR
                    a machine: cores in groups with a common cache, and the nanoseconds of a cache
                    line to another core and back, within a group and between two; may be repeated
                    (64,8,60,200: one socket; 128,2,150,300: two, each with one cache)

Examples
  tools/bench scaling -quick
  tools/bench scaling -history ~/hogvec.jsonl
  tools/bench scaling -simulate -text ~/wiki.txt -history ~/hogvec.jsonl
  tools/bench scaling -threads 1,2,3,4 -mode cbow-ns -text ~/wiki.txt -runs 9"""

MACHINES = ["64,8,60,200", "128,2,150,300"]  # that -simulate describes
MEASURED = "measured"  # the source of rows that were run


@dataclasses.dataclass
class Row:
    """A number of threads of a curve."""
    threads: int
    runs: int
    speed: tuple   # words/s: median and quartiles
    gain: tuple    # over the median of one thread
    limit: float   # what the gain could be: what as many cores do in registers; None: not known
    step: float    # speed over that of the row before; None of the first
    source: str    # measured, or what else says so

    @property
    def efficiency(self):
        """Shares of the limit, of median and quartiles, or None."""
        return self.limit and tuple(gain / self.limit for gain in self.gain)


@dataclasses.dataclass
class Curve:
    """The rows of one mode from one source, by threads. name: that of its figures."""
    name: str
    rows: list

    def figures(self):
        """For the history."""
        made = []
        for row in self.rows:
            name = f"{self.name}/threads:{row.threads}"
            values = [(name, row.speed, "words/s")]
            if row.efficiency and row.threads > 1:
                values.append((f"{name}/efficiency", row.efficiency, "ratio"))
            made += [history.figure(what, value, unit, low, high, row.runs, source=row.source)
                     for what, (value, low, high), unit in values]
        return made


def curve(name, rates, limits, source=MEASURED):
    """The Curve of {threads: [words/s of each round]}, 1 among them. limits: machine.limits()."""
    rows = []
    for threads in sorted(rates):
        compute = limits.get(threads, machine.Limits()).compute
        speed = timing.summary(rates[threads])
        rows.append(Row(
            threads, len(rates[threads]), speed,
            gain=tuple(one / timing.median(rates[1]) for one in speed),
            # On a machine that is not quiet two cores may do less than one, which is there too.
            limit=compute and min(threads, max(compute, 1.0)),
            step=speed[0] / rows[-1].speed[0] if rows else None, source=source))
    return Curve(name if source == MEASURED else f"{name}/{source}", rows)


def flags_of(arguments):
    """Errors: UsageError."""
    flags = Flags("scaling", USAGE, {
        "threads": [1], "mode": [], "base": "", "text": "", "runs": 0, "history": "", "cache": "",
        "build": os.path.join(ROOT, "build"), "bin": "", "dims": [100, 300], "machine": []},
                  ["quick", "simulate"]).parse(arguments)
    check_modes(flags.mode)
    check_simulation(flags)
    flags.mode = list(dict.fromkeys(
        flags.mode or [mode for mode in MODES if mode != "cbow-hs" or not flags.simulate]))
    flags.machine = flags.machine or MACHINES
    cores = len(machine.usable_cores())
    flags.threads = sorted({1, *flags.threads} if "threads" in flags.given
                           else {*core_counts(), 2 * cores, 4 * cores})
    if "runs" not in flags.given:
        flags.runs = 3 if flags.quick else 10 if flags.simulate else 5
    quick = {"words": 10**6} if flags.quick else {}
    flags.base = base_of(flags.base, {**default_base(), **quick})
    check_words(settings_of(flags))
    return flags


def check_simulation(flags):
    """Errors: UsageError."""
    for name in ("dims", "machine"):
        if name in flags.given and not flags.simulate:
            raise UsageError(f"-{name}: goes with -simulate; tools/bench scaling -h")
    for name in ("threads", "base"):
        if name in flags.given and flags.simulate:
            raise UsageError(f"-{name}: not with -simulate; tools/bench scaling -h")
    for one in flags.machine:
        parts = one.split(",")
        if len(parts) != 4 or not all(part.isdecimal() and int(part) > 0 for part in parts):
            raise UsageError(f"-machine {one[:80]}: give CORES,DOMAINS,NEAR,FAR, as {MACHINES[0]}")


def default_base():
    """As that of tools/bench train, but that with many cores, too, there are about a dozen
    chunks of text for every thread."""
    base = {name: value for name, value in BASE.items() if name != "threads"}
    return {**base, "words": max(base["words"], 500_000 * len(machine.usable_cores()))}


def settings_of(flags):
    """All that is run."""
    return [Setting(mode, **flags.base, threads=threads, text=flags.text or None)
            for mode in flags.mode for threads in flags.threads]


def name_of(setting):
    """Of a curve: what is not as it is without flags, and D always."""
    parts = [f"scaling/{setting.mode}"]
    if setting.text:
        parts.append(f"text:{os.path.basename(setting.text)}")
    for variable, usual in default_base().items():
        value = getattr(setting, variable)
        if variable == "dim" or (value != usual and not (setting.text and
                                                         variable in ("words", "vocab"))):
            parts.append(f"{LABELS[variable]}:{value}")
    return "/".join(parts)


def curves_of(flags, runs, limits):
    """{mode: [Curve]}: those that were measured. Curves of another source are added to them."""
    curves = {}
    for mode in flags.mode:
        settings = [one for one in settings_of(flags) if one.mode == mode]
        rates = {one.threads: [timing.member(run.report, "words_per_second")
                               for run in runs[one.name]] for one in settings}
        curves[mode] = [curve(name_of(settings[0]), rates, limits)]
    return curves


def print_curves(mode, curves):
    """One table."""
    rows = [["threads", "Mwords/s", "quartiles", "gain", "efficiency", "step", "source"]]
    for row in (row for one in curves for row in one.rows):
        rows.append([
            f"{row.threads}", f"{row.speed[0] / 1e6:.3f}",
            f"{row.speed[1] / 1e6:.3f}-{row.speed[2] / 1e6:.3f}", f"{row.gain[0]:.2f}",
            cell(row.efficiency and row.efficiency[0], ".2f"), cell(row.step, ".2f"), row.source])
    print(f"\n{mode}")
    print("\n".join(growth.columns(rows)))


def print_limits(limits, cores):
    """The machine's own curves."""
    rows = [["threads", "compute", "reads GB/s", "gain", "round trip ns"]]
    for threads, one in sorted(limits.items()):
        gain = one.read / limits[1].read if one.read and limits[1].read else None
        rows.append([f"{threads}", cell(one.compute, ".2f"),
                     cell(one.read and one.read / 1e9, ".1f"), cell(gain, ".2f"),
                     cell(one.round_trip, ".0f")])
    print(f"\nthe machine, as many cores of its {cores}")
    print("\n".join(growth.columns(rows)))


def cell(value, form):
    """A number, or that there is none."""
    return "-" if value is None else format(value, form)


def limit_figures(limits, cores):
    """Of the machine, for the history: once for each number of cores."""
    made = []
    for threads, one in sorted(limits.items()):
        if threads > cores:
            continue
        for what, value, unit, better in (
                ("compute", one.compute, "ratio", "higher"),
                ("read", one.read, "bytes/s", "higher"),
                ("round_trip", one.round_trip, "ns", "lower")):
            if value is not None:
                made.append(history.figure(f"scaling/machine/{what}/threads:{threads}", value, unit,
                                           better=better, source=MEASURED))
    return made


def measure(flags, bin_folder):
    """Returns (machine, figures) after printing the tables."""
    program = timing.program(bin_folder, "word2vec")
    settings = settings_of(flags)
    texts = texts_of(settings, flags.cache)
    told = machine.describe(bin_folder, flags.quick)
    limits = machine.limits(os.path.join(bin_folder, "hogvec_bench"), told, flags.threads,
                            0.05 if flags.quick else 0.3)
    print("\n".join(machine.table(told)))
    runs = run_all(settings, program, texts, flags.runs)
    figures = limit_figures(limits, told["cores"])
    for mode, curves in curves_of(flags, runs, limits).items():
        print_curves(mode, curves)
        figures += [figure for one in curves for figure in one.figures()]
    print_limits(limits, told["cores"])
    return told, figures


def simulate(flags, bin_folder):
    """As measure()."""
    from bench import simulate as model  # which makes its curves by this module
    program = timing.program(bin_folder, "hogvec_scaling")
    setting = settings_of(flags)[0]
    text = texts_of([setting], flags.cache)[setting]
    told = machine.describe(bin_folder, flags.quick)
    print("\n".join(machine.table(told)))
    return told, model.simulate(flags, program, text)


def main(arguments):
    """Errors: BenchError."""
    flags = flags_of(arguments)
    if flags.history:
        history.check_writable(flags.history)
    checkout = history.checkout_state(flags.bin)
    bin_folder = flags.bin or timing.build(
        flags.build, ["hogvec_scaling" if flags.simulate else "word2vec", "hogvec_bench"])
    told, figures = (simulate if flags.simulate else measure)(flags, bin_folder)
    if flags.history:
        settings = {name: getattr(flags, name)
                    for name in ("threads", "base", "mode", "text", "runs", "quick", "simulate",
                                 "dims", "machine")}
        history.append(flags.history, history.record("scaling", checkout, told, settings, figures))
        print(f"\nappended to {flags.history}")
    return 0
