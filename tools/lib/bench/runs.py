"""Runs commands in turns, and says what their times are worth."""
import contextlib
import dataclasses
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from bench import ROOT, BenchError


@dataclasses.dataclass
class Command:
    """Something to time. `report`, if any, is the JSON file that it writes."""
    name: str
    argv: list
    cpus: list = None  # pinned to these with taskset; None: wherever the system puts it
    env: dict = None   # added to this process's
    report: str = None
    outputs: list = dataclasses.field(default_factory=list)  # removed after each run


@dataclasses.dataclass
class Run:
    """One run. Times in seconds, max_rss and output_bytes in bytes. Linux does not count max_rss
    from nought after fork: it is never below what this process holds, some 50 MB."""
    wall: float
    user: float
    system: float
    max_rss: int
    report: dict = None
    output_bytes: int = 0  # of the command's outputs together

    @property
    def cpu(self):
        """Seconds of all cores together."""
        return self.user + self.system


@contextlib.contextmanager
def _signals_wait():
    """What would end this process does so at the end of the block. (Blocked or ignored, a signal
    would be so in a child that is made meanwhile, too.)"""
    come = []
    handlers = {}
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if callable(signal.getsignal(number)):
            handlers[number] = signal.signal(number, lambda which, _: come.append(which))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if come:
            signal.raise_signal(come[0])


@contextlib.contextmanager
def child(argv, **options):
    """A process in a group of its own, none of which outlives the block when that is left early."""
    process = None
    try:
        # A signal between the start of the process and our knowing it would leave it behind.
        with _signals_wait():
            try:
                process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, process_group=0,
                                           **options)
            except OSError as error:
                raise BenchError(f"{argv[0]}: {error.strerror}; is it installed?") from error
        yield process
    except BaseException:
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        if process is not None:
            process.wait()


def _last_line(file):
    file.seek(0)
    lines = file.read()[-2000:].decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else "no message"


def run_once(command):
    """Errors: BenchError with the last line that a failed command printed."""
    argv = list(command.argv)
    if command.cpus is not None:
        argv = ["taskset", "-c", ",".join(map(str, command.cpus)), *argv]
    with tempfile.TemporaryFile() as log:  # it has no name that a signal could leave behind
        start = time.monotonic()
        with child(argv, stdout=log, stderr=log, env={**os.environ, **(command.env or {})}) as made:
            _, status, usage = os.wait4(made.pid, 0)
            wall = time.monotonic() - start
            made.returncode = os.waitstatus_to_exitcode(status)
        if made.returncode != 0:
            raise BenchError(f"{command.name}: exit code {made.returncode}: {_last_line(log)}")
    run = Run(wall, usage.ru_utime, usage.ru_stime, usage.ru_maxrss * 1024)
    if command.report:
        try:
            with open(command.report, encoding="utf-8") as file:
                run.report = json.load(file)
        except (OSError, ValueError) as error:
            raise BenchError(f"{command.report}: not the report of {command.name}: {error}; "
                             "is its build of this checkout?") from error
    run.output_bytes = sum(os.path.getsize(one) for one in command.outputs if os.path.exists(one))
    for path in [*command.outputs, *([command.report] if command.report else [])]:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
    return run


def member(report, *path, kind=(int, float)):
    """One of the values in the JSON of a program, as member(report, "seconds", "train").

    Errors: BenchError where it is not there, as in what an older program (-bin) writes.
    """
    for name in path:
        report = report.get(name, member) if isinstance(report, dict) else member
    if not isinstance(report, kind) or isinstance(report, bool):
        raise BenchError(f"no {'.'.join(path)}: not the report of this checkout; name programs "
                         "that were built of it")
    return report


def interleave(commands, runs, warm_up=0, on_run=None):
    """{name: [Run]}: all commands once, then all again, so that a slow minute of the machine hits
    them alike. Every round begins with another one: none is always the one after a heavy one.
    on_run(done, total, command) is called before each."""
    results = {command.name: [] for command in commands}
    if len(results) != len(commands):
        raise ValueError("commands need different names")
    total = len(commands) * (runs + warm_up)
    for turn in range(runs + warm_up):
        first = turn % len(commands)
        for k, command in enumerate(commands[first:] + commands[:first]):
            if on_run:
                on_run(turn * len(commands) + k, total, command)
            run = run_once(command)
            if turn >= warm_up:
                results[command.name].append(run)
    return results


def progress(done, total, command):
    """on_run of interleave(): one line that is written over, only where somebody watches."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{done + 1}/{total} {command.name}"[:160])
        sys.stderr.flush()


def end_progress():
    """Clears the line of progress()."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()


def quantile(values, q):
    """Linear between order statistics."""
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    k = math.floor(place)
    low, high = ordered[k], ordered[min(k + 1, len(ordered) - 1)]
    return low if low == high else low + (high - low) * (place - k)


def median(values):
    """Of at least one value."""
    return quantile(values, 0.5)


def summary(values):
    """(median, lower quartile, upper quartile)."""
    return median(values), quantile(values, 0.25), quantile(values, 0.75)


@dataclasses.dataclass
class Ratio:
    """How many times as large a is as b. confidence: that of [low, high], which is below what was
    asked for where there are too few pairs."""
    value: float
    low: float
    high: float
    confidence: float
    pairs: int


def paired_ratio(a, b, confidence=0.95):
    """Of runs in pairs, neighbours in time: Hodges and Lehmann's median of the means of all two
    log ratios, and the interval that inverts Wilcoxon's signed-rank test, exact for few pairs and
    without a guess at the shape of the noise (Hollander, Wolfe and Chicken, 2014, 3.2-3.3).
    95 % needs 6 pairs."""
    logs = [math.log(x / y) for x, y in zip(a, b, strict=True)]
    n = len(logs)
    walsh = sorted((logs[i] + logs[k]) / 2 for i in range(n) for k in range(i, n))
    ways = _signed_rank_ways(n)
    # The widest cut whose two tails together keep below 1 - confidence.
    cut, tail, outside = 0, 0, 0
    for k in range(len(walsh) // 2):
        tail += ways[k]
        if 2 * tail > (1 - confidence) * 2**n:
            break
        cut, outside = k + 1, tail
    reach = max(cut - 1, 0)
    covered = 1 - 2 * (outside if cut else 1) / 2**n
    return Ratio(math.exp(median(walsh)), math.exp(walsh[reach]),
                 math.exp(walsh[len(walsh) - 1 - reach]), covered, n)


def _signed_rank_ways(n):
    """How many of the 2^n signs of the ranks 1 to n give each sum of positive ranks."""
    ways = [1] + [0] * (n * (n + 1) // 2)
    for rank in range(1, n + 1):
        for total in range(len(ways) - 1, rank - 1, -1):
            ways[total] += ways[total - rank]
    return ways


def program(folder, name):
    """Its path. Errors: BenchError, where it cannot be run."""
    path = os.path.join(folder, name)
    if not os.access(path, os.X_OK):
        raise BenchError(f"{path}: no such program; name a folder with -bin or -build")
    return path


def build(folder, targets, source=ROOT):
    """Builds the targets of a checkout as Release; what is up to date stays. Returns folder/bin.

    Errors: BenchError with the place of the log.
    """
    folder = os.path.abspath(folder)
    log = os.path.join(folder, "bench-build.log")
    commands = [["cmake", "--build", folder, "-j", str(os.cpu_count()), "--target", *targets]]
    cache = os.path.join(folder, "CMakeCache.txt")
    if os.path.exists(cache):
        _require_release(cache, source)
    else:
        generator = ["-G", "Ninja"] if shutil.which("ninja") else []
        commands.insert(0, ["cmake", "-S", source, "-B", folder, *generator,
                            "-DCMAKE_BUILD_TYPE=Release", "-DHOGVEC_BUILD_BENCH=ON"])
    try:
        os.makedirs(folder, exist_ok=True)
        with open(log, "wb") as file:
            for argv in commands:
                with child(argv, stdout=file, stderr=file) as made:
                    if made.wait() != 0:
                        raise BenchError(f"{folder}: the build failed: see {log}; "
                                         "tools/check installs what it needs")
    except OSError as error:
        raise BenchError(f"{folder}: {error.strerror}; name another with -build") from error
    return os.path.join(folder, "bin")


def _require_release(cache, source):
    with open(cache, encoding="utf-8", errors="replace") as file:
        values = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
    kind = values.get("CMAKE_BUILD_TYPE:STRING", "Release")
    home = values.get("CMAKE_HOME_DIRECTORY:INTERNAL", source)
    folder = os.path.dirname(cache)
    if kind not in ("", "Release") or values.get("HOGVEC_SANITIZE:STRING", "") != "":
        raise BenchError(f"{folder}: is no Release build ({kind}); name another with -build")
    if os.path.realpath(home) != os.path.realpath(source):
        raise BenchError(f"{folder}: is a build of {home}; name another with -build")
    if values.get("HOGVEC_BUILD_BENCH:BOOL", "ON").upper() not in ("ON", "1", "TRUE", "YES"):
        raise BenchError(f"{folder}: is built without benchmarks; cmake -DHOGVEC_BUILD_BENCH=ON "
                         f"{folder}, or name another with -build")
