"""Sessions of items as sentences: what comes next, better than what is popular: sessions.py

2000 items stand in circles of 40, some circles more popular than others. Who visits an item goes on
to one of the next three of its circle, or now and then anywhere. The sessions are two NumPy arrays,
and no Python object is made of a visit.
"""
import sys

import numpy as np

from hogvec import IdSentences, Word2Vec

CIRCLES, LENGTH = 50, 40
LONGEST = 12  # visits of a session
TOP = 10


def anywhere(random, count):
    """Items of circles that are the rarer the later they come."""
    share = 1 / np.arange(1, CIRCLES + 1)
    circles = random.choice(CIRCLES, count, p=share / share.sum())
    return circles * LENGTH + random.integers(0, LENGTH, count)


def visited(random, count):
    """`count` sessions, as ids and offsets: session s is ids[offsets[s]:offsets[s + 1]]."""
    lengths = random.integers(4, LONGEST + 1, count)
    paths = np.empty((count, LONGEST), dtype=np.int64)
    paths[:, 0] = anywhere(random, count)
    for k in range(1, LONGEST):
        last = paths[:, k - 1]
        near = last // LENGTH * LENGTH + (last + random.integers(1, 4, count)) % LENGTH
        paths[:, k] = np.where(random.random(count) < 0.9, near, anywhere(random, count))
    ids = paths[np.arange(LONGEST) < lengths[:, None]]
    return ids, np.concatenate([[0], np.cumsum(lengths)])


def main():
    if len(sys.argv) != 1:
        sys.exit("usage: sessions.py")
    random = np.random.default_rng(1)
    ids, offsets = visited(random, 20_000)
    model = Word2Vec(IdSentences(ids, offsets), sg=1, vector_size=32, window=2, sample=0,
                     min_count=1, epochs=5, alpha=0.05, seed=1, workers=1)
    print(f"{len(ids)} visits in {len(offsets) - 1} sessions, {len(model.wv)} items")

    # Of other sessions, the last item is to be guessed from the one before it. A key is an id's
    # digits, and an item that no session had has no vector.
    ids, offsets = visited(random, 2_000)
    last, before = ids[offsets[1:] - 1], ids[offsets[1:] - 2]
    asked = sorted({str(k) for k in before if str(k) in model.wv})
    near = dict(zip(asked, model.wv.most_similar_batch(asked, topn=TOP)))
    guesses = [[int(key) for key, _ in near.get(str(k), [])] for k in before]
    popular = [int(key) for key in model.wv.index_to_key[:TOP]]  # keys come by falling count

    for k in range(3):
        print(f"behind {before[k]}: {guesses[k][:5]}, and it was {last[k]}")
    hits = np.mean([item in guess for item, guess in zip(last, guesses)])
    print(f"the next item is among {TOP} guesses: {hits:.3f}")
    print(f"it is among the {TOP} most popular: {np.isin(last, popular).mean():.3f}")


if __name__ == "__main__":
    main()
