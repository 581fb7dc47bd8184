"""Trains gensim's Word2Vec and times it:

    python3 -m bench.rivals.gensim_train TEXT VECTORS REPORT SETTINGS-AS-JSON

The text has lines of 1000 words: gensim cuts at 10,000.
"""
import json
import sys
import time

from gensim.models import Word2Vec


def train(text, vectors, settings):
    """Seconds of training alone."""
    model = Word2Vec(vector_size=settings["size"], window=settings["window"],
                     sg=1 - settings["cbow"], hs=settings["hs"], negative=settings["negative"],
                     sample=settings["sample"], alpha=settings["alpha"],
                     min_alpha=settings["alpha"] * 1e-4, min_count=settings["min_count"],
                     workers=settings["threads"])
    model.build_vocab(corpus_file=text)
    start = time.perf_counter()
    model.train(corpus_file=text, total_words=model.corpus_total_words,
                total_examples=model.corpus_count, epochs=settings["epochs"])
    seconds = time.perf_counter() - start
    model.wv.save_word2vec_format(vectors, binary=True)
    return seconds


if __name__ == "__main__":
    TEXT, VECTORS, REPORT, SETTINGS = sys.argv[1:]
    TRAINING = train(TEXT, VECTORS, json.loads(SETTINGS))
    with open(REPORT, "w", encoding="utf-8") as out:
        json.dump({"training": TRAINING}, out)
