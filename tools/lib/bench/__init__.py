"""What tools/bench does: one word, one module with main(arguments)."""
import importlib
import os
import signal
import sys

sys.dont_write_bytecode = True

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../.."))

WORDS = {
    "train": "whole runs of word2vec: speed, phases, and how cost grows",
    "scaling": "training over threads: gains, beside what the machine can gain",
    "rivals": "fastText, gensim and other programs beside word2vec, speed and quality",
    "compare": "the working tree against another revision: faster, slower or the same",
    "suite": "hogvec_bench, into the history",
    "report": "an HTML page of a history file",
    "history": "history check: where the figures of a history file have changed for good",
}
MODULES = {"history": "check_history"}  # of words whose module has another name

USAGE = """usage: tools/bench WORD [FLAG VALUE]...

%s

tools/bench WORD -h tells the flags of one.""" % "\n".join(
    f"  {word:<9}{what}" for word, what in WORDS.items())


class BenchError(Exception):
    """What went wrong, where, and what to do, in one line."""


class SlowerError(BenchError):
    """The code takes more than it did: what was asked is answered."""


class UsageError(BenchError):
    """A flag or a value that cannot be."""


class Flags:
    """Single-dash flags as the programs have them: -name VALUE, and switches without a value.

    `values` maps a flag to its default, which also says what it wants: an int wants an integer of
    at least 1 (3, 30k, 4M), a list of int many of them (1,2,3), a list of str may be given
    repeatedly, anything else takes the text as it is. `switches` are names. After parse() each is
    an attribute, its dashes underscores.
    """

    def __init__(self, word, usage, values, switches=(), positional=0):
        self._word, self._usage = word, usage
        self._values, self._switches, self._positional = values, switches, positional
        self.rest = []
        self.given = set()  # the flags that were named
        for name, value in values.items():
            setattr(self, _attribute(name), list(value) if isinstance(value, list) else value)
        for name in switches:
            setattr(self, _attribute(name), False)

    def parse(self, arguments):
        """Errors: UsageError; -h prints the usage and exits."""
        arguments = list(arguments)
        while arguments:
            flag = arguments.pop(0)
            if flag in ("-h", "-help", "--help"):
                print(self._usage)
                sys.exit(0)
            name = flag[1:]
            if not flag.startswith("-") or len(flag) < 2:
                self.rest.append(flag)
            elif name in self._switches:
                setattr(self, _attribute(name), True)
            elif name in self._values:
                if not arguments:
                    raise UsageError(f"{flag}: needs a value; tools/bench {self._word} -h")
                self._set(name, arguments.pop(0))
            else:
                raise UsageError(f"{flag}: no such flag; tools/bench {self._word} -h")
        if len(self.rest) > self._positional:
            raise UsageError(f"{self.rest[self._positional]}: not expected; "
                             f"tools/bench {self._word} -h")
        return self

    def _set(self, name, text):
        default, attribute = self._values[name], _attribute(name)
        if isinstance(default, list) and all(isinstance(one, int) for one in default) and default:
            value = sorted({positive(f"-{name}", one) for one in text.split(",")})
        elif isinstance(default, list):
            value = (getattr(self, attribute) if name in self.given else []) + [text]
        elif isinstance(default, int):
            value = positive(f"-{name}", text)
        else:
            value = text
        self.given.add(name)
        setattr(self, attribute, value)


def _attribute(name):
    return name.replace("-", "_")


def positive(what, text, most=10**12):
    """An integer of at least 1, also as 30k or 4M."""
    unit = {"k": 1000, "M": 1_000_000}.get(text[-1:], 1)
    digits = text[:-1] if unit > 1 else text
    if not digits.isascii() or not digits.isdigit() or not 1 <= int(digits[:20]) * unit <= most:
        raise UsageError(f"{what} {text[:80]}: want a whole number from 1 to {most}, as 3, 30k, 4M")
    return int(digits) * unit


def main(arguments):
    """The exit code: 0, 1 for a failure, 2 for a wrong call; of compare and history 1 for a
    slowdown, 3 for a failure."""
    if arguments and arguments[0] in ("-h", "-help", "--help"):
        print(USAGE)
        return 0
    if not arguments or arguments[0] not in WORDS:
        wrong = f"unknown word: {arguments[0]}\n\n" if arguments else ""
        print(f"tools/bench: {wrong}{USAGE}" if wrong else USAGE, file=sys.stderr)
        return 2
    word = arguments[0]
    failure = 3 if word in ("compare", "history") else 1
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _interrupt)  # as Ctrl-C: children end, temporary files go
    try:
        module = importlib.import_module(f"bench.{MODULES.get(word, word)}")
        return module.main(arguments[1:]) or 0
    except UsageError as error:
        print(f"tools/bench {word}: {error}", file=sys.stderr)
        return 2
    except BenchError as error:
        print(f"tools/bench {word}: {error}", file=sys.stderr)
        return 1 if isinstance(error, SlowerError) else failure
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or the interpreter complains once more
        return failure
    except KeyboardInterrupt:
        print(f"\ntools/bench {word}: interrupted", file=sys.stderr)
        return 130


def _interrupt(_number, _frame):
    raise KeyboardInterrupt
