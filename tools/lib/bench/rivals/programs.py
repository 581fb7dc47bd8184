"""The programs that others wrote: which are there, and how each is told the same settings."""
import contextlib
import dataclasses
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time

from bench import ROOT, BenchError
from bench.runs import child, member

# cbow, hs
MODES = {"skip-gram-ns": (0, 0), "skip-gram-hs": (0, 1), "cbow-ns": (1, 0), "cbow-hs": (1, 1)}
PROGRAMS = ("hogvec", "fastText", "gensim")  # that are there without -rival
LIBRARY = os.path.join(ROOT, "tools", "lib")
_PROGRESS = re.compile(rb"rogress:")  # of fastText, of word2vec.c, and of what descends from them
_KEPT = 4000  # bytes of what a program said last


@dataclasses.dataclass
class Settings:
    """Equal for all programs. Names as the flags of word2vec."""
    mode: str
    size: int
    window: int
    negative: int
    sample: float
    alpha: float
    epochs: int
    min_count: int
    threads: int

    @property
    def cbow(self):
        """1 or 0."""
        return MODES[self.mode][0]

    @property
    def hs(self):
        """1 or 0."""
        return MODES[self.mode][1]

    @property
    def noise(self):
        """Negatives; 0 with hierarchical softmax."""
        return 0 if self.hs else self.negative


@dataclasses.dataclass
class Result:
    """Seconds of the whole process, of training alone (None where it does not tell), of all cores
    together; bytes; and the vector file."""
    whole: float
    training: float
    cpu: float
    max_rss: int
    vectors: str


def require_package(module, package):
    """Errors: BenchError that names the Debian package of a Python module."""
    if importlib.util.find_spec(module) is None:
        raise BenchError(f"{module} is missing for {sys.executable}: apt-get install {package}")


def require_program(program, package):
    """Errors: BenchError that names the Debian package of a program."""
    if shutil.which(program) is None:
        raise BenchError(f"{program} is missing: apt-get install {package}")


def package_version(package):
    """As dpkg tells it, "?" where it does not."""
    try:
        done = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], capture_output=True,
                              text=True, check=False)
    except OSError:
        return "?"
    return done.stdout.strip() or "?"


def rivals_of(named):
    """{name: path} of -rival NAME=PATH. Errors: BenchError."""
    found = {}
    for text in named:
        name, equal, path = text.partition("=")
        if not equal or not re.fullmatch(r"[\w.+-]{1,40}", name):
            raise BenchError(f"-rival {text}: want NAME=PATH, the name of letters and digits")
        if name in found or name in PROGRAMS:
            raise BenchError(f"-rival {text}: there is a {name} already; another name")
        if not os.path.isfile(path) or not os.access(path, os.X_OK):
            raise BenchError(f"-rival {text}: {path} is no program; name one that can be run")
        found[name] = os.path.abspath(path)
    return found


def run_word2vec(name, program, text, settings, folder, report=False):
    """A program with the flags of word2vec; report: it has hogvec's -report too."""
    vectors = os.path.join(folder, "vectors.bin")
    argv = [program, "-train", text, "-output", vectors, "-binary", "1",
            "-cbow", settings.cbow, "-hs", settings.hs, "-negative", settings.noise,
            "-size", settings.size, "-window", settings.window, "-sample", settings.sample,
            "-alpha", settings.alpha, "-iter", settings.epochs, "-min-count", settings.min_count,
            "-threads", settings.threads]
    told = os.path.join(folder, "report.json")
    result = _run(name, argv + (["-report", told] if report else []), vectors)
    if report:
        result.training = member(read_json(told, name), "seconds", "train")
    return result


def run_fasttext(text, settings, folder):
    """fastText without n-grams, which makes its vectors those of words. It draws its noise by the
    square root of the frequency, the others by its power of 3/4, and it has no flag for that."""
    base = os.path.join(folder, "fasttext")
    argv = ["fasttext", "cbow" if settings.cbow else "skipgram", "-input", text, "-output", base,
            "-loss", "hs" if settings.hs else "ns", "-neg", settings.negative,
            "-dim", settings.size, "-ws", settings.window, "-t", settings.sample or 1,
            "-lr", settings.alpha, "-epoch", settings.epochs, "-minCount", settings.min_count,
            "-thread", settings.threads, "-minn", 0, "-maxn", 0, "-bucket", 0]
    return _run("fastText", argv, f"{base}.vec")


def run_gensim(text, settings, folder):
    """gensim by corpus_file, whose workers read the text themselves: its fastest way."""
    vectors, told = os.path.join(folder, "vectors.bin"), os.path.join(folder, "gensim.json")
    argv = [sys.executable, "-B", "-m", "bench.rivals.gensim_train", text, vectors, told,
            json.dumps({**dataclasses.asdict(settings), "cbow": settings.cbow, "hs": settings.hs,
                        "negative": settings.noise})]
    path = os.pathsep.join(filter(None, [LIBRARY, os.environ.get("PYTHONPATH")]))
    result = _run("gensim", argv, vectors, {"PYTHONPATH": path})
    result.training = member(read_json(told, "gensim"), "training")
    return result


def read_json(path, name):
    """What a program reports. Errors: BenchError."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        raise BenchError(f"{name}: no report: {error}") from error


def _run(name, argv, vectors, env=None):
    """Training is the time from the first to the last line of progress. Errors: BenchError with
    the last line that a failed program printed."""
    start, seen, said = time.monotonic(), [], b""
    with child(list(map(str, argv)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
               env={**os.environ, **(env or {})}) as process:
        while block := os.read(process.stdout.fileno(), 1 << 16):
            said = (said + block)[-_KEPT:]
            if _PROGRESS.search(block):
                seen.append(time.monotonic())
        _, status, usage = os.wait4(process.pid, 0)
        whole = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
    if process.returncode != 0 or not os.path.exists(vectors):
        lines = [line for line in re.split(r"[\r\n]+", said.decode("utf-8", "replace"))
                 if line.strip()]
        raise BenchError(f"{name}: exit code {process.returncode}, "
                         f"{'no' if process.returncode == 0 else 'so no'} vectors: "
                         f"{lines[-1].strip() if lines else 'it said nothing'}")
    training = seen[-1] - seen[0] if len(seen) > 2 else None
    return Result(whole, training or None, usage.ru_utime + usage.ru_stime,
                  usage.ru_maxrss * 1024, vectors)


def quality(evaluate, vectors, word_pairs, questions, folder):
    """{"similarity": Spearman, "analogies": 3CosAdd}, as far as files were given: means over them.
    Errors: BenchError."""
    if not word_pairs and not questions:
        return {}
    told = os.path.join(folder, "quality.json")
    argv = [evaluate, vectors, "-json", told]
    for path in word_pairs:
        argv += ["-similarity", path]
    for path in questions:
        argv += ["-analogies", path]
    done = subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise BenchError(f"{evaluate}: {last[0]}")
    report, found = read_json(told, "evaluate"), {}
    number = (int, float, type(None))
    scores = {"similarity": [member(one, "spearman", kind=number)
                             for one in member(report, "similarity", kind=list)],
              "analogies": [member(one, "all", "3cosadd", kind=number)
                            for one in member(report, "analogies", kind=list)]}
    for name, values in scores.items():
        if values and None not in values:  # null: no question with known words
            found[name] = sum(values) / len(values)
    return found


def clean(folder):
    """Between two runs: nobody finds what another left."""
    for entry in os.scandir(folder):
        with contextlib.suppress(OSError):
            os.unlink(entry.path)
