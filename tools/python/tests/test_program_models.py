"""Models that word2vec -model has trained, and runs that it has begun: Word2Vec goes on with both.

The program is that of HOGVEC_WORD2VEC; skipped without.
"""

import json
import os
import pickle
import signal
import subprocess
import tempfile
import time
import unittest

import numpy as np

from hogvec import KeyedVectors, Word2Vec

PROGRAM = os.environ.get("HOGVEC_WORD2VEC", "")
MODES = {
    "skip-gram": ["-cbow", "0"],
    "CBOW": ["-cbow", "1", "-alpha", "0.04"],
    "tree": ["-cbow", "0", "-hs", "1", "-negative", "0"],
    "both": ["-cbow", "1", "-hs", "1", "-negative", "3"],
    "softmax": ["-cbow", "0", "-softmax", "1"],
}


@unittest.skipUnless(PROGRAM, "HOGVEC_WORD2VEC names no program")
class ProgramModels(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.text, self.model, self.vectors = map(self.path, ("text", "model", "vectors"))
        self.write_lines(7)

    def write_lines(self, length):
        random = np.random.default_rng(1)
        with open(self.text, "w", encoding="ascii") as file:
            for line in random.zipf(1.4, (10_500 // length, length)) % 60:
                print(*(f"w{number}" for number in line), file=file)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def flags(self, mode):
        return [PROGRAM, "-train", self.text, "-size", "12", "-min-count", "2", "-window", "3",
                "-sample", "0.01", "-threads", "1", "-binary", "1", "-debug", "0", *MODES[mode]]

    def run_program(self, mode, *more):
        subprocess.run([*self.flags(mode), *more], check=True, stdout=subprocess.DEVNULL)

    def check_vectors(self, model):
        wanted = KeyedVectors.load_word2vec_format(self.vectors, binary=True)
        self.assertEqual([*model.wv.index_to_key], [*wanted.index_to_key][1:])  # </s> is first
        self.assertTrue(np.array_equal(model.wv.vectors, wanted.vectors[1:]))

    def test_they_are_models_with_their_settings(self):
        for mode in MODES:
            with self.subTest(mode=mode):
                self.run_program(mode, "-iter", "2", "-model", self.model, "-output", self.vectors,
                                 "-seed", "7", "-min-alpha", "0")
                model = Word2Vec.load(self.model)
                self.check_vectors(model)
                self.assertEqual((model.vector_size, model.window, model.min_count), (12, 3, 2))
                self.assertEqual((model.epochs, model.workers, model.seed), (2, 1, 7))
                self.assertEqual(model.sg, int("1" not in MODES[mode][1]))
                self.assertEqual(model.hs, int("-hs" in MODES[mode]))
                self.assertEqual(model.softmax, mode == "softmax")
                self.assertEqual(model.negative, {"skip-gram": 5, "CBOW": 5, "both": 3}.get(mode, 0))
                self.assertEqual(model.alpha, 0.04 if mode == "CBOW" else model.alpha)
                self.assertEqual(model.sample, 0.01)
                copied = pickle.loads(pickle.dumps(model))
                model.train([["w1", "w2", "w3"]] * 50, total_examples=50, epochs=1)
                self.assertFalse(np.array_equal(model.wv.vectors, copied.wv.vectors))
                os.unlink(self.model)

    def test_their_tree_is_the_one_that_they_were_trained_with(self):
        # Of which the ends of lines are a leaf, here the highest: the program says how likely the
        # text is by that tree.
        self.write_lines(2)
        self.run_program("tree", "-iter", "3", "-model", self.model, "-held-out",
                         self.text, "-report", self.path("report"))
        with open(self.path("report"), encoding="ascii") as file:
            wanted = json.load(file)["held_out"]["loss"][-1]
        model = Word2Vec.load(self.model)
        for one in (model, pickle.loads(pickle.dumps(model)), self.saved(model)):
            one.held_out = self.text
            matrices, _ = one._parts()
            self.assertAlmostEqual(one._held_out_text().loss(matrices), wanted, delta=1e-6 * wanted)
        grown = self.saved(model)
        grown.build_vocab([["new"] * 9], update=True)
        self.assertEqual(len(grown.wv), len(model.wv) + 1)

    def saved(self, model):
        model.save(self.path("again"))
        return Word2Vec.load(self.path("again"))

    def test_a_run_that_it_has_begun_ends_with_its_bytes(self):
        for mode in MODES:
            with self.subTest(mode=mode):
                epochs = ["-iter", "60" if mode == "softmax" else "400"]
                self.run_program(mode, *epochs, "-output", self.vectors)
                begun = subprocess.Popen(
                    [*self.flags(mode), *epochs, "-keep", "0", "-model", self.model],
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                while not os.path.exists(self.model):
                    time.sleep(0.01)
                time.sleep(0.05)
                begun.send_signal(signal.SIGTERM)
                self.assertEqual(begun.wait(), 128 + signal.SIGTERM)
                self.check_vectors(Word2Vec.resume(self.model, corpus_file=self.text))
                os.unlink(self.model)

    def test_locked_words_stay_locked(self):
        self.run_program("skip-gram", "-iter", "1", "-output", self.vectors)
        with open(self.path("list"), "w", encoding="ascii") as file:
            file.write("w1\nw5\n")
        self.run_program("skip-gram", "-iter", "1", "-init", self.vectors, "-locked",
                         self.path("list"), "-model", self.model)
        model = Word2Vec.load(self.model)
        before = model.wv.vectors.copy()
        model.train([["w1", "w2", "w5", "w3"]] * 50, total_examples=50, epochs=1)
        same = [word for word, old, new in zip(model.wv.index_to_key, before, model.wv.vectors)
                if np.array_equal(old, new) and word in ("w1", "w2", "w3", "w5")]
        self.assertEqual(sorted(same), ["w1", "w5"])


if __name__ == "__main__":
    unittest.main()
