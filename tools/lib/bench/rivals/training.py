"""tools/bench rivals without -softmax: the training programs in turns, speed and quality."""
import os
import sys
import tempfile

from bench import corpus, history, machine
from bench import runs as timing
from bench.rivals import programs

_VOCABULARY = 30_000
_ALPHA = {0: 0.025, 1: 0.05}  # by cbow: the reference's
HOGVEC = "hogvec"


class Cell:
    """All runs of a program in a mode with a number of epochs."""

    def __init__(self, words):
        self._words = words  # times epochs: what is trained
        self.results, self.qualities = [], []

    def whole(self):
        """Seconds of each run."""
        return [result.whole for result in self.results]

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
    made["fastText"] = lambda text, s: programs.run_fasttext(text, s, scratch)
    made["gensim"] = lambda text, s: programs.run_gensim(text, s, scratch)
    for name, path in flags.rival.items():
        made[name] = lambda text, s, name=name, path=path: programs.run_word2vec(
            name, path, text, s, scratch)
    return made


def settings_of(flags, mode, epochs):
    """What all programs are told."""
    cbow = programs.MODES[mode][0]
    return programs.Settings(mode, flags.dim, flags.window, flags.negative, flags.sample,
                             flags.alpha or _ALPHA[cbow], epochs, flags.min_count, flags.threads)


def count_words(text):
    """All of a text, in memory a block at a time."""
    count = 0
    with open(text, "rb") as file:
        while lines := file.readlines(1 << 24):
            count += sum(len(line.split()) for line in lines)
    return count


def measure(flags, folder, text, scratch):
    """{(mode, epochs, name): Cell}."""
    made, words = trainers(flags, folder, scratch), count_words(text)
    keys = [(mode, epochs, name) for mode in flags.mode for epochs in flags.epochs for name in made]
    cells = {key: Cell(words * key[1]) for key in keys}
    for turn in range(flags.runs):
        first = turn % len(keys)
        for number, key in enumerate(keys[first:] + keys[:first]):
            if sys.stderr.isatty():
                sys.stderr.write(f"\r\033[Kround {turn + 1}/{flags.runs}, {number + 1}/{len(keys)}:"
                                 f" {key[0]}, epochs {key[1]}, {key[2]}")
                sys.stderr.flush()
            programs.clean(scratch)
            result = made[key[2]](text, settings_of(flags, *key[:2]))
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
    for (mode, epochs, name), cell in cells.items():
        if mode != mode_before:
            print(f"\n{mode:<10}{'epochs':>7}{'whole s':>10}{'quartiles':>18}{'hogvec is':>11}"
                  f"{'words/s':>10}{'hogvec is':>11}{'similarity':>12}{'analogies':>11}")
            mode_before = mode
        ours = cells[mode, epochs, HOGVEC]
        whole, low, high = timing.summary(cell.whole())
        rate = timing.median(cell.rates()) if cell.rates() else None
        faster = timing.paired_ratio(cell.whole(), ours.whole()).value
        ratio = timing.median(ours.rates()) / rate if rate and ours.rates() else None
        quality = cell.quality()
        print(f"{name:<10.10}{epochs:>7}{whole:>10.2f}{low:>9.2f} -{high:>7.2f}"
              f"{'' if name == HOGVEC else f'{faster:.1f} x':>11}"
              f"{_shown(rate and rate / 1e6, '.3f'):>9}M"
              f"{'' if name == HOGVEC or not ratio else f'{ratio:.1f} x':>11}"
              f"{_shown(quality.get('similarity'), '.3f'):>12}"
              f"{_shown(quality.get('analogies'), '.3f'):>11}")


def show_time_to_quality(cells):
    """Prints after how many seconds each reaches what the best run of another reached."""
    curves = {}
    for (mode, _, name), cell in cells.items():
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


def figures_of(cells, flags):
    """Those of the history."""
    made = []
    for (mode, epochs, name), cell in cells.items():
        base = (f"rivals/{mode}/D:{flags.dim}/threads:{flags.threads}/epochs:{epochs}/{name}")
        quality = cell.quality() or None
        for what, values, unit, better in (("whole", cell.whole(), "s", "lower"),
                                           ("training", cell.rates(), "words/s", "higher")):
            if values:
                middle, low, high = timing.summary(values)
                made.append(history.figure(f"{base}/{what}", middle, unit, low, high, len(values),
                                           better, quality))
        if name != HOGVEC:
            ratio = timing.paired_ratio(cell.whole(), cells[mode, epochs, HOGVEC].whole())
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
    versions = {"fasttext": programs.package_version("fasttext"),
                "gensim": programs.package_version("python3-gensim")}
    print(f"{count_words(text):,} words, D = {flags.dim}, window {flags.window}, "
          f"{flags.negative} negatives, t = {flags.sample:g}, words that occur {flags.min_count} "
          f"times, {flags.threads} threads; medians of {flags.runs} interleaved runs\n"
          f"fastText {versions['fasttext']}, gensim {versions['gensim']}")
    described = machine.describe(folder, True) if flags.history else None
    with tempfile.TemporaryDirectory(prefix="hogvec_bench_") as scratch:
        cells = measure(flags, folder, text, scratch)
    show(cells)
    if len(flags.epochs) > 1 and (flags.wordsim or flags.questions):
        show_time_to_quality(cells)
    if flags.history:
        settings = {name: getattr(flags, name) for name in (
            "mode", "epochs", "dim", "window", "negative", "sample", "alpha", "min_count",
            "threads", "runs")}
        settings |= {"text": os.path.basename(text), "versions": versions}
        history.append(flags.history, history.record("rivals", checkout, described, settings,
                                                     figures_of(cells, flags)))
    return 0
