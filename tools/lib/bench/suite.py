"""tools/bench suite: hogvec_bench into the history, where the page's roofline finds it."""
import json
import os
import tempfile

from bench import ROOT, BenchError, Flags, history, machine
from bench import runs as timing

USAGE = """usage: tools/bench suite [FLAG VALUE]...

Runs hogvec_bench and shows what it prints.

  -filter REGEX   the benchmarks to run (all: a quarter of an hour)
  -runs N         repetitions, in random order (3)
  -seconds X      of each, at least (0.1)
  -history FILE   appends the result, one line
  -build DIR      the build folder, brought up to date (build)
  -bin DIR        its programs as they are

tools/bench suite -filter '^(logistic_block|dot|axpy|softmax_)' -history ~/hogvec.jsonl"""

# Counters that are rates, in the order in which one is taken.
UNITS = ("FLOP", "words", "pairs", "centers", "bytes", "scores", "questions", "values", "numbers",
         "draws", "blocks", "chunks", "rows", "slices", "rounds")


def main(arguments):
    """Errors: BenchError."""
    values = {"filter": ".", "runs": 3, "seconds": "0.1", "history": "", "bin": "",
              "build": os.path.join(ROOT, "build")}
    flags = Flags("suite", USAGE, values).parse(arguments)
    if flags.history:
        history.check_writable(flags.history)
    checkout = history.checkout_state(flags.bin)
    bin_folder = flags.bin or timing.build(flags.build, ["hogvec_bench"])
    told = machine.describe(bin_folder) if flags.history else None
    found = figures(run(flags, os.path.join(bin_folder, "hogvec_bench")))
    if flags.history:
        settings = {name: getattr(flags, name) for name in ("filter", "runs", "seconds")}
        history.append(flags.history,
                       history.record("suite", checkout, told, settings, found))
        print(f"\nappended to {flags.history}")
    return 0


def run(flags, program):
    """The JSON of all repetitions."""
    with tempfile.TemporaryDirectory(prefix="hogvec_bench_") as folder:
        path = os.path.join(folder, "out.json")
        argv = [program, f"--benchmark_filter={flags.filter}",
                f"--benchmark_min_time={flags.seconds}", f"--benchmark_repetitions={flags.runs}",
                "--benchmark_enable_random_interleaving=true",
                "--benchmark_display_aggregates_only=true", f"--benchmark_out={path}",
                "--benchmark_out_format=json"]
        with timing.child(argv) as process:
            code = process.wait()
        try:
            with open(path, encoding="utf-8") as file:
                told = json.load(file)["benchmarks"]
        except (OSError, ValueError, KeyError):
            told = []
        if code != 0 or not told:
            raise BenchError(f"{program}: exit code {code}, no figures for -filter {flags.filter}; "
                             "--benchmark_list_tests tells the names")
        return told


def figures(told):
    """Of the history: medians and quartiles. Errors: BenchError for one that failed."""
    rates = {}
    for one in told:
        if one.get("error_occurred"):
            raise BenchError(f"{one['name']}: {one.get('error_message')}; not in the history")
        if one.get("run_type") != "iteration" or one["name"].startswith("peak/"):
            continue
        unit = next((unit for unit in UNITS if unit in one), None)
        # What has no rate in the field's units is shown as a time.
        value, kind = (one[unit], (f"{unit}/s", "higher")) if unit else \
            (one["real_time"], (one["time_unit"], "lower"))
        name = one.get("run_name", one["name"]).replace("/real_time", "")
        rates.setdefault((name, *kind), []).append(value)
    made = []
    for (name, unit, better), values in sorted(rates.items()):  # run in random order
        middle, low, high = timing.summary(values)
        made.append(history.figure(name, middle, unit, low, high, len(values), better))
    return made
