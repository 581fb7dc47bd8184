"""Where made-up series change is where bench/changes.py says, and seldom elsewhere.

Usage: history_changes.py TOOLS_FOLDER            the claims
       history_changes.py TOOLS_FOLDER HISTORY    writes a history with one figure that became
                                                  slower, one that became faster, and one of neither
"""
import json
import os
import random
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(sys.argv[1], "lib"))

from bench import changes  # noqa: E402

# Single runs of skip-gram, 100 MB, five epochs, two threads, million words/s: two cores of a shared
# host in a quiet hour (Zen 3). A record is the median of three.
RUNS = (4.746, 4.860, 4.897, 5.082, 4.979, 5.025, 4.759, 4.891, 5.197, 5.143, 4.895, 5.185)
MEAN = sum(RUNS) / len(RUNS)


def series(draw, levels, share=1):
    """levels: (value, records) one after the other, with such a share of the noise of RUNS."""
    def noisy(value):
        return value * (1 + share * (sorted(draw.choices(RUNS, k=3))[1] / MEAN - 1))
    return [noisy(value) for value, count in levels for _ in range(count)]


def told(draw, levels, tries, share=1, alarm=changes.ALARM):
    return [[change.index for change in changes.changes(series(draw, levels, share), alarm)]
            for _ in range(tries)]


def false_alarms_are_as_rare_as_said():
    draw = random.Random(1)
    for records, tries in ((14, 1500), (40, 1500), (150, 300)):
        for alarm in (0.05, 0.01):
            alarms = sum(map(bool, told(draw, [(7.0, records)], tries, alarm=alarm)))
            # Beyond three standard deviations of what may be.
            most = tries * alarm + 3 * (tries * alarm)**0.5
            assert alarms <= most, f"{alarms} of {tries} series of {records} at {alarm}"


def steps_are_found_where_they_are():
    draw = random.Random(2)
    # A step of 2 % is less than that noise: what it wants is a figure that has a quarter of it.
    for step, share, after, least in ((0.10, 1, 5, 0.85), (0.05, 1, 12, 0.7),
                                      (0.02, 0.25, 12, 0.7)):
        for level in (1 - step, 1 / (1 - step)):
            found = told(draw, [(1e6, 30), (1e6 * level, after)], 20, share)
            right = sum(any(abs(index - 30) <= 1 for index in one) for one in found)
            assert right >= 20 * least, f"{right} of 20 steps of {step} after {after} records"


def several_steps_are_told_one_by_one():
    draw = random.Random(3)
    values = series(draw, [(100, 20), (120, 20), (108, 20), (150, 20)])
    values[50] *= 0.4  # a bad day
    found = changes.changes(values)
    assert [change.index for change in found] == [20, 40, 60], found
    for change, ratio in zip(found, (1.2, 0.9, 150 / 108)):
        assert abs(change.ratio / ratio - 1) < 0.05, change


def what_is_no_series_has_no_change():
    for values in ([], [1.0] * 5, [1.0] * 50, [0.0] * 20 + [1.0] * 20, [-1.0] * 20 + [1.0] * 20):
        assert changes.changes(values) == [], values
    counts = [1000.0] * 20 + [1001.0] * 20  # as of instructions: no noise at all
    assert [change.index for change in changes.changes(counts)] == [20]


def write_history(path):
    """30 commits; the first digits of a commit are its number."""
    draw = random.Random(4)
    figures = {"slower": series(draw, [(5e6, 24), (4e6, 6)]),
               "faster": series(draw, [(5e6, 10), (6e6, 20)]),
               "same": series(draw, [(5e6, 30)])}
    with open(path, "w", encoding="utf-8") as file:
        for k in range(30):
            made = [{"name": f"train/{name}/threads:1", "value": values[k], "unit": "words/s",
                     "low": values[k] * 0.99, "high": values[k] * 1.01, "runs": 5,
                     "better": "higher"} for name, values in figures.items()]
            record = {"schema": 1, "time": f"2026-01-{k + 1:02}T12:00:00Z",
                      "commit": f"{k:02}" + 38 * "a", "dirty": False, "kind": "train",
                      "machine": {"fingerprint": "0123456789ab", "cpu": "Sample CPU", "cores": 2},
                      "settings": {}, "figures": made}
            file.write(json.dumps(record) + "\n")


if len(sys.argv) > 2:
    write_history(sys.argv[2])
else:
    false_alarms_are_as_rare_as_said()
    steps_are_found_where_they_are()
    several_steps_are_told_one_by_one()
    what_is_no_series_has_no_change()
