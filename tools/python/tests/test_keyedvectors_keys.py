"""Keys, attributes and rows of KeyedVectors: what they are, how they change, how they are kept."""

import copy
import pickle
import unittest
import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from hogvec import _engine
from hogvec.models import KeyedVectors
from hogvec.models.keyedvectors import (
    EuclideanKeyedVectors, KeyToIndex, Word2VecKeyedVectors, prep_vectors, pseudorandom_weak_vector)
from vectors_under_test import keys_of, names, plane, random_matrix, vectors_of


def shared(keys, matrix, counts=None):
    """As a model gives its vectors: words that are not Python's."""
    return KeyedVectors._of(_engine.Words(keys), matrix, counts)


class Words(unittest.TestCase):
    def setUp(self):
        self.words = _engine.Words(["one", "zwölf", "", "one", "\udcff"])

    def test_they_are_a_sequence(self):
        words = self.words
        self.assertIsInstance(words, Sequence)
        self.assertEqual(list(words), ["one", "zwölf", "", "one", "\udcff"])
        self.assertEqual((len(words), words[1], words[-1]), (5, "zwölf", "\udcff"))
        self.assertEqual(words[1:4:2], ["zwölf", "one"])
        self.assertEqual(words[::-1], list(words)[::-1])
        self.assertEqual(list(reversed(words)), list(words)[::-1])
        self.assertTrue(words == list(words) and list(words) == words and words != ["one"])
        for index in 5, -6:
            with self.assertRaises(IndexError):
                words[index]

    def test_they_are_found(self):
        words = self.words
        self.assertEqual([words.find(word) for word in ("one", "zwölf", "", "\udcff", "two", 1)],
                         [0, 1, 2, 4, -1, -1])
        self.assertEqual(words.find("\ud800"), -1)
        self.assertTrue("zwölf" in words and "two" not in words and None not in words)
        self.assertEqual(words.index("zwölf"), 1)
        with self.assertRaises(ValueError):
            words.index("two")

    def test_what_a_format_cannot_hold_is_found(self):
        self.assertEqual(_engine.Words(["one", ""]).first_unwritable(" "), 1)
        words = _engine.Words(["one", "new york", "a\nb"])
        self.assertEqual([words.first_unwritable(ends) for ends in (" \n", "\n", "\t")], [1, 2, -1])

    def test_copies_are_lists_and_dicts(self):
        self.assertEqual(self.words.copy(), list(self.words))
        self.assertIs(type(self.words.copy()), list)
        self.assertEqual(KeyToIndex(self.words).copy()["zwölf"], 1)

    def test_only_text_is_a_word(self):
        with self.assertRaisesRegex(TypeError, "a word is a str, not int"):
            _engine.Words(["one", 2])


class Keys(unittest.TestCase):
    def setUp(self):
        self.matrix = random_matrix(5, 4)
        self.both = shared(names(5), self.matrix), vectors_of(names(5), self.matrix)

    def test_they_are_read_where_they_lie_until_they_change(self):
        lazy = self.both[0]
        self.assertIs(type(lazy.index_to_key), _engine.Words)
        self.assertNotIsInstance(lazy.key_to_index, dict)
        lazy.add_vectors("more", np.ones(4))
        self.assertIs(type(lazy.index_to_key), list)
        self.assertEqual(lazy.key_to_index, {key: k for k, key in enumerate(names(5) + ["more"])})

    def test_they_look_the_same(self):
        for vectors in self.both:
            self.assertEqual(len(vectors), 5)
            self.assertEqual(vectors.index_to_key, names(5))
            self.assertEqual(vectors.index_to_key[1:3], ["w1", "w2"])
            self.assertIsInstance(vectors.key_to_index, Mapping)
            self.assertEqual(dict(vectors.key_to_index), {key: k for k, key in enumerate(names(5))})
            self.assertEqual(vectors.key_to_index.get("none", -1), -1)
            with self.assertRaises(KeyError):
                vectors.key_to_index["none"]
            self.assertEqual(str(vectors), "KeyedVectors<vector_size=4, 5 keys>")
            self.assertEqual(repr(vectors), str(vectors))

    def test_a_number_is_a_row_where_it_is_no_key(self):
        for vectors in self.both:
            self.assertEqual(vectors.get_index("w3"), 3)
            self.assertEqual([vectors.get_index(k) for k in (4, np.int64(2))], [4, 2])
            self.assertEqual(vectors.get_index("none", 7), 7)
            for wrong in "none", 5, -1:
                with self.assertRaises(KeyError):
                    vectors.get_index(wrong)
            self.assertTrue("w1" in vectors and 4 in vectors and 5 not in vectors)
            self.assertTrue(vectors.has_index_for("w1") and not vectors.has_index_for("none"))
            with self.assertRaises(TypeError):
                vectors.get_index([])
        numbered = vectors_of([9, 1, 0], np.eye(3))
        self.assertEqual([numbered.get_index(k) for k in (9, 1, 0, 2)], [0, 1, 2, 2])

    def test_vectors_of_keys(self):
        for vectors in self.both:
            np.testing.assert_array_equal(vectors["w2"], self.matrix[2])
            np.testing.assert_array_equal(vectors[["w3", "w0", 1]], self.matrix[[3, 0, 1]])
            with self.assertRaises(ValueError):
                vectors["w2"][0] = 0
            self.assertAlmostEqual(np.linalg.norm(vectors.get_vector("w1", norm=True)), 1, delta=1e-6)
            with self.assertRaises(KeyError):
                vectors[["w0", "none"]]

    def test_copies_and_pickles_are_the_same_and_apart(self):
        for vectors in self.both:
            vectors.set_vecattr("w1", "count", 7)
            for twin in copy.deepcopy(vectors), pickle.loads(pickle.dumps(vectors)):
                self.assertEqual(twin.index_to_key, names(5))
                np.testing.assert_array_equal(twin.vectors, self.matrix)
                self.assertEqual(twin.get_vecattr("w1", "count"), 7)
                self.assertEqual(twin.most_similar("w1"), vectors.most_similar("w1"))
                twin.vectors[0] = 0
                np.testing.assert_array_equal(vectors.vectors, self.matrix)


class Adding(unittest.TestCase):
    def test_keys_that_are_there_keep_their_vectors_unless_they_are_replaced(self):
        vectors = plane(a=(1, 2), b=(3, 4))
        vectors.add_vectors(["b", "c"], [[9, 9], [5, 6]])
        np.testing.assert_array_equal(vectors.vectors, [[1, 2], [3, 4], [5, 6]])
        vectors.add_vectors(["b", "d"], np.array([[9, 9], [7, 8]]), replace=True)
        vectors["a"] = np.zeros(2)
        vectors[["c", "e"]] = [np.ones(2), np.ones(2)]
        np.testing.assert_array_equal(vectors.vectors,
                                      [[0, 0], [9, 9], [1, 1], [7, 8], [1, 1]])
        self.assertEqual(vectors.vectors.dtype, np.float32)
        self.assertEqual(vectors.index_to_key, list("abcde"))

    def test_of_a_key_that_is_given_twice_one_counts(self):
        vectors = KeyedVectors(1)
        vectors.add_vectors(["a", "a"], [[1], [2]])
        wide = KeyedVectors(2)
        for rows in (np.ones((2, 3)), np.ones(6), np.ones((3, 2, 1))):  # six values, for three keys
            with self.assertRaisesRegex(ValueError, r"it must be \(3, 2\)"):
                wide.add_vectors(["x", "y", "z"], rows)
        np.testing.assert_array_equal(vectors.vectors, [[1]])
        vectors.add_vectors(["b", "b"], [[3], [4]], replace=True)
        np.testing.assert_array_equal(vectors.vectors, [[1], [4]])

    def test_extras_come_with_their_keys(self):
        vectors = plane(a=(1, 2))
        vectors.add_vectors(["b"], [[3, 4]], extras={"count": np.array([5])})
        vectors.add_vectors(["c"], [[5, 6]])
        vectors.add_vectors(["a", "d"], np.ones((2, 2)), extras={"count": np.array([1, 2])})
        self.assertEqual([vectors.get_vecattr(key, "count") for key in "abcd"], [0, 5, 0, 2])
        vectors.add_vectors(["a"], np.ones((1, 2)), {"count": np.array([8])}, replace=True)
        self.assertEqual(vectors.get_vecattr("a", "count"), 8)

    def test_what_does_not_fit_changes_nothing(self):
        vectors = plane(a=(1, 2))
        vectors.set_vecattr("a", "count", 3)
        for error, call in [
                (ValueError, lambda: vectors.add_vectors(["b"], [[1, 2, 3]])),
                (ValueError, lambda: vectors.add_vectors(["b"], [[1, 2]], {"count": [1, 2]})),
                (TypeError, lambda: vectors.add_vectors(["b"], [[1, 2]], {"count": [0.5]}))]:
            with self.assertRaises(error):
                call()
            self.assertEqual((len(vectors), len(vectors.vectors)), (1, 1))

    def test_single_vectors_fill_the_room_that_was_made(self):
        vectors = KeyedVectors(2, 2)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.assertEqual(vectors.add_vector("a", [1, 2]), 0)
            self.assertEqual(vectors.add_vector("b", [3, 4]), 1)
        with self.assertWarns(UserWarning):
            self.assertEqual(vectors.add_vector("c", [5, 6]), 2)
        np.testing.assert_array_equal(vectors.vectors, [[1, 2], [3, 4], [5, 6]])
        self.assertEqual(vectors.index_to_key, list("abc"))

    def test_some_of_the_vectors_as_vectors_of_their_own(self):
        vectors = plane(a=(1, 2), b=(3, 4), c=(5, 6))
        vectors.expandos["count"] = np.array([30, 20, 10])
        some = vectors.vectors_for_all(["c", "none", "a", "c"], copy_vecattrs=True)
        self.assertEqual(some.index_to_key, ["c", "a"])
        np.testing.assert_array_equal(some.vectors, [[5, 6], [1, 2]])
        self.assertEqual(list(some.expandos["count"]), [10, 30])
        self.assertEqual(list(vectors.vectors_for_all(["c"]).expandos["count"]), [1])


class Attributes(unittest.TestCase):
    def test_they_have_a_type(self):
        vectors = plane(a=(1, 2), b=(3, 4))
        vectors.set_vecattr("b", "count", 5)
        vectors.set_vecattr("a", "language", "de")
        self.assertEqual(vectors.get_vecattr("b", "count"), 5)
        self.assertEqual(vectors.get_vecattr("a", "language"), "de")
        self.assertEqual(vectors.expandos["count"].dtype, np.int64)
        with self.assertRaisesRegex(TypeError, "count"):
            vectors.set_vecattr("a", "count", 1.5)
        with self.assertRaises(KeyError):
            vectors.set_vecattr("none", "count", 1)
        with self.assertRaisesRegex(KeyError, "no attribute 'size'"):
            vectors.get_vecattr("a", "size")

    def test_counts_of_a_model_are_shared_with_it_and_may_be_set(self):
        counts = np.array([7, 5], dtype=np.uint64)
        vectors = shared(["a", "b"], np.eye(2, dtype=np.float32), counts)
        vectors.set_vecattr("b", "count", 6)
        self.assertEqual(vectors.get_vecattr("b", "count"), 6)
        self.assertEqual(list(counts), [7, 6])

    def test_keys_are_sorted_by_their_counts(self):
        vectors = plane(a=(1, 0), b=(0, 1), c=(1, 1), d=(2, 2))
        vectors.expandos["count"] = np.array([1, 5, 9, 5])
        vectors.sort_by_descending_frequency()
        self.assertEqual(vectors.index_to_key, ["c", "b", "d", "a"])
        self.assertEqual(list(vectors.expandos["count"]), [9, 5, 5, 1])
        np.testing.assert_array_equal(vectors["a"], [1, 0])
        self.assertEqual(vectors.get_index("d"), 2)

    def test_locks_are_open_unless_they_are_set(self):
        vectors = plane(a=(1, 0), b=(0, 1))
        np.testing.assert_array_equal(vectors.vectors_lockf, [1, 1])
        vectors.vectors_lockf[1] = 0
        vectors.add_vectors(["c"], [[1, 1]])
        np.testing.assert_array_equal(vectors.vectors_lockf, [1, 0, 1])
        vectors.vectors_lockf = np.zeros(3)
        np.testing.assert_array_equal(vectors.vectors_lockf, [0, 0, 0])


class Lengths(unittest.TestCase):
    def test_they_follow_the_vectors(self):
        vectors = plane(a=(3, 4), none=(0, 0))
        np.testing.assert_array_equal(vectors.norms, [5, 0])
        vectors.vectors[1] = (0, 2)
        vectors.norms = None
        vectors.fill_norms()
        np.testing.assert_array_equal(vectors.norms, [5, 2])

    def test_vectors_of_length_one(self):
        vectors = plane(a=(3, 4), none=(0, 0))
        expected = np.array([[0.6, 0.8], [0, 0]], dtype=np.float32)
        np.testing.assert_allclose(vectors.get_normed_vectors(), expected)
        place = vectors.vectors.ctypes.data
        vectors.unit_normalize_all()
        np.testing.assert_allclose(vectors.vectors, expected)
        self.assertEqual(vectors.vectors.ctypes.data, place)

    def test_rows_more_are_random_and_small(self):
        vectors = plane(a=(3, 4))
        vectors.index_to_key = ["a", "b", "c"]
        vectors.resize_vectors(seed=3)
        np.testing.assert_array_equal(vectors.vectors[0], [3, 4])
        self.assertTrue((np.abs(vectors.vectors[1:]) <= 0.5).all())
        self.assertTrue(vectors.vectors[1:].any(axis=1).all())
        self.assertIs(prep_vectors((3, 2), vectors.vectors), vectors.vectors)
        self.assertEqual(prep_vectors((4, 3), vectors.vectors)[0, 1], 4)
        weak = pseudorandom_weak_vector(50, "word")
        np.testing.assert_array_equal(weak, pseudorandom_weak_vector(50, "word"))
        self.assertLessEqual(np.abs(weak).max(), 0.01)


class OldNames(unittest.TestCase):
    def test_those_that_are_gone_say_what_took_their_place(self):
        vectors = plane(a=(3, 4))
        for old, new in [("vocab", "key_to_index"), ("index2word", "index_to_key"),
                         ("index2entity", "index_to_key"), ("syn0", "vectors"),
                         ("vectors_norm", "get_normed_vectors"),
                         ("syn0norm", "get_normed_vectors")]:
            with self.assertRaisesRegex(AttributeError, new):
                getattr(vectors, old)

    def test_those_that_have_others_answer(self):
        vectors = plane(a=(3, 4), b=(4, 3), c=(1, 0))
        with self.assertWarns(DeprecationWarning):
            np.testing.assert_array_equal(vectors.word_vec("a"), [3, 4])
        with self.assertWarns(DeprecationWarning):
            self.assertEqual(vectors.words_closer_than("a", "c"), ["b"])
        with self.assertWarns(DeprecationWarning):
            vectors.init_sims(replace=True)
        np.testing.assert_allclose(vectors["a"], [0.6, 0.8], rtol=1e-6)
        self.assertIs(Word2VecKeyedVectors, KeyedVectors)
        self.assertIs(EuclideanKeyedVectors, KeyedVectors)

    def test_what_is_not_there_says_why(self):
        vectors = plane(a=(3, 4))
        with self.assertRaisesRegex(NotImplementedError, "transport"):
            vectors.wmdistance(["a"], ["a"])

    def test_keys_of_a_result_are_text(self):
        self.assertEqual(keys_of(plane(a=(1, 0), b=(1, 1)).similar_by_word("a")), ["b"])


if __name__ == "__main__":
    unittest.main()
