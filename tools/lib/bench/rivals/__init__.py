"""tools/bench rivals: word2vec beside the other programs of the field."""
import math
import os

from bench import ROOT, BenchError, Flags, UsageError, history, positive
from bench import runs as timing
from bench.rivals.programs import MODES, PROGRAMS, require_package, require_program, rivals_of

USAGE = """usage: tools/bench rivals [FLAG VALUE]...
       tools/bench rivals -softmax [FLAG VALUE]...

Trains with word2vec, fastText and gensim by equal settings, in turns, and tells speed and quality.

  -text FILE        any text, cut into lines of 1000 words (generated text)
  -words N          of the generated text (1000000), of 30,000 different ones
  -mode LIST        skip-gram-ns,skip-gram-hs,cbow-ns,cbow-hs (skip-gram-ns)
  -epochs LIST      one run each (1): 1,2,5 makes a curve of quality over time, since the learning
                    rate falls over a run and no run passes where a shorter one ends
  -programs LIST    hogvec is always one (hogvec,fastText,gensim)
  -rival NAME=PATH  a program with the flags of word2vec; may be repeated
  -wordsim FILE     pairs for `evaluate -similarity`; may be repeated
  -questions FILE   questions for `evaluate -analogies`; may be repeated
  -dim N  -window N  -negative N  -threads N  -min-count N      (100, 5, 5, 2, 5)
  -sample X                                                     (1e-3)
  -alpha LIST       one run each (0.025, with CBOW 0.05)
  -target S/A       also tell the seconds of training until Spearman is S and 3CosAdd A, in the
                    best of all -epochs and -alpha; may be repeated; with -wordsim and -questions
  -runs N           rounds: every program once, then all again (3; with -softmax 5)
  -history FILE     append the figures as one JSON line
  -cache FOLDER     where texts stay (~/.cache/hogvec)
  -build FOLDER     a Release build, made where there is none (build/)
  -bin FOLDER       programs that are built already, instead of -build

-softmax: the full softmax beside NumPy, PyTorch and fastText -loss softmax. -text, -dim, -window,
-threads, -runs, -history, -build, -bin as above; with -text, also the perplexity of its
end, which nobody trained on, after equal time; and
  -vocab N          words, </s> being one (10000); of a text those that are most frequent
  -seconds X        of each timed run of NumPy and PyTorch (2)
  -forms LIST       what to time, FORM:BATCH of numpy-textbook, numpy, numpy+sgemm, torch,
                    autograd, torch-bf16, autograd-bf16 (each with the best of 32, 128 and 1024)
  -core NAME        kernels of OpenBLAS (the best; with -forms, what it takes by itself)
  -through COMMAND  begins each timed command

Examples
  tools/bench rivals -mode skip-gram-ns,cbow-ns
  tools/bench rivals -text ~/wiki.txt -epochs 1,2,5 -wordsim wordsim353.tsv -questions questions.txt
  tools/bench rivals -text ~/wiki.txt -epochs 1,2,3,4,5 -alpha 0.025,0.035 -target 0.6/0.25 \
    -wordsim wordsim353.tsv -questions questions.txt
  tools/bench rivals -rival reference=~/word2vec/word2vec -history ~/hogvec.jsonl
  tools/bench rivals -softmax"""

_SOFTMAX_ONLY = ("vocab", "seconds", "core", "forms", "through")
_TRAINING_ONLY = ("words", "mode", "epochs", "programs", "rival", "wordsim", "questions",
                  "negative", "min-count", "sample", "alpha", "target")


def flags_of(arguments):
    """Errors: UsageError."""
    flags = Flags("rivals", USAGE, {
        "text": "", "words": 10**6, "mode": "skip-gram-ns", "epochs": [1],
        "programs": ",".join(PROGRAMS), "rival": [],
        "wordsim": [], "questions": [], "dim": 100, "window": 5, "negative": 5, "threads": 2,
        "min-count": 5,
        "sample": "1e-3", "alpha": "", "target": [], "runs": 3, "history": "", "cache": "",
        "build": os.path.join(ROOT, "build"), "bin": "", "vocab": 10_000, "seconds": "2",
        "forms": "", "core": "", "through": ""}, ["softmax"]).parse(arguments)
    for name in _TRAINING_ONLY if flags.softmax else _SOFTMAX_ONLY:
        if name in flags.given:
            raise UsageError(f"-{name}: {'not with' if flags.softmax else 'only with'} -softmax")
    flags.mode = flags.mode.split(",")
    for mode in flags.mode:
        if mode not in MODES:
            raise UsageError(f"-mode {mode}: want some of {','.join(MODES)}")
    flags.sample = _number("-sample", flags.sample, 0, 1)
    flags.alpha = sorted({_number("-alpha", one, 1e-9, 10) for one in flags.alpha.split(",")
                          if flags.alpha})
    flags.target = [_target(one) for one in flags.target]
    if flags.target and not (flags.wordsim and flags.questions):
        raise UsageError("-target: is of both; name test sets with -wordsim and -questions")
    flags.programs = flags.programs.split(",")
    for name in flags.programs:
        if name not in PROGRAMS:
            raise UsageError(f"-programs {name[:80]}: want some of {','.join(PROGRAMS)}")
    flags.seconds = _number("-seconds", flags.seconds, 0.1, 600)
    if flags.softmax and "runs" not in flags.given:
        flags.runs = 5
    if flags.text and "words" in flags.given:
        raise UsageError("-words: is of generated text, not of -text")
    positive("-vocab", str(flags.vocab - 1), 10**6)
    positive("-threads", str(flags.threads), 1024)
    return flags


def _number(flag, text, least, most):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise UsageError(f"{flag} {text}: want a number from {least} to {most}")
    return value


def _target(text):
    """(similarity, analogies). Errors: UsageError."""
    similarity, slash, analogies = text.partition("/")
    if not slash:
        raise UsageError(f"-target {text[:80]}: want SIMILARITY/ANALOGIES, as 0.6/0.25")
    return tuple(_number("-target", one, -1, 1) for one in (similarity, analogies))


def main(arguments):
    """The exit code. Errors: BenchError."""
    flags = flags_of(arguments)
    if flags.history:
        history.check_writable(flags.history)
    if flags.softmax or "fastText" in flags.programs:
        require_program("fasttext", "fasttext")
    if not flags.softmax:
        if "gensim" in flags.programs:
            require_package("gensim", "python3-gensim")
        flags.rival = rivals_of(flags.rival)
        for path in flags.wordsim + flags.questions:
            if not os.path.isfile(path):  # or it would be told after the first run
                raise BenchError(f"{path}: is no file; name a test set")
    checkout = history.checkout_state(flags.bin)
    targets = ["word2vec", "evaluate", *(["hogvec_bench"] if flags.history else [])]
    folder = os.path.abspath(flags.bin or timing.build(flags.build, targets))
    for name in ("word2vec", "evaluate"):
        if not os.access(os.path.join(folder, name), os.X_OK):
            raise BenchError(f"{folder}/{name}: is not there; name a folder of built programs with "
                             "-bin")
    if flags.softmax:
        from bench.rivals import softmax  # wants NumPy
        return softmax.main(flags, folder, checkout)
    from bench.rivals import training
    return training.main(flags, folder, checkout)
