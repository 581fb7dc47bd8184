"""Checks what evaluate wrote as JSON, by plain loops in double.

evaluation.py JSON BINARY TOP PAIRS QUESTIONS
"""

import json
import math
import struct
import sys


def read_binary(path):
    """Words, and rows scaled to length 1."""
    data = open(path, "rb").read()
    place = data.index(b"\n") + 1
    count, size = (int(number) for number in data[:place].split())
    words, rows = [], []
    for _ in range(count):
        end = data.index(b" ", place)
        row = struct.unpack_from("<%df" % size, data, end + 1)
        length = math.sqrt(sum(value * value for value in row))
        words.append(data[place:end].lstrip(b"\n").decode("utf-8", "replace"))
        rows.append([value / length for value in row])
        place = end + 1 + 4 * size
    return words, rows


def first_rows(words):
    index = {}
    for row, word in enumerate(words):
        index.setdefault(word.lower(), row)
    return index


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def ranks(values):
    """Average ranks: how many are smaller, and half of the others that are equal."""
    return [
        sum(other < value for other in values) + (sum(other == value for other in values) - 1) / 2
        for value in values
    ]


def correlation(a, b):
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    a, b = [x - mean_a for x in a], [x - mean_b for x in b]
    return dot(a, b) / math.sqrt(dot(a, a) * dot(b, b))


def spearman(words, rows, path):
    index, ours, theirs = first_rows(words), [], []
    for line in open(path, encoding="utf8"):
        first, second, score = line.lower().split()
        if first in index and second in index:
            ours.append(dot(rows[index[first]], rows[index[second]]))
            theirs.append(float(score))
    return correlation(ranks(ours), ranks(theirs)), len(ours)


def analogies(words, rows, path):
    """By section: name, questions, found, right by 3CosAdd, right by 3CosMul."""
    index, sections = first_rows(words), []
    for line in open(path, encoding="utf8"):
        if line.startswith(":"):
            sections.append([line[1:].strip(), 0, 0, 0, 0])
            continue
        section, parts = sections[-1], line.lower().split()
        section[1] += 1
        if not all(word in index for word in parts):
            continue
        section[2] += 1
        a, b, c, expected = (index[word] for word in parts)
        best_sum, best_product = (-9, None), (-9, None)
        for row, vector in enumerate(rows):
            if row in (a, b, c):
                continue
            cosines = [dot(rows[k], vector) for k in (a, b, c)]
            best_sum = max(best_sum, (cosines[1] - cosines[0] + cosines[2], row))
            x, y, z = ((1 + cosine) / 2 for cosine in cosines)
            best_product = max(best_product, (y * z / (x + 0.001), row))  # Levy & Goldberg, eq. (4)
        section[3] += best_sum[1] == expected
        section[4] += best_product[1] == expected
    return sections


def same(ours, expected, what):
    assert abs(ours - expected) < 1e-6, (what, ours, expected)


def main(report, vectors, top, pairs, questions):
    report = json.load(open(report, encoding="utf8"))
    words, rows = read_binary(vectors)
    assert (report["words"], report["dimensions"]) == (len(words), len(rows[0]))
    rho, found = spearman(words, rows, pairs)
    same(report["similarity"][0]["spearman"], rho, "spearman")
    assert report["similarity"][0]["found"] == found
    top = int(top)
    sections = analogies(words[:top], rows[:top], questions)
    result = report["analogies"][0]
    assert len(result["sections"]) == len(sections)
    tallies = {"all": [0] * 4, "semantic": [0] * 4, "syntactic": [0] * 4}
    for ours, (name, *tally) in zip(result["sections"], sections):
        kind = "syntactic" if "gram" in name else "semantic"
        assert (ours["name"], ours["kind"]) == (name, kind), ours
        assert [ours[key] for key in KEYS] == tally, (ours, tally)
        for group in ("all", kind):
            tallies[group] = [x + y for x, y in zip(tallies[group], tally)]
    for group, tally in tallies.items():
        assert [result[group][key] for key in KEYS] == tally, (group, result[group], tally)
        same(result[group]["3cosadd"], tally[2] / tally[1], group)
        same(result[group]["3cosmul"], tally[3] / tally[1], group)


KEYS = ("total", "found", "3cosadd_right", "3cosmul_right")
main(*sys.argv[1:])
