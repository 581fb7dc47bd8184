"""Texts to measure with: generated ones that are the same bytes on every machine, and any text cut
into lines.

Words follow the law of Zipf and Mandelbrot, p(rank) ~ 1 / (rank + 2.7), ranks from 1. Every
SPREAD-th word instead is the next of a walk through the whole vocabulary, so that any
SPREAD * V words hold all V: texts of all sizes have the same vocabulary and the same frequencies,
and a shorter text is the beginning of a longer one.
"""
import bisect
import contextlib
import math
import os
import random
import tempfile

from bench import BenchError

try:
    import numpy
except ImportError:  # slower, the same bytes
    numpy = None

LINE_WORDS = 1000  # gensim and fastText want lines; the reference's sentences have this length
SPREAD = 16
_OFFSET = 2.7
_CHUNK = 1 << 20
_LONGEST_WORD = 1 << 20
# 100 syllables: words of a rank below 100 have 2 letters, below 10,100 4, and so on, which makes
# about 5 bytes a word with its space, as in English.
_SYLLABLES = [c + v for c in "bcdfghjklmnprstvwxyz" for v in "aeiou"]


def word(rank):
    """The word of a rank from 0. Frequent ones are short."""
    text, rank = "", rank + 1
    while rank > 0:
        rank, digit = divmod(rank - 1, len(_SYLLABLES))
        text = _SYLLABLES[digit] + text
    return text


def cache_folder(named=None):
    """Where generated texts stay for the next run."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.abspath(named or os.path.join(base, "hogvec"))


def least_words(vocabulary):
    """The shortest text with all words of the vocabulary."""
    return SPREAD * vocabulary


def zipf_path(words, vocabulary, seed=1, cache=None):
    """Where zipf_text() puts it."""
    return os.path.join(cache_folder(cache), f"zipf-{words}-{vocabulary}-{seed}.txt")


def zipf_text(words, vocabulary, seed=1, cache=None, tell=None):
    """Path of a text with that many words in lines of 1000, generated unless it is there. Every
    word of the vocabulary occurs: to be trained with -min-count 1.

    tell(text): called before a text is made, with its size. Errors: BenchError.
    """
    if words < least_words(vocabulary):
        raise BenchError(f"{words} words hold no vocabulary of {vocabulary}: want at least "
                         f"{least_words(vocabulary)}")
    path = zipf_path(words, vocabulary, seed, cache)
    if os.path.exists(path):
        return path
    with _new_file(path) as file:
        if tell:
            tell(f"making {path}, about {words * 5 / 1e6:,.0f} MB")
        for line_block in _blocks(words, vocabulary, seed):
            file.write(line_block)
    return path


def lines_of(text, cache=None, tell=None):
    """Path of a copy of a text with 1000 words a line, whatever lines it has: in the cache, under
    its name, size and time. Errors: BenchError."""
    try:
        told = os.stat(text)
    except OSError as error:
        raise BenchError(f"{text}: {error.strerror}; name a text") from error
    if not os.path.isfile(text):
        raise BenchError(f"{text}: is no file; name a text")
    name = f"lines-{told.st_size}-{told.st_mtime_ns}-{os.path.basename(text)}"
    path = os.path.join(cache_folder(cache), name)
    if os.path.exists(path):
        return path
    with _opened(text) as source, _new_file(path) as file:
        if tell:
            tell(f"making {path}, {told.st_size / 1e6:,.0f} MB")
        rest, words = b"", []
        while block := _block(source, text):
            block = rest + block
            rest = b"" if block[-1:].isspace() else block.split()[-1]
            if len(rest) > _LONGEST_WORD:  # each block would copy all of it
                raise BenchError(f"{text}: a word of over {_LONGEST_WORD} bytes; name a text with "
                                 "white space between its words")
            words += block[:len(block) - len(rest)].split()
            whole = len(words) // LINE_WORDS * LINE_WORDS
            _write_lines(file, words[:whole])
            words = words[whole:]
        _write_lines(file, words + ([rest] if rest else []))
    return path


def _opened(text):
    try:
        return open(text, "rb")
    except OSError as error:
        raise BenchError(f"{text}: {error.strerror}; name a text that can be read") from error


def _block(source, text):
    """Its errors are none of the file that is written meanwhile."""
    try:
        return source.read(_CHUNK)
    except OSError as error:
        raise BenchError(f"{text}: {error.strerror}; name a text that can be read") from error


def _write_lines(file, words):
    for k in range(0, len(words), LINE_WORDS):
        file.write(b" ".join(words[k:k + LINE_WORDS]) + b"\n")


@contextlib.contextmanager
def _new_file(path):
    """Appears under its name when it is whole. Errors: BenchError."""
    folder = os.path.dirname(path)
    partial = None
    try:
        os.makedirs(folder, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=folder, prefix="partial-")
        with open(handle, "wb") as file:
            yield file
        os.chmod(partial, 0o644)
        os.rename(partial, path)
    except BaseException as error:
        if partial is not None:
            with contextlib.suppress(OSError):
                os.unlink(partial)
        if isinstance(error, OSError):
            raise BenchError(f"{folder}: {error.strerror}; name a folder with room with -cache") \
                from error
        raise


def _blocks(words, vocabulary, seed):
    """The text, in blocks of whole lines."""
    names = [word(rank) for rank in range(vocabulary)]
    for ranks in _rank_blocks(words, vocabulary, seed):
        spelled = list(map(names.__getitem__, ranks))
        lines = (" ".join(spelled[k:k + LINE_WORDS]) for k in range(0, len(spelled), LINE_WORDS))
        yield ("\n".join(lines) + "\n").encode("ascii")


def _rank_blocks(words, vocabulary, seed):
    """Lists of ranks from 0.

    The same everywhere: weights are whole numbers from one division each, and NumPy's RandomState
    with a list for a seed draws what Python's Random does.
    """
    limits = _cumulative_weights(vocabulary)
    step = _walk_step(vocabulary)
    draws = numpy.random.RandomState([seed]) if numpy else random.Random(seed)
    chunk = _CHUNK // (LINE_WORDS * SPREAD) * (LINE_WORDS * SPREAD)  # whole lines and walk steps
    for begin in range(0, words, chunk):
        count = min(chunk, words - begin)
        visits = range(begin // SPREAD, (begin + count + SPREAD - 1) // SPREAD)
        walk = [visit * step % vocabulary for visit in visits]
        if numpy:
            uniform = (draws.random_sample(count) * int(limits[-1])).astype(numpy.int64)
            ranks = numpy.searchsorted(limits, uniform, side="right")
            ranks[::SPREAD] = walk
            yield ranks.tolist()
        else:
            total = limits[-1]
            ranks = [bisect.bisect_right(limits, int(draws.random() * total)) for _ in range(count)]
            ranks[::SPREAD] = walk
            yield ranks


def _cumulative_weights(vocabulary):
    scale = 2.0**40  # sums of 10 million weights stay below 2^53, where doubles are exact
    if numpy:
        ranks = numpy.arange(1, vocabulary + 1, dtype=numpy.float64)
        return numpy.cumsum((scale / (ranks + _OFFSET)).astype(numpy.int64))
    limits, total = [], 0
    for rank in range(1, vocabulary + 1):
        total += int(scale / (rank + _OFFSET))
        limits.append(total)
    return limits


def _walk_step(vocabulary):
    """Prime to the vocabulary, so that the walk meets all of it, and far from a small fraction."""
    step = max(1, round(vocabulary * 0.6180339887))
    while math.gcd(step, vocabulary) != 1:
        step += 1
    return step
