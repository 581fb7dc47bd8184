"""What the comparisons with other tools share: the neighbors that our distance finds."""

import re
import subprocess


def rows_of(path):
    """{word: [number, ...]} of a text vector file, in its order."""
    with open(path, encoding="utf-8", newline="\n") as file:
        count, size = (int(number) for number in file.readline().split())
        lines = [line.split(" ") for line in file.read().rstrip("\n").split("\n")]
    rows = {line[0]: [float(number) for number in line[1:] if number] for line in lines}
    assert len(lines) == len(rows) == count and {len(row) for row in rows.values()} == {size}, path
    return rows


def words_of(path):
    """Words of a text vector file, most frequent first."""
    return list(rows_of(path))


def our_neighbors(distance, path, words):
    """[(word, cosine), ...], nearest first, for each of the words."""
    run = subprocess.run(
        [distance, path],
        input="\n".join(words) + "\n",
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    answers = run.stdout.split("Enter word or sentence (EXIT to break): ")[1:-1]
    assert len(answers) == len(words), "%s: %d answers" % (path, len(answers))
    rows = [re.findall(r"^ *(\S+)\t\t(-?\d\.\d{6})$", answer, re.MULTILINE) for answer in answers]
    assert all(len(found) == 40 for found in rows), "%s: not 40 neighbors" % path
    return [[(word, float(cosine)) for word, cosine in found] for found in rows]


def check_same(query, ours, theirs, tolerance):
    """The same cosines in order, and the same cosine for each of our words."""
    their_cosines = dict(theirs)
    assert len(theirs) >= len(ours), "%s: %d neighbors" % (query, len(theirs))
    for rank, (word, cosine) in enumerate(ours):
        assert abs(cosine - theirs[rank][1]) <= tolerance, (query, rank, ours[rank], theirs[rank])
        assert abs(cosine - their_cosines[word]) <= tolerance, (query, word, cosine)
