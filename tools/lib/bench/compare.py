"""tools/bench compare: whether the working tree is slower than another revision."""
import contextlib
import glob
import os
import re
import shutil
import signal
import subprocess
import tempfile

from bench import ROOT, BenchError, Flags, UsageError, corpus, history, instructions, machine
from bench import runs as timing
from bench.compare_tasks import VOCABULARY, plan, timed

USAGE = """usage: tools/bench compare REV [FLAG VALUE]...
       tools/bench compare -quick [-record] [-build DIR | -bin DIR]

Builds the revision and the working tree in a temporary folder and runs both in turns. Exit code 1:
slower than the noise explains; 0: not; 2: a wrong call; 3: no answer, since something failed.

  -runs N         rounds of both, at least 6 (10)
  -words N        words of generated text for the trainings (1000000)
  -threads N      of the trainings (1)
  -threshold P    per cent of time that a change may cost (3)
  -part LIST      some of trainings,kernels,instructions (all)
  -cache DIR      where generated texts stay (~/.cache/hogvec)
  -history FILE   appends the result, one line

  -quick          counts instructions only, of the built tree, against bench/instructions.json
  -record         writes that file anew
  -build DIR      the build folder of -quick, brought up to date (build)
  -bin DIR        its programs as they are, in a build folder

tools/bench compare HEAD
tools/bench compare v0.1.0 -runs 20 -part trainings,kernels
tools/bench compare -quick"""

LEAST_RUNS = 6  # of which Wilcoxon's interval covers 95 %
PARTS = ("trainings", "kernels", "instructions")


def main(arguments):
    """The exit code. Errors: BenchError."""
    flags = flags_of(arguments)
    if flags.quick:
        return instructions.quick(flags)
    if flags.history:
        history.check_writable(flags.history)
    checkout = history.checkout_state()
    with workplace(flags.revision) as folder:
        bins = {"was": build(os.path.join(folder, "source"), os.path.join(folder, "was")),
                "now": build(ROOT, os.path.join(folder, "now"))}
        return compare(flags, bins, folder, checkout)


def flags_of(arguments):
    values = {"runs": 10, "words": 1_000_000, "threads": 1, "threshold": "3", "part": "",
              "cache": "", "history": "", "build": os.path.join(ROOT, "build"), "bin": ""}
    flags = Flags("compare", USAGE, values, ("quick", "record"), positional=1).parse(arguments)
    if flags.quick == bool(flags.rest) or (flags.record and not flags.quick):
        raise UsageError("want a revision, or -quick; tools/bench compare -h")
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,3})?", flags.threshold):
        raise UsageError(f"-threshold {flags.threshold}: want per cent, from 0 to 99")
    flags.part = flags.part.split(",") if flags.part else list(PARTS)
    for part in flags.part:
        if part not in PARTS:
            raise UsageError(f"-part {part}: want some of {','.join(PARTS)}")
    if flags.runs < LEAST_RUNS:
        raise UsageError(f"-runs {flags.runs}: fewer than {LEAST_RUNS} pairs prove nothing")
    least = corpus.least_words(VOCABULARY)
    if flags.words < least:
        raise UsageError(f"-words {flags.words}: want at least {least}")
    flags.revision = commit_of(flags.rest[0]) if flags.rest else None
    return flags


def git(*arguments):
    # safe.directory: root, through sudo, may measure another user's clone.
    try:
        return subprocess.run(["git", "-c", "safe.directory=*", "-C", ROOT, *arguments],
                              capture_output=True, encoding="utf-8", errors="replace", check=False)
    except OSError as error:
        raise BenchError("no git on this machine: apt-get install git") from error


def commit_of(revision):
    """Its 40 hex digits. Errors: UsageError."""
    done = git("rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
    if done.returncode != 0:
        raise UsageError(f"{revision}: no revision of {ROOT}; git log names them")
    return done.stdout.strip().splitlines()[-1]


@contextlib.contextmanager
def workplace(commit):
    """A temporary folder with a worktree `source` of the commit; both go whatever happens."""
    folder = tempfile.mkdtemp(prefix="hogvec_compare_")
    source = os.path.join(folder, "source")
    try:
        done = git("worktree", "add", "--quiet", "--detach", source, commit)
        if done.returncode != 0:
            raise BenchError(f"git worktree: {done.stderr.strip()[-300:]}")
        yield folder
    finally:
        with undisturbed():  # impatience must not leave half of it
            if git("worktree", "remove", "--force", source).returncode != 0:
                forget(source)
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def undisturbed():
    """Signals that end the program are ignored meanwhile."""
    before = {number: signal.signal(number, signal.SIG_IGN)
              for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def forget(source):
    """What git notes of the worktree, and of no other: `git worktree prune` would also take those
    of the user's on a disk that is not mounted."""
    common = git("rev-parse", "--path-format=absolute", "--git-common-dir").stdout.rstrip("\n")
    if not common:
        return
    for path in glob.glob(os.path.join(glob.escape(common), "worktrees", "*", "gitdir")):
        with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as file:
            place = os.path.join(os.path.dirname(path), file.read().rstrip("\n"))
            if os.path.realpath(place) == os.path.realpath(os.path.join(source, ".git")):
                shutil.rmtree(os.path.dirname(path), ignore_errors=True)


def build(source, folder):
    """As Release, with ccache where there is one. Returns the folder of the programs."""
    if shutil.which("ccache"):
        # cmake takes the launcher from there. Two folders share objects if paths are relative.
        os.environ.setdefault("CMAKE_CXX_COMPILER_LAUNCHER", "ccache")
        os.environ.update(CCACHE_BASEDIR=os.path.dirname(folder) if source != ROOT else ROOT,
                          CCACHE_NOHASHDIR="1")
    print(f"building {source}", flush=True)
    try:
        return timing.build(folder, ["word2vec", "hogvec_bench"], source)
    except BenchError as error:  # whose log goes with the folder
        path = os.path.join(folder, "bench-build.log")
        with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as log:
            print(log.read()[-3000:])
        raise BenchError(f"{source}: cannot be built: see above") from error


def compare(flags, bins, folder, checkout):
    least = 1 - float(flags.threshold) / 100
    subject = git("log", "-1", "--format=%s", flags.revision).stdout.strip()
    print(f"was: {flags.revision[:12]} {subject}\nnow: the working tree", flush=True)
    told = machine.describe(bins["now"], True) if flags.history else None
    rows = timed(plan(flags, bins, folder), flags.runs)
    suspects = {row.name for row in rows if row.verdict(least) == "SLOWER"}
    if suspects:
        # Of many intervals of 95 % some miss: what looks slower must look so twice.
        print(f"again, for {len(suspects)} that look slower", flush=True)
        again = {row.name: row for row in timed(plan(flags, bins, folder, suspects), flags.runs)}
        rows = [again[row.name] if row.name in suspects else row for row in rows]
    print_rows(rows, least)
    counted = instructions.count_both(bins) if "instructions" in flags.part else []
    if flags.history:
        append(flags, checkout, told, rows, counted)
    slower = [row.name for row in rows if row.verdict(least) == "SLOWER"]
    slower += [f"{name} (instructions)" for name, was, now in counted
               if now > was * (1 + instructions.RISE)]
    print(f"\nslower: {', '.join(slower)}" if slower else "\nno slowdown")
    return 1 if slower else 0


def print_rows(rows, least):
    if not rows:
        return
    width = max(len(row.name) for row in rows)
    print(f"\n{'speed, now / was':<{width}}   ratio   95 % interval    verdict")
    for row in rows:
        ratio = row.ratio
        print(f"{row.name:<{width}}  {ratio.value:6.3f}   {ratio.low:.3f} .. {ratio.high:.3f}"
              f"   {row.verdict(least)}")
    print(f"SLOWER: the whole interval is below {least:g}; faster: it is above "
          f"{1 / least:.3g}; unclear: a slowdown to {least:g} is within the noise, more -runs tell")


def append(flags, checkout, told, rows, counted):
    figures = [history.figure(f"compare/{row.name}", row.ratio.value, "ratio", row.ratio.low,
                              row.ratio.high, row.ratio.pairs) for row in rows]
    figures += [history.figure(f"compare/instructions/{name}", now,
                               f"instructions/{instructions.HOT[name]}", better="lower")
                for name, _, now in counted]
    settings = {"revision": flags.revision, "runs": flags.runs, "words": flags.words,
                "threads": flags.threads, "threshold": flags.threshold}
    history.append(flags.history, history.record("compare", checkout, told, settings, figures))
    print(f"\nappended to {flags.history}")
