"""What the rivals of the full softmax share: the text, the settings, and how each is run."""
import collections
import dataclasses
import json
import os
import re
import subprocess
import sys

from bench import ROOT, BenchError, corpus
from bench import runs as timing
from bench.rivals.programs import read_json

# Ours, and the flags that make them. What the others are held against comes first.
OURS = {"hogvec": (), "hogvec bf16": ("-softmax-precision", "bf16"),
        "hogvec exact": ("-softmax-exact", "1")}
_ALPHA, _ALPHA_BATCH = 0.025, 32  # ours
_HELD_OUT_WORDS = 20_000
_FASTTEXT_LINE = 50  # words; it counts what it trained at the end of a line


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


def module(contest, name, *arguments):
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
        raise BenchError(f"bench.rivals.{name} {' '.join(map(str, arguments))}: {last[0]}")
    return json.loads(out)


def worker_rate(contest, form, batch, seconds=None):
    """JSON of worker.py that times steps: "centers_per_second", "blas", "versions"."""
    return module(contest, "worker", *_worker_arguments(contest, form, batch),
                  seconds or contest.seconds, alphas(batch)[0])


def worker_training(contest, form, batch, seconds, alpha, rate):
    """JSON of worker.py that trains for so long, at about so many centers a second: "centers",
    "perplexity"."""
    return module(contest, "worker", *_worker_arguments(contest, form, batch), seconds, alpha,
                  contest.held_out, rate)


def _worker_arguments(contest, form, batch):
    return contest.text, form, batch, contest.dim, contest.window, contest.threads


def alphas(batch):
    """Learning rates at the start, from the least: ours, and for larger batches, whose sums it may
    be too much for, also less."""
    least = _ALPHA * min(1, _ALPHA_BATCH / batch)
    return sorted({least, (_ALPHA * least) ** 0.5, _ALPHA})


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
