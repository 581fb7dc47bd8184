"""tools/bench train: whole runs of word2vec, and how their cost grows."""
import os

from bench import ROOT, Flags, UsageError, growth, history, machine
from bench import runs as timing
from bench.sweeps import (BASE, FULL, LABELS, MODES, QUICK, base_of, check_modes, plan, run_all,
                          texts_of, thread_counts)

USAGE = """usage: tools/bench train [FLAG VALUE]...

Runs word2vec on generated text, one epoch each, and varies one thing at a time.

  -sweep LIST       what to vary: words,vocab,dim,window,negatives,threads (all), or none
  -words LIST       words of text (1M,4M,16M,64M), at equal vocabulary
  -vocab LIST       words of vocabulary (10k,30k,100k,300k,1M,2M)
  -dim LIST         (50,100,200,300,500)
  -window LIST      (2,5,10,20)
  -negatives LIST   (2,5,10,20)
  -threads LIST     (1, 2, 4 ... all cores, 16, 64)
  -base LIST        what the rest is (words=4M,vocab=50k,dim=100,window=5,negatives=5,threads=1)
  -mode NAME        skip-gram-ns (default), cbow-ns, skip-gram-hs, cbow-hs; may be repeated
  -text FILE        also a text of yours, cut into lines of 1000 words; may be repeated
  -runs N           rounds: every setting once, then all again (5)
  -quick            small sizes, 3 rounds: a minute
  -history FILE     append the figures as one JSON line
  -cache FOLDER     where generated texts stay (~/.cache/hogvec)
  -build FOLDER     a Release build, made where there is none (build/)
  -bin FOLDER       programs that are built already, instead of -build

Examples
  tools/bench train -quick
  tools/bench train -sweep words,threads -history ~/hogvec.jsonl
  tools/bench train -sweep none -text ~/wiki.txt -mode skip-gram-ns -mode cbow-ns
  tools/bench train -sweep dim -dim 64,128,256 -base threads=2,words=1M"""


def flags_of(arguments):
    """Errors: UsageError."""
    values = {name: [1] for name in LABELS}
    flags = Flags("train", USAGE, {
        **values, "sweep": "", "base": "", "mode": [], "text": [], "runs": 5, "history": "",
        "cache": "", "build": os.path.join(ROOT, "build"), "bin": ""}, ["quick"]).parse(arguments)
    check_modes(flags.mode)
    flags.mode = flags.mode or ["skip-gram-ns"]
    defaults = {**(QUICK if flags.quick else FULL), "threads": thread_counts()}
    for name in LABELS:
        if name not in flags.given:
            setattr(flags, name, defaults[name])
    if flags.quick and "runs" not in flags.given:
        flags.runs = 3
    if "sweep" in flags.given:
        flags.sweep = [] if flags.sweep == "none" else flags.sweep.split(",")
        for name in flags.sweep:
            if name not in LABELS:
                raise UsageError(f"-sweep {name}: want none or some of {','.join(LABELS)}")
    else:
        flags.sweep = list(LABELS)
    flags.base = base_of(flags.base, {**BASE, **({"words": 10**6} if flags.quick else {})})
    return flags


class Result:
    """The runs of one setting, and (median, quartile, quartile) of what they say."""

    def __init__(self, setting, done, text):
        self.setting, self.runs = setting, done
        size = os.path.getsize(text)
        reports = [run.report for run in done]

        def phase(name):
            return [timing.member(report, "seconds", name) for report in reports]

        self.rates = [timing.member(report, "words_per_second") for report in reports]
        self.speed = timing.summary(self.rates)
        # A word that subsampling drops costs next to nothing, and how many go depends on the text.
        self.cost = timing.summary([
            1e9 * seconds / max(timing.member(report, "words_kept"), 1)
            for seconds, report in zip(phase("train"), reports)])
        self.whole = timing.summary([run.wall for run in done])
        self.read = timing.summary([size / max(seconds, 1e-6) for seconds in phase("read")])
        self.write = timing.summary([run.output_bytes / max(seconds, 1e-6)
                                     for run, seconds in zip(done, phase("write"))])
        self.initialize = timing.summary(phase("initialize"))
        self.rest = timing.summary([run.wall - sum(run.report["seconds"].values()) for run in done])
        self.memory = timing.summary([timing.member(report, "peak_bytes") for report in reports])

    def figures(self):
        """For the history."""
        def one(what, values, unit, better):
            name = self.setting.name + what
            return history.figure(name, *values[:1], unit, *values[1:], len(self.runs), better)
        return [one("", self.speed, "words/s", "higher"),
                one("/cost", self.cost, "ns/kept word", "lower"),
                one("/whole", self.whole, "s", "lower"),
                one("/read", self.read, "bytes/s", "higher"),
                one("/write", self.write, "bytes/s", "higher"),
                one("/initialize", self.initialize, "s", "lower"),
                one("/rest", self.rest, "s", "lower"),
                one("/memory", self.memory, "bytes", "lower")]


def value_of(setting, variable):
    """The first cell of a row."""
    if variable == "text":
        return os.path.basename(setting.text)
    return setting.mode if variable == "base" else f"{getattr(setting, variable):,}"


def print_sweep(mode, variable, results, told):
    """One table."""
    first = results[0].setting
    fixed = [f"{label} {getattr(first, name):,}" for name, label in LABELS.items()
             if name != variable and not (name in ("words", "vocab") and first.text)
             and not (variable == "vocab" and name == "words")]
    print(f"\n{mode} over {LABELS.get(variable, variable)}: {', '.join(fixed)}")
    head = [LABELS.get(variable, variable), "whole s", "read MB/s", "train Mwords/s", "quartiles",
            "ns/kept word", "write MB/s", "init s", "rest s", "peak MB"]
    extra = {"vocab": ["words", "W+W' MB", "fits"], "threads": ["gain", "compute"]}
    rows = [head + extra.get(variable, [])]
    for one in results:
        s = one.setting
        row = [value_of(s, variable), f"{one.whole[0]:.2f}", f"{one.read[0] / 1e6:.0f}",
               f"{one.speed[0] / 1e6:.2f}", f"{one.speed[1] / 1e6:.2f}-{one.speed[2] / 1e6:.2f}",
               f"{one.cost[0]:.1f}", f"{one.write[0] / 1e6:.0f}{'b' if s.binary else ''}",
               f"{one.initialize[0]:.2f}", f"{one.rest[0]:.2f}", f"{one.memory[0] / 1e6:.0f}"]
        if variable == "vocab":
            size = growth.matrix_bytes(s.vocab, s.dim)
            row += [f"{s.words:,}", f"{size / 1e6:.0f}", growth.home(size, told["caches"])]
        if variable == "threads":
            row += [f"{timing.median(one.rates) / timing.median(results[0].rates):.2f}",
                    compute_cell(s.threads, told)]
        rows.append(row)
    print("\n".join(growth.columns(rows)))


def compute_cell(threads, told):
    """What the cores could gain at most."""
    if threads == 1:
        return "1.00"
    known = told.get("compute_scalings", {}).get(str(threads))
    return f"{known:.2f}" if known else "-"


def scalings(told, program, sweeps):
    """Adds compute_scaling of the thread counts that have a core each."""
    counts = {one.threads for (_, variable), some in sweeps.items() if variable == "threads"
              for one in some}
    if "fma_flops" in told and counts:  # else there is no hogvec_bench
        told["compute_scalings"] = machine.compute_scalings(program, told, counts)


def growth_figures(sweeps, results):
    """Prints the fitted exponents and the gains of threads; returns them for the history."""
    figures, rows = [], [["cost of a kept word", "exponent", "error", "largest/smallest", "points"]]
    for (mode, variable), settings in sweeps.items():
        some = [results[one] for one in settings]
        if variable in ("base", "text"):
            continue
        if variable == "threads":
            figures += gains(mode, some)
            continue
        fit = growth.fit([getattr(one, variable) for one in settings],
                         [one.cost[0] for one in some])
        if fit is None:
            continue
        label, error = LABELS[variable], 0 if fit.error is None else fit.error
        rows.append([f"{mode} over {label}", f"{fit.exponent:.3f}",
                     "-" if fit.error is None else f"{fit.error:.3f}", f"{fit.spread:.2f}",
                     str(fit.points)])
        count = len(some[0].runs)
        figures.append(history.figure(f"train/{mode}/exponent/{label}", fit.exponent, "exponent",
                                      fit.exponent - error, fit.exponent + error, count, "lower"))
        figures.append(history.figure(f"train/{mode}/spread/{label}", fit.spread, "ratio",
                                      runs=count, better="lower"))
    if len(rows) > 1:
        print()
        print("\n".join(growth.columns(rows)))
    return figures


def gains(mode, results):
    """Speed over that of the fewest threads, of runs of the same round."""
    figures, base = [], results[0]
    for one in results[1:]:
        ratio = timing.paired_ratio(one.rates, base.rates)
        figures.append(history.figure(
            f"train/{mode}/gain:{base.setting.threads}/threads:{one.setting.threads}", ratio.value,
            "ratio", ratio.low, ratio.high, ratio.pairs, "higher"))
    return figures


def measure(flags, bin_folder):
    """Returns (machine, figures) after printing the tables."""
    sweeps, settings = plan(flags)
    program = timing.program(bin_folder, "word2vec")
    probes = os.path.join(bin_folder, "hogvec_bench")
    texts = texts_of(settings, flags.cache)
    told = machine.describe(bin_folder, flags.quick)
    scalings(told, probes, sweeps)
    print("\n".join(machine.table(told)))
    done = run_all(settings, program, texts, flags.runs)
    results = {one: Result(one, done[one.name], texts[one]) for one in settings}
    for (mode, variable), some in sweeps.items():
        print_sweep(mode, variable, [results[one] for one in some], told)
    figures = [figure for one in settings for figure in results[one].figures()]
    return told, figures + growth_figures(sweeps, results)


def main(arguments):
    """Errors: BenchError."""
    flags = flags_of(arguments)
    plan(flags)  # a wrong flag is told before a build
    if flags.history:
        history.check_writable(flags.history)
    checkout = history.checkout_state(flags.bin)
    bin_folder = flags.bin or timing.build(flags.build, ["word2vec", "hogvec_bench"])
    told, figures = measure(flags, bin_folder)
    if flags.history:
        settings = {name: getattr(flags, name) for name in
                    [*LABELS, "sweep", "base", "mode", "text", "runs", "quick"]}
        history.append(flags.history, history.record("train", checkout, told, settings, figures))
        print(f"\nappended to {flags.history}")
    return 0
