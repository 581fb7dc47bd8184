"""The settings that tools/bench train runs: one thing varied at a time."""
import contextlib
import dataclasses
import os
import shutil
import tempfile

from bench import BenchError, UsageError, corpus, machine, positive
from bench import runs as timing
from bench.runs import Command

MODES = {
    "skip-gram-ns": ["-cbow", "0"],
    "cbow-ns": ["-cbow", "1"],
    "skip-gram-hs": ["-cbow", "0", "-hs", "1", "-negative", "0"],
    "cbow-hs": ["-cbow", "1", "-hs", "1", "-negative", "0"],
}
LABELS = {"words": "words", "vocab": "V", "dim": "D", "window": "window", "negatives": "K",
          "threads": "threads"}
BASE = {"words": 4_000_000, "vocab": 50_000, "dim": 100, "window": 5, "negatives": 5,
        "threads": 1}
FULL = {"words": [10**6, 4 * 10**6, 16 * 10**6, 64 * 10**6],
        "vocab": [10**4, 3 * 10**4, 10**5, 3 * 10**5, 10**6, 2 * 10**6],
        "dim": [50, 100, 200, 300, 500], "window": [2, 5, 10, 20], "negatives": [2, 5, 10, 20]}
QUICK = {"words": [10**6, 4 * 10**6], "vocab": [10**4, 5 * 10**4, 2 * 10**5],
         "dim": [50, 100, 300], "window": [2, 5, 10], "negatives": [2, 5, 10]}
MOST_TEXT_VALUES = 20_000_000  # more numbers are written in binary: as text they fill disks


@dataclasses.dataclass(frozen=True)
class Setting:
    """One run. text: a file of the user's, which has the words and the vocabulary it has."""
    mode: str
    words: int
    vocab: int
    dim: int
    window: int
    negatives: int
    threads: int
    text: str = None

    @property
    def name(self):
        """That of its figures."""
        parts = [f"train/{self.mode}"]
        if self.text:
            parts.append(f"text:{os.path.basename(self.text).replace('/', '_')}")
        for variable, label in LABELS.items():
            if not (self.text and variable in ("words", "vocab")):
                parts.append(f"{label}:{getattr(self, variable)}")
        return "/".join(parts)

    @property
    def binary(self):
        """Of text the number of words is not known before."""
        return self.vocab * self.dim > MOST_TEXT_VALUES


def core_counts():
    """1, 2, 4 ... and all cores."""
    cores = len(machine.usable_cores())
    return sorted({2**k for k in range(cores.bit_length()) if 2**k < cores} | {cores})


def thread_counts():
    """1, 2, 4 ... all cores, and more threads than that."""
    return sorted({*core_counts(), 16, 64})


def check_modes(names):
    """Errors: UsageError."""
    for name in names:
        if name not in MODES:
            raise UsageError(f"-mode {name}: want one of {', '.join(MODES)}")


def base_of(text, defaults):
    """What runs have in common: the value of -base over the defaults. Errors: UsageError."""
    base = dict(defaults)
    for part in filter(None, text.split(",")):
        name, found, value = part.partition("=")
        if not found or name not in defaults:
            raise UsageError(f"-base {part}: want NAME=NUMBER with a name of {','.join(defaults)}")
        base[name] = positive(f"-base {name}", value)
    return base


def sweep_settings(flags, mode, variable):
    """One setting for each value. A vocabulary brings the text that it needs."""
    made = []
    for value in getattr(flags, variable):
        values = {**flags.base, variable: value}
        if variable != "words":
            values["words"] = max(values["words"], corpus.least_words(values["vocab"]))
        made.append(Setting(mode, **values))
    return made


def plan(flags):
    """({(mode, variable): [Setting]}, all settings once)."""
    sweeps = {}
    for mode in flags.mode:
        for variable in flags.sweep:
            if variable == "negatives" and not mode.endswith("-ns"):
                continue
            sweeps[mode, variable] = sweep_settings(flags, mode, variable)
        base = Setting(mode, **flags.base)
        if not flags.sweep and not flags.text:
            sweeps[mode, "base"] = [base]
        if flags.text:
            sweeps[mode, "text"] = [dataclasses.replace(base, text=one) for one in flags.text]
    settings = list(dict.fromkeys(one for some in sweeps.values() for one in some))
    if len({one.name for one in settings}) < len(settings):
        raise UsageError("-text: two texts have the same name; give one of them another")
    check_words(settings)
    return sweeps, settings


def check_words(settings):
    """Errors: UsageError for a text that would be too short for its vocabulary."""
    for one in settings:
        if not one.text and one.words < corpus.least_words(one.vocab):
            raise UsageError(f"{one.words} words hold no vocabulary of {one.vocab}: want at least "
                             f"{corpus.least_words(one.vocab)}; give other -words, -vocab or -base")


def texts_of(settings, cache):
    """{setting: path}; makes what is missing. Errors: BenchError, also for a disk too small."""
    folder = corpus.cache_folder(cache)
    wanted = {(one.words, one.vocab) for one in settings if not one.text}
    missing = sum(5 * words for words, vocab in wanted if not os.path.exists(
        corpus.zipf_path(words, vocab, 1, cache)))
    missing += sum(os.path.getsize(one) for one in {one.text for one in settings if one.text}
                   if os.path.isfile(one))
    there = folder
    while not os.path.isdir(there):
        there = os.path.dirname(there)
    free = shutil.disk_usage(there).free
    if missing > free * 0.9:
        raise BenchError(f"{folder}: wants {missing / 1e6:,.0f} MB for texts and has "
                         f"{free / 1e6:,.0f} MB free; give less -words or another -cache")
    return {one: corpus.lines_of(one.text, cache, print) if one.text
            else corpus.zipf_text(one.words, one.vocab, 1, cache, print) for one in settings}


def run_all(settings, program, texts, rounds):
    """{name: [Run]} of all settings in turns."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hogvec_bench_"))
        stack.callback(timing.end_progress)
        commands = [command_of(one, program, texts[one], folder) for one in settings]
        return timing.interleave(commands, rounds, on_run=timing.progress)


def command_of(setting, program, text, folder):
    """min-count 1: every word of generated text counts; of a user's text as word2vec does."""
    report, output = os.path.join(folder, "report.json"), os.path.join(folder, "vectors")
    argv = [program, "-train", text, "-output", output, "-report", report, "-debug", "0",
            "-iter", "1", "-size", str(setting.dim), "-window", str(setting.window),
            "-negative", str(setting.negatives), *MODES[setting.mode],
            "-threads", str(setting.threads), "-binary", str(int(setting.binary))]
    if not setting.text:
        argv += ["-min-count", "1"]
    return Command(setting.name, argv, machine.cores_for(setting.threads), report=report,
                          outputs=[output])
