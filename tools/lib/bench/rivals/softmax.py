"""tools/bench rivals -softmax: the full softmax beside NumPy, PyTorch and fastText."""
import os
import shlex
import sys
import tempfile

from bench import BenchError, UsageError, history, machine
from bench import runs as timing
from bench.rivals import equal_time
from bench.rivals.contest import (OURS, Contest, fasttext_rate, hogvec_rate, module, prepare_text,
                                  worker_rate)
from bench.rivals.programs import package_version, require_package

_BATCHES = (32, 128, 1024)
_NUMPY = ("numpy-textbook", "numpy", "numpy+sgemm")
_TORCH = ("torch", "autograd", "torch-bf16", "autograd-bf16")
# OpenBLAS takes its oldest kernels for a processor that is younger than itself: the best of those
# that run is taken, in the rivals' favour. None: what it takes by itself.
_CORES = (None, "Haswell", "SkylakeX", "Cooperlake", "SapphireRapids", "Zen")
_CHOICE_SECONDS = 0.5
_GRADIENT_TOLERANCE = 1e-4  # floats over 56 words; hogvec's are read with six decimals
_BF16_TOLERANCE = 2e-2  # a rounding is 2^-8 at most, and four batches build on each other


def check_gradients(contest, forms):
    """{name: difference}. Errors: BenchError where one is not small."""
    found = module(contest, "gradient_check", contest.program, *forms)
    for name, difference in found.items():
        if not difference <= (_BF16_TOLERANCE if "bf16" in name else _GRADIENT_TOLERANCE):
            raise BenchError(f"{name}: its gradient is not that of the others: off by "
                             f"{difference:.1e} of the largest value; do not time it")
    return found


def choose(contest, forms, tell):
    """[(form, batch)] to be timed: the best batch of each form, and NumPy's first two with 128.
    Sets contest.core."""
    told = {}
    for core in _CORES:
        contest.core = core
        try:
            one = worker_rate(contest, "numpy+sgemm", 128, _CHOICE_SECONDS)
        except BenchError:
            continue  # kernels that this processor cannot run
        name = one["blas"]["core"] if one["blas"] else "?"
        told[name] = max(told.get(name, (0, None)), (one["centers_per_second"], core or ""))
    if not told:
        worker_rate(contest, "numpy+sgemm", 128, _CHOICE_SECONDS)  # says why
    contest.core = max(told.values())[1] or None
    tell("OpenBLAS kernels, centers/s of NumPy: " +
         ", ".join(f"{name} {rate:,.0f}" for name, (rate, _) in told.items()))
    best = []
    for form in forms:
        rates = {batch: worker_rate(contest, form, batch, _CHOICE_SECONDS)["centers_per_second"]
                 for batch in _BATCHES}
        tell(f"{form}: " + ", ".join(f"B = {b}: {rate:,.0f}" for b, rate in rates.items()))
        best.append((form, max(rates, key=rates.get)))
    named = [(form, 128) for form in _NUMPY[:2]]
    return named + [one for one in best if one not in named]


def _verify_blas(told, threads):
    blas = told["blas"]
    if not blas:
        raise BenchError("NumPy's BLAS is not OpenBLAS with threads: apt-get install "
                         "libopenblas0-pthread")
    if blas["threads"] != threads:
        raise BenchError(f"{blas['library']}: has {blas['threads']} threads, not {threads}")


def forms_of(tell):
    """The forms whose packages are there. NumPy has to be."""
    require_package("numpy", "python3-numpy")
    require_package("scipy", "python3-scipy")
    try:
        require_package("torch", "python3-torch")
    except BenchError as error:
        tell(f"without PyTorch: {error}")
        return _NUMPY
    return (*_NUMPY, *_TORCH)


def chosen_of(flags):
    """-forms numpy:128,torch:512 as [(form, batch)]. Errors: UsageError."""
    chosen = []
    for part in filter(None, flags.forms.split(",")):
        form, _, batch = part.partition(":")
        if form not in (*_NUMPY, *_TORCH) or not batch.isdigit() or not 1 <= int(batch) <= 4096:
            raise UsageError(f"-forms {part}: want FORM:BATCH, the form one of "
                             f"{', '.join((*_NUMPY, *_TORCH))}")
        chosen.append((form, int(batch)))
    return chosen


def main(flags, bin_folder, checkout):
    """The exit code. checkout: of history.checkout_state()."""
    def tell(text):
        print(text, flush=True)

    forms, chosen = forms_of(tell), chosen_of(flags)
    described = machine.describe(bin_folder, True) if flags.history else None
    with tempfile.TemporaryDirectory(prefix="hogvec_bench_") as folder:
        text, held_out = prepare_text(flags.text, flags.vocab, folder)
        contest = Contest(text, os.path.join(bin_folder, "word2vec"), flags.vocab, flags.dim,
                          flags.window, flags.threads, flags.seconds, folder,
                          shlex.split(flags.through), flags.core or None, held_out)
        found = check_gradients(contest, forms)
        tell("gradients against Rong's equations in double, largest difference: " +
             ", ".join(f"{name} {difference:.0e}" for name, difference in found.items()))
        chosen = chosen or choose(contest, forms, tell)
        told = worker_rate(contest, *chosen[0], _CHOICE_SECONDS)
        _verify_blas(told, flags.threads)
        rates = interleave(contest, chosen, flags.runs)
        reached = equal_time.train_all(contest, chosen, rates) if held_out else []
    versions = {**told["versions"], "fasttext": package_version("fasttext"),
                "torch": package_version("python3-torch"), "blas": told["blas"]}
    figures = show(contest, rates, versions, tell) + equal_time.show(contest, reached, tell)
    if flags.history:
        settings = {"vocab": flags.vocab, "dim": flags.dim, "window": flags.window,
                    "threads": flags.threads, "runs": flags.runs, "text": flags.text or "zipf",
                    "versions": versions, "mode": "softmax"}
        history.append(flags.history,
                       history.record("rivals", checkout, described, settings, figures))
    return 0


def interleave(contest, chosen, runs):
    """{name: [centers/s]}, in turns; each round begins with another."""
    turns = [(name, lambda more=more: hogvec_rate(contest, more)) for name, more in OURS.items()]
    turns.append(("fastText", lambda: fasttext_rate(contest)))
    for form, batch in chosen:
        turns.append((f"{form} B={batch}", lambda form=form, batch=batch:
                      worker_rate(contest, form, batch)["centers_per_second"]))
    rates = {name: [] for name, _ in turns}
    for turn in range(runs):
        first = turn % len(turns)
        for name, measure in turns[first:] + turns[:first]:
            if sys.stderr.isatty():
                sys.stderr.write(f"\r\033[Kround {turn + 1}/{runs} {name}")
                sys.stderr.flush()
            rates[name].append(measure())
    timing.end_progress()
    return rates


def show(contest, rates, versions, tell):
    """Prints the table; returns the figures of the history."""
    blas = versions["blas"]
    tell(f"\nNumPy {versions['numpy']} and PyTorch {versions['torch']} compute with "
         f"{blas['library']}, {blas['core']}, {blas['threads']} threads; "
         f"fastText {versions['fasttext']}")
    tell(f"full softmax, skip-gram, V = {contest.vocabulary:,}, D = {contest.dim}, window "
         f"{contest.window}, {contest.threads} threads; medians of {len(rates['hogvec'])} "
         "interleaved runs\n")
    tell(f"{'':<20}{'centers/s':>12}{'quartiles':>22}{'hogvec / it':>14}{'95 % interval':>16}")
    figures, base = [], f"softmax/V:{contest.vocabulary}/D:{contest.dim}/threads:{contest.threads}"
    for name, values in rates.items():
        middle, low, high = timing.summary(values)
        ratio = timing.paired_ratio(rates["hogvec"], values)
        line = f"{name:<20}{middle:>12,.0f}{low:>12,.0f} -{high:>8,.0f}"
        if name != "hogvec":
            line += f"{ratio.value:>14.2f}{ratio.low:>9.2f} -{ratio.high:>5.2f}"
            if ratio.confidence < 0.95:
                line += f" ({ratio.confidence:.0%})"
            figures.append(history.figure(f"{base}/hogvec over {name}", ratio.value, "ratio",
                                          ratio.low, ratio.high, len(values)))
        tell(line)
        figures.append(history.figure(f"{base}/{name}", middle, "centers/s", low, high,
                                      len(values)))
    return figures
