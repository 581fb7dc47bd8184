"""tools/bench compare: whether the working tree is slower than another revision."""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile

from bench import ROOT, BenchError, Flags, UsageError, corpus, history, instructions, machine
from bench import runs as timing

USAGE = """usage: tools/bench compare REV [FLAG VALUE]...
       tools/bench compare -quick [-record] [-build DIR | -bin DIR]

Builds the revision and the working tree in a temporary folder and runs both in turns. Exit code 1:
slower than the noise explains; 0: not; 2: a wrong call.

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

PARTS = ("trainings", "kernels", "instructions")
# Arguments, and the share of the text: the full softmax costs V a word, 500 times the others.
TRAININGS = {
    "skip-gram-ns": (["-cbow", "0"], 1),
    "cbow-ns": (["-cbow", "1"], 1),
    "skip-gram-hs": (["-cbow", "0", "-hs", "1", "-negative", "0"], 0.5),
    "softmax": (["-cbow", "0", "-softmax", "1", "-negative", "0"], 0.02),
}
VOCABULARY = 10_000
LEAST_RUNS = 6  # of which Wilcoxon's interval covers 95 %
KERNELS = ("logistic_block/D:100", "logistic_block/D:300", "dot/D:100", "axpy/D:100", "sigmoid",
           "score_rows/D:100", "softmax_sweep/V:10000/D:100/B:8", "window_pairs",
           "repeat_distances", "random_bits", "special_bytes/KiB:64")
SECONDS = 0.05  # of each kernel in each round


def main(arguments):
    """The exit code. Errors: BenchError."""
    flags = flags_of(arguments)
    if flags.quick:
        return quick(flags)
    if flags.history:
        history.check_writable(flags.history)
    with workplace(flags.revision) as folder:
        bins = {"was": build(os.path.join(folder, "source"), os.path.join(folder, "was")),
                "now": build(ROOT, os.path.join(folder, "now"))}
        return compare(flags, bins, folder)


def flags_of(arguments):
    values = {"runs": 10, "words": 1_000_000, "threads": 1, "threshold": "3", "part": "",
              "cache": "", "history": "", "build": os.path.join(ROOT, "build"), "bin": ""}
    flags = Flags("compare", USAGE, values, ("quick", "record"), positional=1).parse(arguments)
    if flags.quick == bool(flags.rest) or (flags.record and not flags.quick):
        raise UsageError("want a revision, or -quick; tools/bench compare -h")
    if not re.fullmatch(r"\d{1,2}(\.\d{1,3})?", flags.threshold):
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
    try:
        done = git("worktree", "add", "--quiet", "--detach", os.path.join(folder, "source"), commit)
        if done.returncode != 0:
            raise BenchError(f"git worktree: {done.stderr.strip()[-300:]}")
        yield folder
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # impatience must not leave half of it
        git("worktree", "remove", "--force", os.path.join(folder, "source"))
        shutil.rmtree(folder, ignore_errors=True)
        git("worktree", "prune")


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
        with contextlib.suppress(OSError), \
                open(os.path.join(folder, "bench-build.log"), encoding="utf-8", errors="replace") as log:
            print(log.read()[-3000:])
        raise BenchError(f"{source}: cannot be built: see above") from error


class Row:
    """One thing that is timed: pairs of speeds, in any unit of work a second."""

    def __init__(self, name, was, now):
        self.name, self.was, self.now = name, was, now
        self.ratio = timing.paired_ratio(now, was)

    def verdict(self, least):
        """least: the smallest ratio of speeds that is no slowdown."""
        if self.ratio.high < least:
            return "SLOWER"
        if self.ratio.low > 1:
            return "faster"
        return "same" if self.ratio.low >= least else "unclear"


def compare(flags, bins, folder):
    least = 1 - float(flags.threshold) / 100
    print(f"was: {flags.revision[:12]} {git('log', '-1', '--format=%s', flags.revision).stdout.strip()}"
          f"\nnow: the working tree")
    rows = timed(flags, bins, folder, plan(flags, bins, folder))
    suspects = {row.name for row in rows if row.verdict(least) == "SLOWER"}
    if suspects:
        # Of many intervals of 95 % some miss: what looks slower must look so twice.
        print(f"again, for {len(suspects)} that look slower", flush=True)
        again = {row.name: row for row in timed(flags, bins, folder, plan(flags, bins, folder,
                                                                         suspects))}
        rows = [again.get(row.name, row) for row in rows]
    print_rows(rows, least)
    counted = count_both(bins) if "instructions" in flags.part else []
    if flags.history:
        append(flags, bins, rows, counted)
    slower = [row.name for row in rows if row.verdict(least) == "SLOWER"]
    slower += [f"{name} (instructions)" for name, was, now in counted
               if now > was * (1 + instructions.RISE)]
    print(f"\nslower: {', '.join(slower)}" if slower else "\nno slowdown")
    return 1 if slower else 0


class Task:
    """What one process tells: `names` of rows, and speeds(run) of a Run in that order."""

    def __init__(self, names, command, speeds):
        self.names, self.command, self.speeds = names, command, speeds


def plan(flags, bins, folder, only=None):
    """Tasks; command(version) makes the Command."""
    tasks = []
    if "trainings" in flags.part:
        for mode in TRAININGS:
            if only is None or any(name.split(" ")[0] == f"train/{mode}" for name in only):
                tasks.append(training(flags, bins, folder, mode))
    if "kernels" in flags.part:
        task = kernels(bins, folder, only)
        tasks += [task] if task.names else []
    return tasks


def training(flags, bins, folder, mode):
    arguments, share = TRAININGS[mode]
    words = max(int(flags.words * share), 1000)
    whole = corpus.zipf_text(max(words, corpus.least_words(VOCABULARY)), VOCABULARY,
                             cache=flags.cache or None, tell=print)
    text = whole if share == 1 else shorter(whole, words, os.path.join(folder, mode + ".txt"))
    output, report = os.path.join(folder, "vectors"), os.path.join(folder, "report.json")

    def command(version):
        argv = [os.path.join(bins[version], "word2vec"), "-train", text, "-output", output,
                "-binary", "1", "-report", report, "-size", "100", "-iter", "1", "-min-count", "1",
                "-debug", "0", "-threads", str(flags.threads), *arguments]
        return timing.Command(f"{version} {mode}", argv, machine.cores_for(flags.threads),
                              report=report, outputs=[output])

    return Task([f"train/{mode}", f"train/{mode} whole process"], command,
                lambda run: [run.report["words_per_second"], 1 / run.wall])


def shorter(text, words, path):
    """The first lines of a text, with so many words in lines of LINE_WORDS."""
    with open(text, "rb") as source, open(path, "wb") as file:
        for _ in range(max(words // corpus.LINE_WORDS, 1)):
            file.write(source.readline())
    return path


def kernels(bins, folder, only):
    """Those of KERNELS that both versions have, on the machine's own table."""
    report = os.path.join(folder, "kernels.json")
    have = {version: set(instructions.names_of(os.path.join(path, "hogvec_bench")))
            for version, path in bins.items()}
    names = []
    for kernel in KERNELS:
        # Names come in the order of the tables, the machine's own first.
        full = next((name for name in instructions.names_of(os.path.join(bins["now"], "hogvec_bench"))
                     if re.fullmatch(re.escape(kernel) + "/[^/]+", name)), None)
        if full is None:
            raise BenchError(f"hogvec_bench has no benchmark {kernel}: was it renamed? Then rename "
                             "it in KERNELS of tools/lib/bench/compare.py")
        if full not in have["was"]:
            if only is None:
                print(f"{full}: not in the revision, not compared")
        elif only is None or full in only:
            names.append(full)
    pattern = "^(" + "|".join(map(re.escape, names)) + ")$"

    def command(version):
        argv = [os.path.join(bins[version], "hogvec_bench"), f"--benchmark_filter={pattern}",
                f"--benchmark_min_time={SECONDS}", f"--benchmark_out={report}",
                "--benchmark_out_format=json"]
        return timing.Command(f"{version} kernels", argv, machine.cores_for(1), report=report)

    def speeds(run):
        times = {one["name"]: one.get("cpu_time") for one in run.report["benchmarks"]
                 if not one.get("error_occurred")}
        for name in names:
            if not times.get(name):
                raise BenchError(f"{name}: the benchmark failed; hogvec_bench --benchmark_filter="
                                 f"'^{name}$'")
        return [1e9 / times[name] for name in names]

    return Task(names, command, speeds)


def timed(flags, _bins, _folder, tasks):
    """Rows. In each round both versions run each task next to each other, in turns the first."""
    pairs = {name: {"was": [], "now": []} for task in tasks for name in task.names}
    done, total = 0, 2 * len(tasks) * flags.runs
    try:
        for turn in range(flags.runs):
            for task in tasks:
                for version in ("was", "now") if turn % 2 == 0 else ("now", "was"):
                    command = task.command(version)
                    timing.progress(done, total, command)
                    for name, speed in zip(task.names, task.speeds(timing.run_once(command))):
                        pairs[name][version].append(speed)
                    done += 1
    finally:
        timing.end_progress()
    return [Row(name, found["was"], found["now"]) for name, found in pairs.items()]


def print_rows(rows, least):
    if not rows:
        return
    width = max(len(row.name) for row in rows)
    print(f"\n{'speed, now / was':<{width}}   ratio   95 % interval    verdict")
    for row in rows:
        ratio = row.ratio
        print(f"{row.name:<{width}}  {ratio.value:6.3f}   {ratio.low:.3f} .. {ratio.high:.3f}"
              f"   {row.verdict(least)}")
    print(f"SLOWER: the whole interval is below {least:g}; faster: it is above 1; unclear: a "
          f"slowdown to {least:g} is within the noise, more -runs tell")


def count_both(bins):
    """[(kernel, was, now)]: instructions for a unit of work, of the kernels that both have."""
    try:
        for version in bins.values():
            instructions.check_able(os.path.join(version, "hogvec_bench"))
    except instructions.Unable as error:
        print(f"\ninstructions: skipped: {error}")
        return []
    programs = {version: os.path.join(path, "hogvec_bench") for version, path in bins.items()}
    have = set(instructions.names_of(programs["was"]))
    kernels_of_both = [k for k in instructions.HOT if f"{k}/{instructions.ARCH}" in have]
    if not kernels_of_both:
        print("\ninstructions: none of the hot kernels is in the revision")
        return []
    counts = {version: instructions.count(program, kernels_of_both)
              for version, program in programs.items()}
    counted = [(k, counts["was"][k], counts["now"][k]) for k in kernels_of_both]
    print_counts(counted)
    return counted


def print_counts(counted):
    width = max(len(name) for name, *_ in counted)
    print(f"\n{'instructions, ' + instructions.ARCH:<{width}}         was         now    change  for a")
    for name, was, now in counted:
        rise = now / was - 1
        mark = "   MORE" if rise > instructions.RISE else ""
        print(f"{name:<{width}}  {was:>10.5g}  {now:>10.5g}  {rise:>+8.2%}  "
              f"{instructions.HOT[name]}{mark}")


def append(flags, bins, rows, counted):
    figures = [history.figure(f"compare/{row.name}", row.ratio.value, "ratio", row.ratio.low,
                              row.ratio.high, row.ratio.pairs) for row in rows]
    figures += [history.figure(f"compare/instructions/{name}", now,
                               f"instructions/{instructions.HOT[name]}", better="lower")
                for name, _, now in counted]
    settings = {"revision": flags.revision, "runs": flags.runs, "words": flags.words,
                "threads": flags.threads, "threshold": flags.threshold}
    history.append(flags.history, history.record("compare", machine.describe(bins["now"], True),
                                                 settings, figures))
    print(f"\nappended to {flags.history}")


def quick(flags):
    """Instructions against the committed file."""
    bin_folder = flags.bin or timing.build(flags.build, ["hogvec_bench"])
    program = os.path.join(bin_folder, "hogvec_bench")
    try:
        instructions.check_able(program)
        compiler = instructions.compiler_of(os.path.dirname(os.path.abspath(bin_folder)))
        if flags.record:
            instructions.write_file(compiler, instructions.count(program))
            print(f"{instructions.FILE}: written, {compiler}")
            return 0
        recorded_with, recorded = instructions.read_file()
        if compiler != recorded_with:
            raise instructions.Unable(f"counts were recorded with {recorded_with}, this is {compiler}")
    except instructions.Unable as error:
        print(f"skipped: {error}")
        return 0
    if set(recorded) != set(instructions.HOT):
        raise BenchError(f"{instructions.FILE}: names other kernels than HOT of "
                         f"tools/lib/bench/instructions.py; {instructions.AGAIN}")
    counts = instructions.count(program)
    counted = [(name, recorded[name], counts[name]) for name in instructions.HOT]
    print_counts(counted)
    more = [f"{name} from {was:.5g} to {now:.5g} for a {instructions.HOT[name]}"
            for name, was, now in counted if now > was * (1 + instructions.RISE)]
    if more:
        raise BenchError(f"more instructions: {'; '.join(more)}: make it as lean as it was, or, "
                         f"where they buy speed (tools/bench compare HEAD), {instructions.AGAIN}")
    return 0
