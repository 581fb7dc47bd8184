"""What the modules of tools/bench promise. Usage: bench.py TOOLS_FOLDER EMPTY_FOLDER"""
import hashlib
import json
import math
import os
import resource
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(sys.argv[1], "lib"))
os.chdir(sys.argv[2])

from bench import BenchError, UsageError, corpus, growth, history  # noqa: E402
from bench import instructions, machine, positive, runs, scaling, sweeps  # noqa: E402


def refuses(call, *arguments):
    try:
        call(*arguments)
    except BenchError as error:
        assert "\n" not in str(error), error
        return str(error)
    raise AssertionError(f"{call.__name__}{arguments} is not refused")


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def texts_are_the_same_everywhere():
    text = contents(corpus.zipf_text(20000, 1000, 1, "a"))
    # Histories hold figures of these very bytes, on all machines: they must never change.
    digest = hashlib.sha256(text).hexdigest()
    assert digest == "3f51a1e16c8dbda7533fb3a7eea1e169f8f9436415550d255d6d87653a770003", digest
    if corpus.numpy:
        library, corpus.numpy = corpus.numpy, None
        assert contents(corpus.zipf_text(20000, 1000, 1, "b")) == text, "without NumPy"
        corpus.numpy = library
    assert contents(corpus.zipf_text(20000, 1000, 2, "a")) != text, "the seed does nothing"
    assert sorted(len(line.split()) for line in text.splitlines()) == [1000] * 20


def texts_of_all_sizes_have_one_vocabulary():
    short = contents(corpus.zipf_text(16000, 1000, 1, "a")).split()
    long = contents(corpus.zipf_text(50000, 1000, 1, "a")).split()
    assert long[:len(short)] == short, "a shorter text is no beginning of a longer one"
    assert set(short) == set(long) == {corpus.word(k).encode() for k in range(1000)}
    refuses(corpus.zipf_text, 15999, 1000, 1, "a")  # 16 words of text for each of the vocabulary
    # Mandelbrot's law: rank 1 to rank 11 as (11 + 2.7) / (1 + 2.7), 5 standard deviations of
    # counts of about 3400 and 900.
    counts = [long.count(corpus.word(k).encode()) for k in (0, 10)]
    assert abs(counts[0] / counts[1] - 13.7 / 3.7) < 0.6, counts
    assert len({corpus.word(k) for k in range(200_000)}) == 200_000


def a_text_is_cut_into_lines():
    words = [b"w%d" % k for k in range(2500)]
    with open("text", "wb") as file:
        file.write(b"  " + b" \n\t".join(words))
    for chunk in (7, 1 << 20):  # 7: blocks end within words and between them
        corpus._CHUNK = chunk
        cut = contents(corpus.lines_of("text", f"lines{chunk}"))
        assert [len(line.split()) for line in cut.splitlines()] == [1000, 1000, 500]
        assert cut.split() == words
    corpus._CHUNK = 1 << 20
    refuses(corpus.lines_of, "absent", "lines")
    # A file that cannot be read is no lack of room, and one without white space is no text.
    assert "can be read" in refuses(corpus.lines_of, "/proc/self/mem", "unread")
    with open("endless", "wb") as file:
        file.write(b"x" * (3 << 20))
    assert "white space" in refuses(corpus.lines_of, "endless", "unread")
    assert os.listdir("unread") == []
    assert not any(name.startswith("partial") for name in os.listdir("lines7"))


def an_interrupted_text_leaves_nothing():
    def interrupt(_text):
        assert os.listdir("interrupted"), "told before anything is there"
        raise KeyboardInterrupt
    try:
        corpus.zipf_text(20000, 1000, 1, "interrupted", interrupt)
    except KeyboardInterrupt:
        assert os.listdir("interrupted") == []
        return
    raise AssertionError("the interrupt is lost")


def record(value=1.0):
    return history.record("train", history.checkout_state(), machine.describe(), {"quick": True},
                          [history.figure("a/threads:2", value, "words/s", 0.5, 2, 3)])


def a_history_keeps_whole_lines():
    history.append("history", record())
    history.append("history", record(2.0))
    assert [one["figures"][0]["value"] for one in history.read("history")] == [1.0, 2.0]
    before = contents("history")
    refuses(history.append, "history", record(math.nan))
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, resource.RLIM_INFINITY))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    refuses(history.append, "history", record())  # room for 100 bytes more
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert contents("history") == before, "half a line stays"
    refuses(history.append, "/dev/full", record())
    refuses(history.append, "absent/history", record())


def damaged_histories_are_refused():
    good = record()
    assert "line 2" in refuses(read_lines, [json.dumps(good), json.dumps(good)[:100]])
    for member, wrong in (("schema", 2), ("schema", None), ("kind", "other"), ("time", "now"),
                          ("time", "٢٠٢٦-01-31T12:00:00Z"),
                          ("commit", "x"), ("commit", "<b>"), ("machine", []), ("machine", {}),
                          ("figures", {}), ("figures", [1]), ("figures", [{}]), ("dirty", 1)):
        refuses(read_lines, [json.dumps({**good, member: wrong})])
    for member, wrong in (("value", "1"), ("value", True), ("value", math.inf), ("runs", 0),
                          ("better", "left"), ("name", None), ("quality", {"similarity": "x"}),
                          ("quality", 5), ("quality", None), ("quality", ["similarity"]),
                          ("source", 1), ("source", None)):
        refuses(read_lines, [json.dumps({**good, "figures": [{**good["figures"][0],
                                                               member: wrong}]})])
    refuses(read_lines, ["[" * 100_000])
    refuses(read_lines, ["1"])
    refuses(history.read, "absent")
    # What another program left unfinished does not take the next line with it.
    with open("half", "w", encoding="utf-8") as file:
        file.write(json.dumps(good)[:50])
    history.append("half", good)
    assert json.loads(contents("half").splitlines()[1]) == good


def read_lines(lines):
    with open("lines", "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return history.read("lines")


def reports_of_other_builds_are_refused():
    report = {"seconds": {"train": 2}, "list": [1]}
    assert runs.member(report, "seconds", "train") == 2
    assert runs.member(report, "list", kind=list) == [1]
    for path in (["absent"], ["seconds"], ["seconds", "absent"], ["list", "train"]):
        assert "this checkout" in refuses(runs.member, report, *path)


def times_have_units():
    for unit, scale in (("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1)):
        assert instructions.cpu_seconds({"cpu_time": 3, "time_unit": unit}) == 3 * scale
    refuses(instructions.cpu_seconds, {"cpu_time": 3})


def the_commit_of_other_programs_is_unknown():
    assert history.checkout_state("bin") == (history.UNKNOWN, False)


def ratios_have_intervals():
    slower = runs.paired_ratio([1.1, 1.3, 1.2, 1.15, 1.25, 1.18], [1.0] * 6)
    # All of 6 pairs above 1: of 64 signs two are as far out, so 62 of 64.
    assert 1 < slower.low <= slower.value <= slower.high and slower.confidence == 62 / 64
    same = runs.paired_ratio([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],
                             [1.1, 1.9, 3.2, 3.9, 5.1, 5.8, 7.2, 7.9])
    assert same.low < 1 < same.high and same.confidence >= 0.95
    assert runs.paired_ratio([3.0], [2.0]).confidence == 0  # one pair says nothing of the noise
    assert abs(runs.paired_ratio([3.0], [2.0]).value - 1.5) < 1e-12
    # Table of the signed-rank statistic: with 10 pairs P(T <= 8) = 25/1024.
    assert sum(runs._signed_rank_ways(10)[:9]) == 25


def medians_and_quartiles():
    assert runs.summary([4.0, 1.0, 3.0, 2.0, 5.0]) == (3.0, 2.0, 4.0)
    assert runs.summary([1.0]) == (1.0, 1.0, 1.0)
    assert runs.median([1.0, 2.0]) == 1.5


def exponents_are_found():
    fit = growth.fit([1, 2, 4, 8], [3 * x**0.5 for x in (1, 2, 4, 8)])
    assert abs(fit.exponent - 0.5) < 1e-12 and fit.error < 1e-7
    assert abs(fit.spread - 8**0.5) < 1e-12
    assert growth.fit([2, 2], [1, 3]) is None
    assert growth.matrix_bytes(1000, 100) == 2 * 1000 * 112 * 4  # rows of 7 x 16 floats
    assert [growth.home(size, {"L2": 10, "L3": 100}) for size in (9, 11, 101)] == \
        ["L2", "L3", "memory"]


def curves_over_threads():
    limits = {1: machine.Limits(1.0), 2: machine.Limits(1.6), 4: machine.Limits(0.7)}
    rates = {4: [6.0], 1: [3.0, 1.0, 2.0], 2: [3.0, 5.0]}
    rows = scaling.curve("scaling/cbow-ns/D:100", rates, limits).rows
    assert [row.threads for row in rows] == [1, 2, 4]
    assert [row.gain[0] for row in rows] == [1.0, 2.0, 3.0]
    assert [row.step for row in rows] == [None, 2.0, 1.5]
    # Two cores could do 1.6 times what one does; four could at least do that.
    assert [row.efficiency[0] for row in rows] == [1.0, 1.25, 3.0]
    assert rows[1].efficiency == (2 / 1.6, 1.75 / 1.6, 2.25 / 1.6)
    # What was not measured says so, and is none of the figures that were.
    model = scaling.curve("scaling/cbow-ns/D:100", {1: [2.0], 256: [80.0]}, limits, "model")
    assert {row.source for row in model.rows} == {"model"}
    assert model.rows[1].efficiency is None  # of so many cores nothing is known
    assert [(one["name"], one["source"]) for one in model.figures()] == [
        (f"scaling/cbow-ns/D:100/model/threads:{threads}", "model") for threads in (1, 256)]


def curves_are_named_by_what_is_unusual():
    base = scaling.default_base()
    usual = sweeps.Setting("cbow-ns", **base, threads=2)
    assert scaling.name_of(usual) == "scaling/cbow-ns/D:100"
    other = sweeps.Setting("cbow-ns", **{**base, "window": 7, "dim": 50}, threads=2)
    assert scaling.name_of(other) == "scaling/cbow-ns/D:50/window:7"
    assert base["words"] >= 500_000 * len(machine.usable_cores())


def limits_of_the_machine():
    told = {"cores": 2}
    assert machine.limits("absent", told, [1, 8]) == {1: machine.Limits(), 8: machine.Limits()}
    trips = {"round_trips_ns": {"0-1": 100.0, "0-3": 400.0}}
    assert [machine._farthest(trips, cores) for cores in ([0], [0, 1], [0, 1, 3])] == \
        [None, 100.0, 400.0]
    counts = sweeps.core_counts()
    assert counts[0] == 1 and counts[-1] == len(machine.usable_cores())


def numbers_of_flags():
    assert [positive("-n", text) for text in ("1", "30k", "4M")] == [1, 30_000, 4_000_000]
    for text in ("", "0", "-1", "1.5", "k", "4m", "١", "1e6", "9" * 5000, " 1"):
        try:
            positive("-n", text)
        except UsageError:
            continue
        raise AssertionError(f"{text[:20]!r} is a number")


for claim in (texts_are_the_same_everywhere, texts_of_all_sizes_have_one_vocabulary,
              a_text_is_cut_into_lines, an_interrupted_text_leaves_nothing,
              a_history_keeps_whole_lines, damaged_histories_are_refused, ratios_have_intervals,
              reports_of_other_builds_are_refused, times_have_units,
              the_commit_of_other_programs_is_unknown, medians_and_quartiles, exponents_are_found,
              curves_over_threads, curves_are_named_by_what_is_unusual, limits_of_the_machine,
              numbers_of_flags):
    claim()
