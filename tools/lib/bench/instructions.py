"""How many instructions the hot kernels take for a unit of work, counted by callgrind.

The same on every machine, idle or not: what a kernel executes on AVX2, with one compiler. Counts
start before the timed loop of a benchmark and stop behind it. A run of 1 iteration, which Google
Benchmark begins with, is taken off the last run of N, and with it all that is not the loop.
"""
import contextlib
import glob
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

from bench import ROOT, BenchError, SlowerError, runs
from bench.runs import child

ARCH = "fma3+avx2"  # the widest instructions that valgrind knows
# Benchmark and the counter with its units of work.
HOT = {
    "logistic_block/D:100": "FLOP",
    "logistic_block/D:300": "FLOP",
    "own_block/D:100": "FLOP",
    "path_block/D:100": "FLOP",
    "dot/D:100": "FLOP",
    "axpy/D:100": "FLOP",
    "sigmoid": "values",
    "score_rows/D:100": "FLOP",
    "softmax_visit/D:100": "FLOP",
    "mean_row/D:100": "FLOP",
    "add_to_rows/D:100": "FLOP",
    "window_pairs": "blocks",
    "repeat_distances": "words",
    "random_bits": "numbers",
    "special_bytes/KiB:64": "bytes",
}
FILE = os.path.join(ROOT, "bench", "instructions.json")
RISE = 0.02  # that fails. Counts are exact: it leaves room for a branch beside the hot loop
AGAIN = "tools/bench compare -quick -record"


class Unable(BenchError):
    """Nothing can be counted here, through no fault of the code."""


def check_able(program):
    """Errors: Unable with the reason."""
    if shutil.which("valgrind") is None:
        raise Unable("no valgrind: apt-get install valgrind")
    if not any(name.endswith("/" + ARCH) for name in names_of(program)):
        raise Unable(f"this processor has no {ARCH}")


def names_of(program):
    """The benchmarks of hogvec_bench. Errors: BenchError."""
    try:
        done = subprocess.run([program, "--benchmark_list_tests"], capture_output=True,
                              encoding="utf-8", errors="replace", check=False)
    except OSError as error:
        raise BenchError(f"{program}: {error.strerror}; build hogvec_bench") from error
    if done.returncode != 0:
        raise BenchError(f"{program}: exit code {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.stdout.split()


def compiler_of(build_folder):
    """What decides the counts but the sources: "GNU 12.2.0", and flags if there are any.

    Errors: BenchError, Unable for a build of another kind.
    """
    told = {}
    found = glob.glob(os.path.join(glob.escape(build_folder), "CMakeFiles", "*",
                                   "CMakeCXXCompiler.cmake"))
    for path in [os.path.join(build_folder, "CMakeCache.txt"), *found]:
        with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
            told.update(re.findall(r"^(\w+):\w+=(.*)$", text, re.M))
            told.update(re.findall(r'^set\((\w+) "(.*)"\)$', text, re.M))
    if "CMAKE_CXX_COMPILER_VERSION" not in told:
        raise BenchError(f"{build_folder}: is no folder that cmake made; name one with -build")
    if told.get("CMAKE_BUILD_TYPE") != "Release" or told.get("HOGVEC_SANITIZE"):
        raise Unable(f"{build_folder} is no Release build")
    flags = " ".join(told.get(name, "") for name in ("CMAKE_CXX_FLAGS", "CMAKE_CXX_FLAGS_RELEASE"))
    flags = flags.replace("-O3 -DNDEBUG", "").strip()
    name = f"{told['CMAKE_CXX_COMPILER_ID']} {told['CMAKE_CXX_COMPILER_VERSION']}"
    return f"{name} {flags}".strip()


def count(program, kernels=None, tell=None):
    """{benchmark: instructions for one unit of work}. tell(done, total) after each.

    Errors: BenchError, of a benchmark that is gone or fails.
    """
    kernels = list(kernels or HOT)
    names = set(names_of(program))
    for kernel in kernels:
        if f"{kernel}/{ARCH}" not in names:
            raise BenchError(f"{program}: has no benchmark {kernel}/{ARCH}: was it renamed? Then "
                             f"rename it in HOT of tools/lib/bench/instructions.py and {AGAIN}")
    with tempfile.TemporaryDirectory(prefix="hogvec_bench_") as folder:
        made = [os.path.join(folder, str(k)) for k in range(len(kernels))]
        run_all([argv_of(program, *pair) for pair in zip(kernels, made)], made, tell)
        return {kernel: per_unit(kernel, HOT[kernel], path) for kernel, path in zip(kernels, made)}


def argv_of(program, kernel, path):
    return ["valgrind", "--tool=callgrind", f"--callgrind-out-file={path}.count",
            "--zero-before=benchmark::State::StartKeepRunning*",
            "--dump-before=benchmark::State::FinishKeepRunning*", program,
            f"--benchmark_filter=^{re.escape(kernel + '/' + ARCH)}$", "--benchmark_min_time=0.05",
            f"--benchmark_out={path}.json", "--benchmark_out_format=json"]


def run_all(commands, paths, tell):
    """As many at once as there are cores; their messages in paths' .log."""
    # LD_BIND_NOW: symbols that are looked up at the first call would count in the first run.
    environment = {**os.environ, "HOGVEC_SIMD": ARCH, "LD_BIND_NOW": "1"}
    waiting, running, done = list(zip(commands, paths)), [], 0
    with contextlib.ExitStack() as stack:
        while waiting or running:
            while waiting and len(running) < len(os.sched_getaffinity(0)):
                argv, path = waiting.pop(0)
                log = stack.enter_context(open(path + ".log", "wb"))
                running.append(stack.enter_context(
                    child(argv, stdout=log, stderr=log, env=environment)))
            time.sleep(0.02)
            done += sum(process.poll() is not None for process in running)
            running = [process for process in running if process.returncode is None]
            if tell:
                tell(done, len(commands))


def per_unit(kernel, unit, path):
    """From the files of one process. Errors: BenchError."""
    try:
        with open(path + ".json", encoding="utf-8") as file:
            run = json.load(file)["benchmarks"][-1]
    except (OSError, ValueError, LookupError) as error:
        with open(path + ".log", encoding="utf-8", errors="replace") as file:
            lines = file.read().strip().splitlines() or ["no message"]
        raise BenchError(f"{kernel}: valgrind gave no result: {lines[-1][:300]}") from error
    if run.get("error_occurred") or unit not in run:
        raise BenchError(f"{kernel}: {run.get('error_message') or 'does not count ' + unit}; "
                         f"hogvec_bench --benchmark_filter='^{kernel}/'")
    totals = []
    while os.path.exists(f"{path}.count.{len(totals) + 1}"):
        with open(f"{path}.count.{len(totals) + 1}", encoding="utf-8", errors="replace") as file:
            totals.append(int(re.search(r"^summary: (\d+)", file.read(), re.M)[1]))
    iterations = run["iterations"]
    if not totals or (iterations > 1 and len(totals) < 2):
        raise BenchError(f"{kernel}: valgrind saw no timed loop; is Google Benchmark a library "
                         "whose names are stripped?")
    # One iteration is a run of its own where it takes long, beside which the rest is nothing.
    loop = (totals[-1] - totals[0]) / (iterations - 1) if iterations > 1 else totals[-1]
    # The counter is a rate of CPU time; an iteration does a whole number of units. Doubles keep
    # far more digits of it than this asks for.
    units = run[unit] * cpu_seconds(run)
    if round(units) < 1 or abs(units - round(units)) > 0.01:
        raise BenchError(f"{kernel}: {units:.6g} {unit} an iteration, which is no whole number: "
                         "is the counter still a rate of CPU time?")
    return loop / round(units)


def cpu_seconds(row):
    """Of one iteration of a benchmark, by its row of JSON. Errors: BenchError."""
    scale = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}.get(row.get("time_unit"))
    if scale is None:
        raise BenchError(f"{row.get('name')}: a time in {row.get('time_unit')}; want ns, us, ms, s")
    return runs.member(row, "cpu_time") * scale


def read_file(path=None):
    """(compiler, {kernel: instructions}). Errors: BenchError."""
    path = path or FILE
    try:
        with open(path, encoding="utf-8") as file:
            told = json.load(file)
        return told["compiler"], {str(k): float(v) for k, v in told["instructions"].items()}
    except FileNotFoundError as error:
        raise BenchError(f"{path}: is missing; {AGAIN} writes it") from error
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise BenchError(f"{path}: not what -record wrote; {AGAIN} writes it anew") from error


def write_file(compiler, counts, path=None):
    """Errors: BenchError."""
    path = path or FILE
    told = {"compiler": compiler, "kernels": ARCH,
            "instructions": {kernel: float(f"{value:.5g}") for kernel, value in counts.items()}}
    try:
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(json.dumps(told, indent=2) + "\n")
        os.replace(path + ".new", path)
    except OSError as error:
        raise BenchError(f"{path}: {error.strerror}; it has to be writable") from error


def count_both(bins):
    """[(kernel, was, now)]: instructions for a unit of work, of the kernels that both have."""
    try:
        for version in bins.values():
            check_able(os.path.join(version, "hogvec_bench"))
    except Unable as error:
        print(f"\ninstructions: skipped: {error}")
        return []
    programs = {version: os.path.join(path, "hogvec_bench") for version, path in bins.items()}
    have = set(names_of(programs["was"]))
    kernels_of_both = [k for k in HOT if f"{k}/{ARCH}" in have]
    if not kernels_of_both:
        print("\ninstructions: none of the hot kernels is in the revision")
        return []
    counts = {version: count(program, kernels_of_both)
              for version, program in programs.items()}
    counted = [(k, counts["was"][k], counts["now"][k]) for k in kernels_of_both]
    print_counts(counted)
    return counted


def print_counts(counted):
    width = max(len(name) for name, *_ in counted)
    print(f"\n{ARCH:<{width}}         was         now    change  instructions for a")
    for name, was, now in counted:
        rise = now / was - 1
        mark = "   MORE" if rise > RISE else ""
        print(f"{name:<{width}}  {was:>10.5g}  {now:>10.5g}  {rise:>+8.2%}  "
              f"{HOT[name]}{mark}")


def quick(flags):
    """Instructions against the committed file."""
    bin_folder = flags.bin or runs.build(flags.build, ["hogvec_bench"])
    program = os.path.join(bin_folder, "hogvec_bench")
    try:
        check_able(program)
        compiler = compiler_of(os.path.dirname(os.path.abspath(bin_folder)))
        if flags.record:
            write_file(compiler, count(program))
            print(f"{FILE}: written, {compiler}")
            return 0
        recorded_with, recorded = read_file()
        if compiler != recorded_with:
            raise Unable(f"counts were recorded with {recorded_with}, not with {compiler}")
    except Unable as error:
        print(f"skipped: {error}")
        return 0
    if set(recorded) != set(HOT):
        raise BenchError(f"{FILE}: names other kernels than HOT of "
                         f"tools/lib/bench/instructions.py; {AGAIN}")
    counts = count(program)
    counted = [(name, recorded[name], counts[name]) for name in HOT]
    print_counts(counted)
    more = [f"{name} from {was:.5g} to {now:.5g} for a {HOT[name]}"
            for name, was, now in counted if now > was * (1 + RISE)]
    if more:
        raise SlowerError(f"more instructions: {'; '.join(more)}: make it as lean as it was, or, "
                          f"where they buy speed (tools/bench compare HEAD), {AGAIN}")
    return 0
