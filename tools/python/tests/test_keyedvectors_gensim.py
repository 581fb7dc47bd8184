"""The answers of KeyedVectors beside gensim's, on the same vectors.

Tolerance: 1e-5, some roundings of single precision on either side. Where lists are compared, no two
scores are that near to each other.
"""

import logging
import os
import tempfile
import unittest
import warnings

import numpy as np

from hogvec.models import KeyedVectors
from vectors_under_test import GensimVectors, keys_of, names, needs_gensim, random_matrix, vectors_of

ROWS, DIM = 400, 25
CLOSE = {"rtol": 0, "atol": 1e-5}


@needs_gensim
class Same(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        logging.getLogger("gensim").setLevel(logging.ERROR)
        cls.matrix = random_matrix(ROWS, DIM)
        cls.keys = names(ROWS)
        cls.ours = vectors_of(cls.keys, cls.matrix)
        cls.theirs = GensimVectors(DIM)
        cls.theirs.add_vectors(cls.keys, cls.matrix)
        counts = np.random.default_rng(2).permutation(ROWS).astype(np.int64)
        for vectors in cls.ours, cls.theirs:
            vectors.expandos["count"] = counts.copy()

    def each(self, method, *args, **kwargs):
        return [getattr(vectors, method)(*args, **kwargs) for vectors in (self.ours, self.theirs)]

    def check(self, method, *args, **kwargs):
        with self.subTest(method=method, args=args, kwargs=kwargs):
            ours, theirs = self.each(method, *args, **kwargs)
            if isinstance(theirs, list) and theirs and isinstance(theirs[0], tuple):
                self.assertEqual(keys_of(ours), keys_of(theirs))
                np.testing.assert_allclose([score for _, score in ours],
                                           [score for _, score in theirs], **CLOSE)
            elif isinstance(theirs, (list, str)):
                self.assertEqual(ours, theirs)
            else:
                np.testing.assert_allclose(ours, theirs, **CLOSE)

    def check_error(self, error, method, *args, **kwargs):
        for vectors in self.ours, self.theirs:
            with self.subTest(method=method, args=args), self.assertRaises(error):
                getattr(vectors, method)(*args, **kwargs)

    def test_most_similar(self):
        vector = self.matrix[7]
        for args in [("w1",), (["w1", "w2"],), (["w1", "w2"], ["w3"]), (["w1"], "w2"), (5,),
                     ([vector],), (vector,), (self.matrix[3:6],), ([("w1", 0.5), ("w2", -2.0)],),
                     (["w1", vector], [("w9", -0.3)]), ([], ["w4"])]:
            self.check("most_similar", *args)
            self.check("most_similar", *args, topn=ROWS)
            self.check("most_similar", *args, topn=None)
        for kwargs in [{"topn": 0}, {"topn": 1}, {"clip_start": 50}, {"clip_end": 60},
                       {"clip_start": 10, "clip_end": 40}, {"restrict_vocab": 30},
                       {"clip_end": -5}, {"restrict_vocab": 30, "topn": None}]:
            self.check("most_similar", "w1", **kwargs)
        self.check_error(KeyError, "most_similar", "none")
        self.check_error(ValueError, "most_similar")

    def test_similar_by(self):
        for method, item in [("similar_by_word", "w3"), ("similar_by_key", "w3"),
                             ("similar_by_vector", self.matrix[3])]:
            self.check(method, item)
            self.check(method, item, topn=5, restrict_vocab=100)
            self.check(method, item, topn=None)

    def test_cosmul(self):
        for args in ("w1",), (["w1", "w2"], ["w3"]), ("w1", "w2"):
            self.check("most_similar_cosmul", *args)
            self.check("most_similar_cosmul", *args, topn=None)
        self.check_error(ValueError, "most_similar_cosmul", negative=["w1"])
        self.check_error(KeyError, "most_similar_cosmul", "none")

    def test_similarities(self):
        self.check("similarity", "w1", "w2")
        self.check("distance", "w1", "w2")
        self.check("n_similarity", ["w1", "w2"], ["w3"])
        self.check("n_similarity", ["w1", "none"], ["w3"])
        self.check("distances", "w1")
        self.check("distances", self.matrix[5], ["w1", "w9"])
        self.check("cosine_similarities", self.matrix[1], self.matrix[5:9])
        self.check("relative_cosine_similarity", "w1", "w2", 5)
        self.check_error(KeyError, "similarity", "w1", "none")
        self.check_error(KeyError, "distances", "none")
        self.check_error(ZeroDivisionError, "n_similarity", [], ["w1"])
        self.check_error(ValueError, "relative_cosine_similarity", "w1", "w2", 0)

    def test_ranks(self):
        self.check("rank", "w1", "w2")
        self.check("closer_than", "w1", "w2")
        self.check("most_similar_to_given", "w1", ["w5", "w6", "w7"])
        self.check("doesnt_match", self.keys[:9])
        for use_norm in True, False:
            ours, theirs = self.each("rank_by_centrality", self.keys[:9], use_norm)
            self.assertEqual([key for _, key in ours], [key for _, key in theirs])
            np.testing.assert_allclose([s for s, _ in ours], [s for s, _ in theirs], **CLOSE)
        self.check_error(ValueError, "doesnt_match", [])

    def test_means_and_lengths(self):
        for kwargs in [{}, {"weights": [1, -2, 3]}, {"pre_normalize": False},
                       {"post_normalize": True}]:
            self.check("get_mean_vector", ["w1", "w2", self.matrix[3]], **kwargs)
        self.check("get_mean_vector", ["w1", "none"])
        self.check_error(KeyError, "get_mean_vector", ["none"], ignore_missing=False)
        self.check_error(ValueError, "get_mean_vector", [])
        self.check_error(ValueError, "get_mean_vector", ["w1"], [1, 2])
        self.check("get_normed_vectors")
        self.check("get_vector", "w1", norm=True)
        self.theirs.fill_norms()
        np.testing.assert_allclose(self.ours.norms, self.theirs.norms, rtol=1e-6)

    def test_rows(self):
        self.check("__getitem__", ["w1", "w9"])
        self.check("get_index", "w9")
        self.check("get_index", 9)
        self.check("get_vecattr", "w9", "count")
        self.assertEqual(str(self.ours), str(self.theirs))
        some = [vectors.vectors_for_all(["w9", "none", "w1", "w9"], copy_vecattrs=True)
                for vectors in (self.ours, self.theirs)]
        self.assertEqual(some[0].index_to_key, some[1].index_to_key)
        np.testing.assert_array_equal(some[0].vectors, some[1].vectors)
        np.testing.assert_array_equal(some[0].expandos["count"], some[1].expandos["count"])


@needs_gensim
class SameOfFiles(unittest.TestCase):
    def setUp(self):
        logging.getLogger("gensim").setLevel(logging.ERROR)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.ours = vectors_of([f"Word{k}" for k in range(90)], random_matrix(90, 8))
        self.ours.expandos["count"] = np.arange(90, 0, -1)
        self.theirs = GensimVectors(8)
        self.theirs.add_vectors(self.ours.index_to_key, self.ours.vectors)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, lines):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)
        return self.path(name)

    def test_each_reads_what_the_other_writes(self):
        for binary in False, True:
            self.ours.save_word2vec_format(self.path("ours"), self.path("vocab"), binary=binary)
            self.theirs.save_word2vec_format(self.path("theirs"), binary=binary)
            for path in "ours", "theirs":
                for vectors in KeyedVectors, GensimVectors:
                    back = vectors.load_word2vec_format(
                        self.path(path), self.path("vocab"), binary=binary)
                    self.assertEqual(list(back.index_to_key), self.ours.index_to_key)
                    np.testing.assert_array_equal(back.vectors, self.ours.vectors)
                    self.assertEqual(back.get_vecattr("Word3", "count"), 87)

    def test_analogies(self):
        random = np.random.default_rng(5)
        lines = []
        for section in "one", "two":
            lines.append(": " + section)
            for _ in range(60):
                a, b, c = random.choice(90, 3, replace=False)
                query = [f"Word{b}", f"Word{c}"], [f"Word{a}"]
                found = keys_of(self.theirs.most_similar(*query, topn=2))
                answer = found[0] if random.random() < 0.5 else found[1]
                lines.append(f"word{a} Word{b} word{c} {answer}")
            lines.append("Word1 Word2 none Word3")
        path = self.write("questions", lines)
        for kwargs in [{}, {"case_insensitive": False}, {"restrict_vocab": 40},
                       {"dummy4unknown": True}]:
            with self.subTest(**kwargs):
                self.assertEqual(self.ours.evaluate_word_analogies(path, **kwargs),
                                 self.theirs.evaluate_word_analogies(path, **kwargs))

    def test_pairs(self):
        random = np.random.default_rng(6)
        lines = ["# remark", "Word1\tnone\t3", "too\tfew"]
        lines += [f"word{a}\tWord{b}\t{round(random.random() * 10)}"
                  for a, b in random.choice(90, (40, 2))]
        path = self.write("pairs", lines)
        for kwargs in [{}, {"restrict_vocab": 60}, {"dummy4unknown": True}]:
            with self.subTest(**kwargs), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ours = self.ours.evaluate_word_pairs(path, **kwargs)
                theirs = self.theirs.evaluate_word_pairs(path, **kwargs)
                for a, b in zip(ours[:2], theirs[:2]):
                    np.testing.assert_allclose(tuple(a), tuple(b), **CLOSE)
                self.assertAlmostEqual(ours[2], theirs[2])

    def test_errors_of_files(self):
        cases = [(["3 2", "a 1 2"], {}, EOFError), (["1 2", "a 1 two"], {}, ValueError),
                 (["a 1 2", "b 3 4"], {}, ValueError), ([], {}, ValueError)]
        for lines, kwargs, error in cases:
            path = self.write("wrong", lines)
            for vectors in KeyedVectors, GensimVectors:
                with self.subTest(lines=lines, of=vectors.__module__), self.assertRaises(error):
                    vectors.load_word2vec_format(path, **kwargs)


if __name__ == "__main__":
    unittest.main()
