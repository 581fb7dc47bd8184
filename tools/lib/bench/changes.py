"""Where a series of medians has changed for good: E-divisive's way, of means of logarithms.

A series is cut where the means before and after differ most, in units of their noise, if so great a
difference is rare among the same values in random order; then both parts are cut again (Matteson
and James, arXiv 1306.4933, with means in the place of energy distances: what matters here is the
level). Nothing is assumed of the noise but that its order does not matter: on a machine whose speed
drifts for hours, records of one evening tell less than their number says.
"""
import dataclasses
import itertools
import math
import operator
import random

from bench.runs import median

ALARM = 0.001  # of a series without a change: the chance that one is told
LEAST = 3      # records of a level: one or two are a bad day
_CLIP = 4      # standard deviations beyond which a value is only far away


@dataclasses.dataclass
class Change:
    """Levels are medians; a value that has changed is one of `index` and later."""
    index: int
    before: float
    now: float

    @property
    def ratio(self):
        return self.now / self.before


def changes(values, alarm=ALARM):
    """The changes of a series, oldest first; none of values that are not above zero."""
    if len(values) < 2 * LEAST or min(values) <= 0:
        return []
    logs = [math.log(value) for value in values]
    cuts = _cuts(logs, 0, alarm, random.Random(len(logs)))  # the same page every time
    ends = [0, *cuts, len(values)]
    levels = [median(values[begin:end]) for begin, end in zip(ends, ends[1:])]
    return [Change(cut, before, now) for cut, before, now in zip(cuts, levels, levels[1:])]


def _cuts(logs, offset, alarm, draw):
    if len(logs) < 2 * LEAST:
        return []
    near = _without_outliers(logs)
    middle = math.fsum(near) / len(near)
    near = [log - middle for log in near]
    weights = [math.sqrt(len(near) / (cut * (len(near) - cut))) for cut in _places(near)]
    differences = _differences(near, weights)
    greatest = max(differences)
    if not _is_rare(near, weights, greatest, alarm, draw):
        return []
    cut = _places(near)[differences.index(greatest)]
    return [*_cuts(logs[:cut], offset, alarm, draw), offset + cut,
            *_cuts(logs[cut:], offset + cut, alarm, draw)]


def _places(logs):
    return range(LEAST, len(logs) - LEAST + 1)


def _differences(logs, weights):
    """Of the means before and after each place, over the standard deviation that the difference
    has where the noise's is 1. The logs' own mean is zero."""
    sums = itertools.islice(itertools.accumulate(logs), LEAST - 1, len(logs) - LEAST)
    return list(map(operator.mul, map(abs, sums), weights))


def _is_rare(logs, weights, greatest, alarm, draw):
    """Whether at most `alarm` of the orders of these values have so great a difference. Stops as
    soon as too many have been seen: after some tens of a series without a change."""
    most = 4  # that may be as great
    orders = math.ceil((most + 1) / alarm) - 1
    shuffled = list(logs)
    for _ in range(orders):
        draw.shuffle(shuffled)
        if max(_differences(shuffled, weights)) >= greatest - 1e-12:
            most -= 1
            if most < 0:
                return False
    return True


def _without_outliers(logs):
    """What is far from the middle of the part is only far, however far. The scale is that of
    differences of neighbours, which a change of level hardly has."""
    scale = median([abs(b - a) for a, b in zip(logs, logs[1:])]) / (0.6745 * math.sqrt(2))
    if scale == 0:  # most are equal, as counts of instructions
        return logs
    middle = median(logs)
    return [min(max(log, middle - _CLIP * scale), middle + _CLIP * scale) for log in logs]
