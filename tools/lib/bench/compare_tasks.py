"""What tools/bench compare times: trainings and kernels, of two builds in turns."""
import os
import re

from bench import BenchError, corpus, instructions, machine
from bench import runs as timing

# Arguments, and the share of the text: the full softmax costs V a word, 500 times the others.
TRAININGS = {
    "skip-gram-ns": (["-cbow", "0"], 1),
    "cbow-ns": (["-cbow", "1"], 1),
    "skip-gram-hs": (["-cbow", "0", "-hs", "1", "-negative", "0"], 0.5),
    "softmax": (["-cbow", "0", "-softmax", "1", "-negative", "0"], 0.02),
}
VOCABULARY = 10_000
KERNELS = ("logistic_block/D:100", "logistic_block/D:300", "dot/D:100", "axpy/D:100", "sigmoid",
           "score_rows/D:100", "softmax_sweep/V:10000/D:100/B:8", "window_pairs",
           "repeat_distances", "random_bits", "special_bytes/KiB:64")
SECONDS = 0.05  # of each kernel in each round


class Row:
    """One thing that is timed: pairs of speeds, in any unit of work a second."""

    def __init__(self, name, was, now):
        self.name, self.was, self.now = name, was, now
        self.ratio = timing.paired_ratio(now, was)

    def verdict(self, least):
        """least: the smallest ratio of speeds that is no slowdown."""
        if self.ratio.high < least:
            return "SLOWER"
        if self.ratio.low > 1 / least:
            return "faster"
        return "same" if self.ratio.low >= least else "unclear"


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
                lambda run: [timing.member(run.report, "words_per_second"), 1 / run.wall])


def shorter(text, words, path):
    """The first lines of a text, with so many words in lines of LINE_WORDS."""
    with open(text, "rb") as source, open(path, "wb") as file:
        for _ in range(max(words // corpus.LINE_WORDS, 1)):
            file.write(source.readline())
    return path


def kernels(bins, folder, only):
    """Those of KERNELS that both versions have, on the machine's own table."""
    report = os.path.join(folder, "kernels.json")
    have = {version: instructions.names_of(os.path.join(path, "hogvec_bench"))
            for version, path in bins.items()}
    names = []
    for kernel in KERNELS:
        # Names come in the order of the tables, the machine's own first.
        full = next((name for name in have["now"]
                     if re.fullmatch(re.escape(kernel) + "/[^/]+", name)), None)
        if full is None:
            raise BenchError(f"hogvec_bench has no benchmark {kernel}: was it renamed? Then rename "
                             "it in KERNELS of tools/lib/bench/compare_tasks.py")
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
        times = {one["name"]: instructions.cpu_seconds(one)
                 for one in timing.member(run.report, "benchmarks", kind=list)
                 if not one.get("error_occurred")}
        for name in names:
            if not times.get(name):
                raise BenchError(f"{name}: the benchmark failed; hogvec_bench --benchmark_filter="
                                 f"'^{name}$'")
        return [1 / times[name] for name in names]

    return Task(names, command, speeds)


def timed(tasks, runs):
    """Rows. In each round both versions run each task next to each other, in turns the first."""
    pairs = {name: {"was": [], "now": []} for task in tasks for name in task.names}
    done, total = 0, 2 * len(tasks) * runs
    try:
        for turn in range(runs):
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
