"""What machine this is, and what it can do at most, measured by hogvec_bench."""
import contextlib
import dataclasses
import functools
import glob
import hashlib
import json
import os
import platform
import re
import subprocess
import tempfile

from bench import BenchError
from bench.runs import child

_SYSFS = "/sys/devices/system/cpu"


def _read(path, otherwise=""):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return otherwise


def usable_cores():
    """Numbers of the cores that this process may use, one thread of each core before the second
    threads of any."""
    cores = sorted(os.sched_getaffinity(0))
    seen, first, later = set(), [], []
    for core in cores:
        siblings = _read(f"{_SYSFS}/cpu{core}/topology/thread_siblings_list", str(core))
        (later if siblings in seen else first).append(core)
        seen.add(siblings)
    return first + later


def cores_for(threads):
    """Where that many threads are to run: None, everywhere, if they want all cores. One thread
    keeps off the first core, which serves the interrupts."""
    cores = usable_cores()
    if threads >= len(cores):
        return None
    return [cores[-1]] if threads == 1 else cores[:threads]


def cpu_model():
    """As the kernel tells it."""
    found = re.search(r"^(?:model name|Model|cpu model)\s*:\s*(.+)$", _read("/proc/cpuinfo"), re.M)
    return found.group(1).strip() if found else platform.machine()


def caches():
    """{"L1d": bytes, "L2": bytes, "L3": bytes}: those of one core, as far as the kernel tells."""
    sizes = {}
    for folder in sorted(glob.glob(f"{_SYSFS}/cpu0/cache/index*")):
        kind, size = _read(f"{folder}/type"), _read(f"{folder}/size")
        unit = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}.get(size[-1:], 0)
        if kind in ("Data", "Unified") and unit and size[:-1].isdigit():
            level = _read(f"{folder}/level")
            sizes["L1d" if level == "1" else f"L{level}"] = int(size[:-1]) * unit
    return sizes


def load():
    """Processes that want to run, mean of a minute."""
    return os.getloadavg()[0]


def fingerprint():
    """12 hex digits: the same for runs that may be compared."""
    identity = json.dumps([cpu_model(), len(usable_cores()), caches()], sort_keys=True)
    return hashlib.sha256(identity.encode()).hexdigest()[:12]


def probe(program, pattern, seconds=0.2, cpus=None):
    """JSON of hogvec_bench for the benchmarks that match. Errors: BenchError."""
    with start_probe(program, pattern, seconds, cpus) as process:
        output = process.communicate()[0]
    return _parse(program, pattern, output, process.returncode)


def start_probe(program, pattern, seconds, cpus):
    """A child() that prints the JSON."""
    argv = [program, f"--benchmark_filter={pattern}", "--benchmark_format=json",
            f"--benchmark_min_time={seconds}"]
    if cpus is not None:
        argv = ["taskset", "-c", ",".join(map(str, cpus)), *argv]
    return child(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def _parse(program, pattern, output, code):
    try:
        report = json.loads(output)
        if code == 0 and report["benchmarks"]:
            return report
    except (ValueError, KeyError):
        pass
    raise BenchError(f"{program}: exit code {code}, no figures for {pattern}: run it by hand")


@functools.lru_cache
def compute_scaling(program, kernels, cores, seconds=0.3):
    """How many times what one core computes that many compute at once, in registers alone: what
    no program of that many threads can pass. A clock that falls with load, a second thread of the
    same core and a neighbour on the same machine show here. Errors: BenchError."""
    places = usable_cores()[:cores]
    alone = _fma_rates(program, kernels, places[-1:], seconds)
    together = _fma_rates(program, kernels, places, seconds)
    return sum(together) / sum(alone)


def compute_scalings(program, told, counts, seconds=0.3):
    """{"2": compute_scaling of 2 cores, ...}, the member of a history line, for the counts of
    threads that have a core each. told: of describe(). Errors: BenchError."""
    return {str(one): compute_scaling(program, told["kernels"], one, seconds)
            for one in sorted(counts) if 1 < one <= told["cores"]}


@dataclasses.dataclass(frozen=True)
class Limits:
    """What so many cores can do together. None: not known."""
    compute: float = None     # times what one computes in registers
    read: float = None        # bytes/s of memory
    round_trip: float = None  # ns of a cache line between the two that are farthest apart


def limits(program, told, counts, seconds=0.3):
    """{threads: Limits}; more threads than cores have those of all cores. told: of describe(), to
    which "compute_scalings" are added. Errors: BenchError."""
    if "fma_flops" not in told:  # there is no hogvec_bench
        return {threads: Limits() for threads in counts}
    of_threads = {threads: min(threads, told["cores"]) for threads in counts}
    scalings = compute_scalings(program, told, of_threads.values(), seconds)
    told["compute_scalings"] = scalings
    of_cores = {cores: Limits(scalings.get(str(cores), 1.0), _memory_rate(program, cores, seconds),
                              _farthest(told, usable_cores()[:cores]))
                for cores in sorted(set(of_threads.values()))}
    return {threads: of_cores[cores] for threads, cores in of_threads.items()}


def _memory_rate(program, cores, seconds):
    """Bytes/s that so many cores read at once; None where there is too little memory to tell."""
    pattern = f"^peak/read/memory/real_time/threads:{cores}$"
    with start_probe(program, pattern, seconds, usable_cores()[:cores]) as process:
        output = process.communicate()[0]
    if process.returncode != 0:  # no such benchmark
        return None
    return _parse(program, pattern, output, process.returncode)["benchmarks"][0].get("bytes")


def _farthest(told, cores):
    """ns of the longest round trip that was measured between two of the cores."""
    trips = [time for pair, time in told.get("round_trips_ns", {}).items()
             if {int(core) for core in pair.split("-")} <= set(cores)]
    return max(trips, default=None)


def _fma_rates(program, kernels, cores, seconds):
    """FLOP/s on the clock, of processes that run at the same time."""
    pattern = f"^peak/fma/{re.escape(kernels)}$"
    with tempfile.TemporaryDirectory(prefix="hogvec_bench_") as folder:
        with contextlib.ExitStack() as stack:
            processes = []
            for core in cores:
                with open(os.path.join(folder, str(core)), "wb") as out:
                    argv = ["taskset", "-c", str(core), program, f"--benchmark_filter={pattern}",
                            "--benchmark_format=json", f"--benchmark_min_time={seconds}"]
                    processes.append(stack.enter_context(
                        child(argv, stdout=out, stderr=subprocess.DEVNULL)))
            codes = [process.wait() for process in processes]
        rates = []
        for core, code in zip(cores, codes):
            with open(os.path.join(folder, str(core)), "rb") as file:
                one = _parse(program, pattern, file.read(), code)["benchmarks"][0]
            # The rate is one of CPU time: a core that was taken for a while counts as that.
            rates.append(one["FLOP"] * one["cpu_time"] / one["real_time"])
    return rates


def describe(bin_folder=None, quick=False):
    """The member "machine" of a history line, to be taken before the work, which is load itself.
    With a folder of programs also its kernels; where hogvec_bench is one of them, what the machine
    can do at most, on one core: a few seconds. Errors: BenchError."""
    told = {"fingerprint": fingerprint(), "cpu": cpu_model(), "cores": len(usable_cores()),
            "caches": caches(), "load": load()}
    if bin_folder is None:
        return told
    program = os.path.join(bin_folder, "hogvec_bench")
    if not os.access(program, os.X_OK):
        kernels = _kernels_of_training(os.path.join(bin_folder, "word2vec"))
        return {**told, "kernels": kernels} if kernels else told
    seconds = 0.05 if quick else 0.3
    peak = probe(program, "^peak/(fma/[^/]+$|read/[^/]+$|round_trip/)", seconds)
    told["kernels"] = kernels = peak["context"]["active kernels"]
    reads, trips = {}, {}
    for one in peak["benchmarks"]:
        name = one["name"].split("/")
        if one["name"] == f"peak/fma/{kernels}":
            told["fma_flops"] = one["FLOP"]
        elif name[1] == "read":
            reads["memory" if name[2] == "DRAM" else name[2]] = one["bytes"]
        elif name[1] == "round_trip":
            trips[name[2]] = one["ns_per_trip"]
    told["read_bytes_per_s"] = reads
    if trips:
        told["round_trip_ns"] = max(trips.values())  # of the cores that are farthest apart
        told["round_trips_ns"] = trips
        told["compute_scaling"] = compute_scaling(program, kernels, 2, seconds)
    return told


def _kernels_of_training(program):
    """As the report of word2vec names them; None where it does not."""
    with tempfile.TemporaryDirectory(prefix="hogvec_bench_") as folder:
        text, report = os.path.join(folder, "text"), os.path.join(folder, "report.json")
        with open(text, "w", encoding="ascii") as file:
            file.write("a b a b\n")
        with child([program, "-train", text, "-output", os.path.join(folder, "vectors"), "-report",
                    report, "-min-count", "1", "-size", "1", "-threads", "1", "-iter", "1"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            process.wait()
        try:
            return json.loads(_read(report))["kernel"]
        except (ValueError, LookupError, TypeError):
            return None


def table(told):
    """Lines for people."""
    size = {name: f"{name} {value / 1024:,.0f} KiB" for name, value in told["caches"].items()}
    lines = [f"{told['cpu']}, {told['cores']} cores, {', '.join(size.values())}; "
             f"load {told['load']:.2f}"]
    if told["load"] > 0.5:
        lines.append("something else runs on this machine: read ratios, not single times")
    if "fma_flops" in told:
        reads = ", ".join(f"{k} {v / 1e9:,.0f}" for k, v in told["read_bytes_per_s"].items())
        lines.append(f"kernels {told['kernels']}: {told['fma_flops'] / 1e9:,.0f} GFLOP/s a core; "
                     f"reads {reads} GB/s")
    if "round_trip_ns" in told:
        trip = told["round_trip_ns"]
        meaning = " (the cores share a cache)" if trip < 200 else \
            " (the cores share no cache)" if trip > 300 else ""
        lines.append(f"a cache line goes there and back in {trip:.0f} ns{meaning}; "
                     f"2 cores compute {told['compute_scaling']:.2f} x what one does")
    return lines
