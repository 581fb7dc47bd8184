"""tools/bench rivals -softmax: the full softmax beside NumPy, PyTorch and fastText."""
import collections
import dataclasses
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

from bench import ROOT, BenchError, UsageError, corpus, history, machine
from bench import runs as timing
from bench.rivals.programs import package_version, read_json, require_package

_BATCHES = (32, 128, 1024)
_NUMPY = ("numpy-textbook", "numpy", "numpy+sgemm")
_TORCH = ("torch", "autograd", "torch-bf16", "autograd-bf16")
# Ours, and the flags that make them. What the others are held against comes first.
_OURS = {"hogvec": (), "hogvec bf16": ("-softmax-precision", "bf16"),
         "hogvec exact": ("-softmax-exact", "1")}
_HELD_OUT_WORDS = 20_000
# Learning rates at the start: ours, and for larger batches, whose sums it may be too much for,
# also less. The best of them counts.
_ALPHA, _ALPHA_BATCH = 0.025, 32
_LEARNING_BATCH = 128
# OpenBLAS takes its oldest kernels for a processor that is younger than itself: the best of those
# that run is taken, in the rivals' favour. None: what it takes by itself.
_CORES = (None, "Haswell", "SkylakeX", "Cooperlake", "SapphireRapids", "Zen")
_CHOICE_SECONDS = 0.5
_FASTTEXT_LINE = 50  # words; it counts what it trained at the end of a line
_GRADIENT_TOLERANCE = 1e-4  # floats over 56 words; hogvec's are read with six decimals
_BF16_TOLERANCE = 2e-2  # a rounding is 2^-8 at most, and four batches build on each other


@dataclasses.dataclass
class Contest:
    """What all rivals share."""
    text: str
    program: str  # word2vec
    vocabulary: int
    dim: int
    window: int
    threads: int
    seconds: float
    folder: str
    through: list  # begins every timed command
    core: str = None
    held_out: str = None  # a text; None: there is none that says anything


def prepare_text(text, vocabulary, folder):
    """(path, path of other text or None) of a text with exactly that many words, </s> being one:
    a generated one, whose words have nothing to do with each other, or the given one without its
    rarer words. Errors: BenchError."""
    if not text:
        return corpus.zipf_text(corpus.least_words(vocabulary), vocabulary - 1, 1, folder), None
    try:
        with open(text, "rb") as file:
            words = file.read(1 << 28).split()  # 256 MiB hold more than anybody trains here
    except OSError as error:
        raise BenchError(f"-text {text}: {error.strerror}; name a text") from error
    end = len(words) - min(_HELD_OUT_WORDS, len(words) // 20)
    words, held_out_words = words[:end], words[end:]
    kept = collections.Counter(words).most_common(vocabulary - 1)
    if len(kept) < vocabulary - 1:
        raise BenchError(f"-text {text}: has {len(kept)} words, -vocab {vocabulary} wants "
                         f"{vocabulary - 1} and </s>")
    # As short as can be: the last words to come must be in it.
    names, missing, cut = {word for word, _ in kept}, {word for word, _ in kept}, []
    for word in words:
        if word in names:
            cut.append(word)
            missing.discard(word)
            if not missing and len(cut) >= corpus.least_words(vocabulary):
                break
    path, held_out = os.path.join(folder, "text"), os.path.join(folder, "held_out")
    write_lines(path, cut, corpus.LINE_WORDS)
    write_lines(held_out, [word for word in held_out_words if word in names], corpus.LINE_WORDS)
    return path, held_out if os.path.getsize(held_out) else None


def write_lines(path, words, length):
    """words: bytes, so many a line."""
    with open(path, "wb") as file:
        for begin in range(0, len(words), length):
            file.write(b" ".join(words[begin:begin + length]) + b"\n")


def _output(contest, argv, env=None, stderr=None):
    """What a timed command prints, and its exit code."""
    argv = [*contest.through, *argv]
    with timing.child(argv, stdout=subprocess.PIPE, stderr=stderr or subprocess.PIPE,
                      env={**os.environ, **(env or {})}) as process:
        out, err = process.communicate()
    return process.returncode, out, err or b""


def _module(contest, name, *arguments):
    """JSON of a module of ours in a process of its own. Errors: BenchError with its last line."""
    threads = str(contest.threads)
    # Passive: idle threads of PyTorch would spin on the cores that OpenBLAS's want.
    env = {"PYTHONPATH": os.path.join(ROOT, "tools", "lib"), "OPENBLAS_NUM_THREADS": threads,
           "OMP_NUM_THREADS": threads, "OMP_WAIT_POLICY": "passive"}
    if contest.core:
        env["OPENBLAS_CORETYPE"] = contest.core
    code, out, err = _output(contest, [sys.executable, "-B", "-m", f"bench.rivals.{name}",
                                       *map(str, arguments)], env)
    if code != 0:
        last = err.decode("utf-8", "replace").strip().splitlines()[-1:] or [f"exit code {code}"]
        raise BenchError(f"bench.rivals.{name} {' '.join(map(str, arguments[1:3]))}: {last[0]}")
    return json.loads(out)


def worker(contest, form, batch, seconds=None, *of_training):
    """JSON of worker.py. Errors: BenchError with its last line."""
    return _module(contest, "worker", contest.text, form, batch, contest.dim, contest.window,
                   contest.threads, seconds or contest.seconds, *of_training)


def hogvec_epoch(contest, more=()):
    """(centers, seconds) of an epoch of word2vec -softmax 1 and more flags."""
    report = os.path.join(contest.folder, "report.json")
    code, _, err = _output(contest, [
        contest.program, "-train", contest.text, "-output",
        os.path.join(contest.folder, "vectors"), "-cbow", "0", "-negative", "0",
        "-softmax", "1", "-sample", "0", "-min-count", "1", "-size", str(contest.dim), "-window",
        str(contest.window), "-threads", str(contest.threads), "-iter", "1", "-debug", "0",
        "-report", report, *more])
    if code != 0:
        raise BenchError(f"{contest.program}: exit code {code}: {err.decode(errors='replace')}")
    told = read_json(report, "hogvec")
    found = timing.member(told, "vocabulary")
    if found != contest.vocabulary:
        raise BenchError(f"{contest.text}: word2vec found {found} words, not {contest.vocabulary}")
    return timing.member(told, "examples"), timing.member(told, "seconds", "train")


def hogvec_rate(contest, more=()):
    """Centers per second of an epoch."""
    centers, seconds = hogvec_epoch(contest, more)
    return centers / seconds


def fasttext_rate(contest):
    """Words, which are its centers, per second; read off its progress, since an epoch over the
    vocabulary would take minutes. Errors: BenchError."""
    path = os.path.join(contest.folder, "short-lines")
    if not os.path.exists(path):
        with open(contest.text, "rb") as file:
            write_lines(path, file.read().split(), _FASTTEXT_LINE)
    argv = ["fasttext", "skipgram", "-input", path, "-output",
            os.path.join(contest.folder, "fasttext"), "-loss", "softmax", "-dim", str(contest.dim),
            "-ws", str(contest.window), "-epoch", "1", "-minCount", "1", "-t", "1", "-minn", "0",
            "-maxn", "0", "-bucket", "0", "-lr", "0.025", "-thread", str(contest.threads)]
    for seconds in (3 * contest.seconds, 9 * contest.seconds):  # again if it came to no end of line
        _, _, err = _output(contest, ["timeout", "-s", "KILL", str(seconds), *argv])
        told = [int(found) for found in re.findall(rb"words/sec/thread:\s*(\d+)", err)]
        # Between two ends of lines the rate falls, at an end it is right.
        rate = max(told[len(told) // 2:], default=0)
        if rate:
            return rate * contest.threads
    last = err.decode("utf-8", "replace").strip().splitlines()[-1:] or ["it said nothing"]
    raise BenchError(f"fasttext: no progress in {seconds:g} s: {last[0]}; a longer -seconds")


def check_gradients(contest, forms):
    """{name: difference}. Errors: BenchError where one is not small."""
    env = {**os.environ, "PYTHONPATH": os.path.join(ROOT, "tools", "lib")}
    with timing.child([sys.executable, "-B", "-m", "bench.rivals.gradient_check", contest.program,
                       *forms], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as made:
        out, err = made.communicate()
    if made.returncode != 0:
        last = err.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no message"]
        raise BenchError(f"the check of the gradients: {last[0]}")
    found = json.loads(out)
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
            one = worker(contest, "numpy+sgemm", 128, _CHOICE_SECONDS)
        except BenchError:
            continue  # kernels that this processor cannot run
        name = one["blas"]["core"] if one["blas"] else "?"
        told[name] = max(told.get(name, (0, None)), (one["centers_per_second"], core or ""))
    if not told:
        worker(contest, "numpy+sgemm", 128, _CHOICE_SECONDS)  # says why
    contest.core = max(told.values())[1] or None
    tell("OpenBLAS kernels, centers/s of NumPy: " +
         ", ".join(f"{name} {rate:,.0f}" for name, (rate, _) in told.items()))
    best = []
    for form in forms:
        rates = {batch: worker(contest, form, batch, _CHOICE_SECONDS)["centers_per_second"]
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
        told = worker(contest, *chosen[0], _CHOICE_SECONDS)
        _verify_blas(told, flags.threads)
        rates = interleave(contest, chosen, flags.runs)
        reached = equal_time(contest, chosen, rates) if held_out else []
    versions = {**told["versions"], "fasttext": package_version("fasttext"),
                "torch": package_version("python3-torch"), "blas": told["blas"]}
    figures = show(contest, rates, versions, tell) + show_reached(contest, reached, tell)
    if flags.history:
        settings = {"vocab": flags.vocab, "dim": flags.dim, "window": flags.window,
                    "threads": flags.threads, "runs": flags.runs, "text": flags.text or "zipf",
                    "versions": versions, "mode": "softmax"}
        history.append(flags.history,
                       history.record("rivals", checkout, described, settings, figures))
    return 0


def interleave(contest, chosen, runs):
    """{name: [centers/s]}, in turns; each round begins with another."""
    turns = [(name, lambda more=more: hogvec_rate(contest, more)) for name, more in _OURS.items()]
    turns.append(("fastText", lambda: fasttext_rate(contest)))
    for form, batch in chosen:
        turns.append((f"{form} B={batch}", lambda form=form, batch=batch:
                      worker(contest, form, batch)["centers_per_second"]))
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


def equal_time(contest, chosen, rates):
    """[(name, seconds, centers, perplexity)]: of an epoch of ours, and of rivals with the same
    products that train for as long."""
    reached = []
    for ours, half in (("hogvec", False), ("hogvec bf16", True)):
        paths = [os.path.join(contest.folder, name) for name in ("vectors", "contexts")]
        centers, seconds = hogvec_epoch(contest, (*_OURS[ours], "-output-context",
                                                  paths[1]))
        told = _module(contest, "held_out", *paths, contest.held_out, contest.window)
        reached.append((ours, seconds, centers, told["perplexity"]))
        # What trains most centers a second may learn less of each: the smaller batch too.
        for form, batch in sorted({(form, size) for form, fastest in chosen
                                   for size in (fastest, min(fastest, _LEARNING_BATCH))}):
            if form.endswith("-bf16") != half:
                continue
            rate = max(max(told) for name, told in rates.items() if name.startswith(f"{form} B="))
            runs = [worker(contest, form, batch, seconds, contest.held_out, alpha, rate)
                    for alpha in _alphas(batch)]
            best = min(runs, key=lambda told: told["perplexity"])
            reached.append((f"{form} B={batch}", seconds, best["centers"], best["perplexity"]))
    return reached


def _alphas(batch):
    least = _ALPHA * min(1, _ALPHA_BATCH / batch)
    return sorted({_ALPHA, (_ALPHA * least) ** 0.5, least})


def show_reached(contest, reached, tell):
    """Prints the table of equal_time(); returns the figures of the history."""
    if not reached:
        tell("\nno perplexity: words at random have nothing to learn; name a text")
        return []
    tell("\nperplexity of the end of the text, which nobody trained on, after an epoch of ours, and "
         "equal time of others\n")
    tell(f"{'':<20}{'seconds':>12}{'centers':>12}{'perplexity':>12}")
    base = f"softmax/V:{contest.vocabulary}/D:{contest.dim}/threads:{contest.threads}"
    for name, seconds, centers, value in reached:
        tell(f"{name:<20}{seconds:>12.1f}{centers:>12,}{value:>12.1f}")
    return [history.figure(f"{base}/{name}/perplexity", value, "perplexity", better="lower")
            for name, _, _, value in reached]


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
