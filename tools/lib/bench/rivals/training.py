"""tools/bench rivals without -softmax: the training programs in turns, speed and quality."""
import os
import sys
import tempfile

from bench import corpus, history, machine
from bench import runs as timing
from bench.report_rivals import UNTIL
from bench.rivals import programs

_VOCABULARY = 30_000
_ALPHA = {0: 0.025, 1: 0.05}  # by cbow: the reference's
HOGVEC = "hogvec"


class Cell:
    """All runs of a program in a mode with a number of epochs and a learning rate."""

    def __init__(self, words):
        self._words = words  # times epochs: what is trained
        self.results, self.qualities = [], []

    def whole(self):
        """Seconds of each run."""
        return [result.whole for result in self.results]

    def training(self):
        """Seconds of training of each run, of the whole of those that do not tell."""
        return [result.training or result.whole for result in self.results]

    def rates(self):
        """Words of text per second of training, of the runs that tell it."""
        return [self._words / result.training for result in self.results if result.training]

    def quality(self):
        """Medians over the runs: threads make every run another."""
        names = {name for one in self.qualities for name in one}
        return {name: timing.median([one[name] for one in self.qualities if name in one])
                for name in sorted(names)}


def trainers(flags, folder, scratch):
    """{name: function of (text, settings) that trains once}."""
    made = {HOGVEC: lambda text, s: programs.run_word2vec(
        HOGVEC, os.path.join(folder, "word2vec"), text, s, scratch, report=True)}
    if "fastText" in flags.programs:
        made["fastText"] = lambda text, s: programs.run_fasttext(text, s, scratch)
    if "gensim" in flags.programs:
        made["gensim"] = lambda text, s: programs.run_gensim(text, s, scratch)
    for name, path in flags.rival.items():
        made[name] = lambda text, s, name=name, path=path: programs.run_word2vec(
            name, path, text, s, scratch)
    return made


def alphas_of(flags, mode):
    """The learning rates to try."""
    return flags.alpha or [_ALPHA[programs.MODES[mode][0]]]


def settings_of(flags, mode, epochs, alpha):
    """What all programs are told."""
    return programs.Settings(mode, flags.dim, flags.window, flags.negative, flags.sample, alpha,
                             epochs, flags.min_count, flags.threads)


def count_words(text):
    """All of a text, in memory a block at a time."""
    count = 0
    with open(text, "rb") as file:
        while lines := file.readlines(1 << 24):
            count += sum(len(line.split()) for line in lines)
    return count


def measure(flags, folder, text, scratch):
    """{(mode, epochs, alpha, name): Cell}."""
    made, words = trainers(flags, folder, scratch), count_words(text)
    keys = [(mode, epochs, alpha, name) for mode in flags.mode for epochs in flags.epochs
            for alpha in alphas_of(flags, mode) for name in made]
    cells = {key: Cell(words * key[1]) for key in keys}
    for turn in range(flags.runs):
        first = turn % len(keys)
        for number, key in enumerate(keys[first:] + keys[:first]):
            if sys.stderr.isatty():
                sys.stderr.write(f"\r\033[Kround {turn + 1}/{flags.runs}, {number + 1}/{len(keys)}:"
                                 f" {key[0]}, epochs {key[1]}, alpha {key[2]:g}, {key[3]}")
                sys.stderr.flush()
            programs.clean(scratch)
            result = made[key[3]](text, settings_of(flags, *key[:3]))
            cells[key].results.append(result)
            cells[key].qualities.append(programs.quality(
                os.path.join(folder, "evaluate"), result.vectors, flags.wordsim, flags.questions,
                scratch))
    timing.end_progress()
    return cells


def _shown(value, form):
    return "-" if value is None else format(value, form)


def show(cells):
    """Prints the table: one block a mode."""
    mode_before = None
    for (mode, epochs, alpha, name), cell in cells.items():
        if mode != mode_before:
            print(f"\n{mode:<12}{'epochs':>7}{'alpha':>7}{'whole s':>10}{'quartiles':>18}{'hogvec is':>11}"
                  f"{'words/s':>10}{'hogvec is':>11}{'similarity':>12}{'analogies':>11}")
            mode_before = mode
        ours = cells[mode, epochs, alpha, HOGVEC]
        whole, low, high = timing.summary(cell.whole())
        rate = timing.median(cell.rates()) if cell.rates() else None
        faster = timing.paired_ratio(cell.whole(), ours.whole()).value
        ratio = timing.median(ours.rates()) / rate if rate and ours.rates() else None
        quality = cell.quality()
        print(f"{name:<12.12}{epochs:>7}{alpha:>7g}{whole:>10.2f}{low:>9.2f} -{high:>7.2f}"
              f"{'' if name == HOGVEC else f'{faster:.1f} x':>11}"
              f"{_shown(rate and rate / 1e6, '.3f'):>9}M"
              f"{'' if name == HOGVEC or not ratio else f'{ratio:.1f} x':>11}"
              f"{_shown(quality.get('similarity'), '.3f'):>12}"
              f"{_shown(quality.get('analogies'), '.3f'):>11}")


def show_time_to_quality(cells):
    """Prints after how many seconds each reaches what the best run of another reached."""
    curves = {}
    for (mode, _, _, name), cell in cells.items():
        for kind, value in cell.quality().items():
            curves.setdefault((mode, kind), {}).setdefault(name, []).append(
                (timing.median(cell.whole()), value))
    for (mode, kind), by_name in curves.items():
        print(f"\n{mode}, seconds until {kind} is what the best run of … reached")
        print(f"{'':<10}" + "".join(f"{name[:14]:>16}" for name in by_name))
        goals = {name: max(value for _, value in points) for name, points in by_name.items()}
        print(f"{'':<10}" + "".join(f"{f'({goal:.3f})':>16}" for goal in goals.values()))
        for name, points in by_name.items():
            cuts = [min((s for s, value in points if value >= goal), default=None)
                    for goal in goals.values()]
            print(f"{name:<10.10}" + "".join(f"{_shown(cut, '.2f'):>16}" for cut in cuts))


def soonest(cells, targets):
    """{(mode, target): {name: (epochs, alpha) or None}}: of the cells that come to both values,
    the one that trains for the least time."""
    found = {}
    for (mode, epochs, alpha, name), cell in cells.items():
        quality, seconds = cell.quality(), timing.median(cell.training())
        for target in targets:
            best = found.setdefault((mode, target), {}).setdefault(name, None)
            if any(quality.get(kind, -2) < least
                   for kind, least in zip(("similarity", "analogies"), target)):
                continue
            if best is None or seconds < timing.median(cells[mode, *best, name].training()):
                found[mode, target][name] = (epochs, alpha)
    return found


def show_targets(cells, targets):
    """Prints the seconds of training that each takes, and by which settings."""
    for (mode, target), by_name in soonest(cells, targets).items():
        print(f"\n{mode}, seconds of training until {target[0]:g} / {target[1]:g}")
        for name, best in by_name.items():
            if best is None:
                print(f"{name:<12.12}{'-':>10}")
                continue
            middle, low, high = timing.summary(cells[mode, *best, name].training())
            print(f"{name:<12.12}{middle:>10.2f}{low:>9.2f} -{high:>7.2f}   "
                  f"{best[0]} epochs, alpha {best[1]:g}")


def figures_of(cells, flags):
    """Those of the history."""
    made = []
    for (mode, target), by_name in soonest(cells, flags.target).items():
        for name, best in by_name.items():
            if best is None:
                continue
            cell = cells[mode, *best, name]
            middle, low, high = timing.summary(cell.training())
            made.append(history.figure(
                f"rivals/{mode}/D:{flags.dim}/threads:{flags.threads}/similarity:{target[0]:g}/"
                f"analogies:{target[1]:g}/{name}/{UNTIL}", middle, "s", low, high,
                len(cell.results), "lower"))
    for (mode, epochs, alpha, name), cell in cells.items():
        setting = f"rivals/{mode}/D:{flags.dim}/threads:{flags.threads}/epochs:{epochs}"
        if len(alphas_of(flags, mode)) > 1:
            setting += f"/alpha:{alpha:g}"
        base = f"{setting}/{name}"
        quality = cell.quality() or None
        for what, values, unit, better in (("whole", cell.whole(), "s", "lower"),
                                           ("training", cell.rates(), "words/s", "higher")):
            if values:
                middle, low, high = timing.summary(values)
                made.append(history.figure(f"{base}/{what}", middle, unit, low, high, len(values),
                                           better, quality))
        if name != HOGVEC:
            ratio = timing.paired_ratio(cell.whole(), cells[mode, epochs, alpha, HOGVEC].whole())
            made.append(history.figure(f"{base}/times as long as hogvec", ratio.value, "ratio",
                                       ratio.low, ratio.high, ratio.pairs))
    return made


def main(flags, folder, checkout):
    """The exit code. checkout: of history.checkout_state()."""
    def tell(message):
        print(f"tools/bench rivals: {message}", file=sys.stderr, flush=True)

    cache = flags.cache or None
    text = (corpus.lines_of(flags.text, cache, tell) if flags.text else
            corpus.zipf_text(flags.words, min(_VOCABULARY, flags.words // corpus.SPREAD or 1), 1,
                             cache, tell))
    packages = {"fastText": "fasttext", "gensim": "python3-gensim"}
    versions = {name: programs.package_version(package) for name, package in packages.items()
                if name in flags.programs}
    print(f"{count_words(text):,} words, D = {flags.dim}, window {flags.window}, "
          f"{flags.negative} negatives, t = {flags.sample:g}, words that occur {flags.min_count} "
          f"times, {flags.threads} threads; medians of {flags.runs} interleaved runs")
    if versions:
        print(", ".join(f"{name} {version}" for name, version in versions.items()))
    described = machine.describe(folder, True) if flags.history else None
    with tempfile.TemporaryDirectory(prefix="hogvec_bench_") as scratch:
        cells = measure(flags, folder, text, scratch)
    show(cells)
    if len(flags.epochs) > 1 and (flags.wordsim or flags.questions):
        show_time_to_quality(cells)
    show_targets(cells, flags.target)
    if flags.history:
        settings = {name: getattr(flags, name) for name in (
            "mode", "epochs", "dim", "window", "negative", "sample", "min_count", "threads",
            "runs")}
        # As records of before have them, or a new series would begin.
        settings["alpha"] = flags.alpha[0] if len(flags.alpha) == 1 else flags.alpha or None
        settings |= {name: getattr(flags, name) for name in ("programs", "target")
                     if name in flags.given}
        settings |= {"text": os.path.basename(text), "versions": versions}
        history.append(flags.history, history.record("rivals", checkout, described, settings,
                                                     figures_of(cells, flags)))
    return 0
