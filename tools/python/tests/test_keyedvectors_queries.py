"""What KeyedVectors answers, on vectors whose answers can be computed by hand."""

import math
import threading
import unittest

import numpy as np

from hogvec import _engine
from hogvec.models import KeyedVectors
from vectors_under_test import keys_of, names, plane, random_matrix, vectors_of


class MostSimilar(unittest.TestCase):
    def setUp(self):
        self.vectors = plane(east=(1, 0), north=(0, 2), west=(-3, 0), northeast=(1, 1), none=(0, 0))

    def test_neighbours_come_by_descending_cosine(self):
        found = self.vectors.most_similar("east")
        self.assertEqual(keys_of(found), ["northeast", "north", "none", "west"])
        for (_, cosine), expected in zip(found, (math.sqrt(0.5), 0, 0, -1)):
            self.assertAlmostEqual(cosine, expected, delta=1e-6)

    def test_a_key_and_its_vector_are_the_same_question(self):
        vectors = vectors_of(names(500), random_matrix(500, 30))
        for key in "w0", "w99", 7:
            by_key = vectors.most_similar(key, topn=500)
            by_vector = vectors.similar_by_vector(vectors[key], topn=500)
            own = vectors.index_to_key[vectors.get_index(key)]
            self.assertEqual(by_key, [pair for pair in by_vector if pair[0] != own])

    def test_a_key_a_list_and_a_weight_of_one_are_the_same_question(self):
        expected = self.vectors.most_similar("east")
        for asked in ["east"], ("east", 1.0), [("east", 2.5)], 0, np.int64(0):
            self.assertEqual(self.vectors.most_similar(asked), expected)
        self.assertEqual(self.vectors.most_similar(positive=["east"], negative=["north"]),
                         self.vectors.most_similar("east", "north"))

    def test_what_counts_against_a_direction_points_away_from_it(self):
        found = self.vectors.most_similar(negative="east", topn=1)
        self.assertEqual(found, [("west", 1.0)])
        found = self.vectors.most_similar(positive=["east", "north"], topn=1)
        self.assertEqual(keys_of(found), ["northeast"])
        found = self.vectors.most_similar(positive=[("east", 1.0), ("north", -1.0)])
        self.assertEqual(found, self.vectors.most_similar("east", "north"))

    def test_topn_is_how_many(self):
        self.assertEqual(self.vectors.most_similar("east", topn=0), [])
        self.assertEqual(self.vectors.most_similar("east", topn=np.uint8(0)), [])
        self.assertEqual(len(self.vectors.most_similar("east", topn=2)), 2)
        self.assertEqual(len(self.vectors.most_similar("east", topn=99)), 4)
        scores = self.vectors.most_similar("east", topn=None)
        np.testing.assert_allclose(scores, [1, 0, -1, math.sqrt(0.5), 0], atol=1e-6)

    def test_only_some_rows_are_searched(self):
        ask = self.vectors.most_similar
        self.assertEqual(keys_of(ask("east", restrict_vocab=3)), ["north", "west"])
        self.assertEqual(keys_of(ask("east", clip_start=1, clip_end=4)),
                         ["northeast", "north", "west"])
        self.assertEqual(keys_of(ask("east", within=["west", "east", "north", "west"])),
                         ["north", "west"])
        self.assertEqual(keys_of(ask("east", within=["west", "northeast"], restrict_vocab=3)),
                         ["west"])
        np.testing.assert_array_equal(ask("east", topn=None, within=["west", "east"]), [-1, 1])
        self.assertEqual(ask("east", within=[]), [])
        with self.assertRaises(KeyError):
            ask("east", within=["nowhere"])

    def test_equal_scores_are_in_the_order_of_rows(self):
        vectors = vectors_of(names(3000), np.ones((3000, 3), dtype=np.float32))
        self.assertEqual(keys_of(vectors.most_similar("w1", topn=4)), ["w0", "w2", "w3", "w4"])
        self.assertEqual(keys_of(vectors.most_similar_cosmul("w1", topn=4)),
                         ["w0", "w2", "w3", "w4"])

    def test_a_row_that_is_no_number_is_no_answer(self):
        self.vectors.vectors[3, 1] = np.nan
        self.assertEqual(keys_of(self.vectors.most_similar("east")), ["north", "none", "west"])
        self.assertEqual(keys_of(self.vectors.most_similar_cosmul("east")),
                         ["north", "none", "west"])

    def test_what_is_wrong_is_told(self):
        with self.assertRaisesRegex(KeyError, "Key 'nowhere' not present"):
            self.vectors.most_similar("nowhere")
        with self.assertRaisesRegex(KeyError, "nowhere"):
            self.vectors.most_similar(["east", "nowhere"])
        with self.assertRaisesRegex(ValueError, "no input"):
            self.vectors.most_similar()
        with self.assertRaisesRegex(ValueError, "no input"):
            self.vectors.most_similar_cosmul(negative=["east"])
        with self.assertRaisesRegex(ValueError, "3 values, the vectors have 2"):
            self.vectors.most_similar([np.ones(3)])
        with self.assertRaises(TypeError):
            self.vectors.most_similar("east", topn="many")

    def test_many_at_once_are_answered_as_one_by_one(self):
        vectors = vectors_of(names(700), random_matrix(700, 33))
        asked = names(60)
        self.assertEqual(vectors.most_similar_batch(asked, topn=7),
                         [vectors.most_similar(key, topn=7) for key in asked])
        self.assertEqual(vectors.most_similar_batch(vectors.vectors[:60], topn=7, restrict_vocab=99),
                         [vectors.similar_by_vector(row, topn=7, restrict_vocab=99)
                          for row in vectors.vectors[:60]])
        every = vectors.most_similar_batch(["w5", vectors["w6"]], topn=None, within=asked)
        self.assertEqual(every.shape, (2, 60))
        np.testing.assert_array_equal(every[0], vectors.most_similar("w5", topn=None)[:60])
        self.assertEqual(vectors.most_similar_batch([]), [])
        self.assertEqual(vectors.most_similar_batch(["w1", "w2"], topn=0), [[], []])

    def test_every_answer_is_of_the_moment(self):
        self.vectors.most_similar("east")
        self.vectors.vectors[2] = (5, 0.1)
        self.assertEqual(keys_of(self.vectors.most_similar("east", topn=1)), ["west"])
        self.vectors.add_vectors(["too"], [[2, 0]])
        self.assertEqual(self.vectors.most_similar("east", topn=1), [("too", 1.0)])
        self.vectors.vectors = self.vectors.vectors * -1
        np.testing.assert_allclose(self.vectors.norms, [1, 2, math.hypot(5, 0.1), 2 ** 0.5, 0, 2],
                                   rtol=1e-6)

    def test_threads_ask_at_once(self):
        vectors = vectors_of(names(5000), random_matrix(5000, 40))
        expected = vectors.most_similar("w1")
        same = []

        def ask():
            same.extend(vectors.most_similar("w1") == expected for _ in range(20))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(same, [True] * 160)

    def test_no_copy_of_the_matrix_is_asked(self):
        padded = np.zeros((4, 16), dtype=np.float32)
        padded[:, :2] = [[1, 0], [0, 1], [1, 1], [-1, 0]]
        vectors = KeyedVectors._of(_engine.Words(names(4)), padded[:, :2])
        self.assertEqual(vectors.vectors.ctypes.data, padded.ctypes.data)
        self.assertEqual(vectors.get_vector("w2").ctypes.data, padded[2:].ctypes.data)
        self.assertEqual(keys_of(vectors.most_similar("w0")), ["w2", "w1", "w3"])
        padded[3, 0] = 1
        self.assertEqual(keys_of(vectors.most_similar("w0")), ["w3", "w2", "w1"])


class Similarity(unittest.TestCase):
    def setUp(self):
        self.vectors = plane(a=(3, 4), b=(4, 3), c=(-3, -4), none=(0, 0), far=(-4, 3))

    def test_similarity_is_the_cosine(self):
        self.assertAlmostEqual(self.vectors.similarity("a", "b"), 24 / 25, delta=1e-12)
        self.assertAlmostEqual(self.vectors.distance("a", "b"), 1 / 25, delta=1e-12)
        self.assertEqual(self.vectors.similarity("a", "none"), 0)
        with self.assertRaises(KeyError):
            self.vectors.similarity("a", "nowhere")

    def test_a_word_has_no_distance_to_itself(self):
        vectors = vectors_of(names(300), random_matrix(300, 50))
        for key in names(300):
            self.assertEqual(vectors.distance(key, key), 0)
            self.assertEqual(vectors.distances(key, [key])[0], 0)

    def test_sets_of_one_are_as_similar_as_their_words(self):
        vectors = vectors_of(names(40), random_matrix(40, 50))
        for k in range(39):
            self.assertEqual(vectors.n_similarity([f"w{k}"], [f"w{k + 1}"]),
                             vectors.similarity(f"w{k}", f"w{k + 1}"))
        with self.assertRaises(ZeroDivisionError):
            vectors.n_similarity([], ["w1"])

    def test_distances_are_in_the_order_asked(self):
        np.testing.assert_allclose(self.vectors.distances("a"), [0, 1 / 25, 2, 1, 1], atol=1e-6)
        np.testing.assert_allclose(self.vectors.distances("a", ["c", "b"]), [2, 1 / 25], atol=1e-6)
        np.testing.assert_allclose(self.vectors.distances(np.array([3, 4]), ["c"]), [2], atol=1e-6)
        with self.assertRaises(KeyError):
            self.vectors.distances("a", ["nowhere"])

    def test_rank_counts_who_is_nearer(self):
        self.assertEqual(self.vectors.closer_than("a", "c"), ["b", "none", "far"])
        self.assertEqual(self.vectors.closer_than("a", "a"), [])
        self.assertEqual(self.vectors.rank("a", "c"), 4)
        self.assertEqual(self.vectors.rank("a", "a"), 1)
        self.assertEqual(self.vectors.most_similar_to_given("a", ["c", "b", "far"]), "b")

    def test_who_does_not_match(self):
        self.assertEqual(self.vectors.doesnt_match(["a", "b", "c"]), "c")
        with self.assertLogs("hogvec.models.keyedvectors", "WARNING") as log:
            self.assertEqual(self.vectors.doesnt_match(["a", "nowhere", "b", "c"]), "c")
        self.assertIn("nowhere", log.output[0])
        with self.assertRaises(ValueError):
            self.vectors.doesnt_match(["nowhere"])

    def test_means(self):
        mean = self.vectors.get_mean_vector
        np.testing.assert_allclose(mean(["a", "b"]), [0.7, 0.7], rtol=1e-6)
        np.testing.assert_allclose(mean(["a", "b"], pre_normalize=False), [3.5, 3.5])
        np.testing.assert_allclose(mean(["a", "b"], weights=[3, 1], pre_normalize=False),
                                   [3.25, 3.75])
        np.testing.assert_allclose(mean(["a", "b"], post_normalize=True), [2 ** -0.5] * 2,
                                   rtol=1e-6)
        np.testing.assert_allclose(mean(["a", np.array([1, 1])], pre_normalize=False), [2, 2.5])
        np.testing.assert_allclose(mean(["a", "nowhere"]), [0.6, 0.8], rtol=1e-6)
        with self.assertRaises(KeyError):
            mean(["a", "nowhere"], ignore_missing=False)
        for wrong in ([], None), (["a"], [1, 2]):
            with self.assertRaises(ValueError):
                mean(*wrong)


if __name__ == "__main__":
    unittest.main()
