"""Test sets: what KeyedVectors makes of their lines, and of the numbers that come out."""

import gzip
import os
import tempfile
import unittest

import numpy as np

from hogvec._vectors.correlation import incomplete_beta, pearson, ranks, spearman
from vectors_under_test import vectors_of


class Correlations(unittest.TestCase):
    def test_chances_are_those_of_tables(self):
        # I_x(1, 1) = x; I_x(2, 2) = 3 x^2 - 2 x^3; I_x(1/2, 1/2) = 2/pi asin(sqrt(x)).
        for x in 0.0, 0.1, 0.5, 0.77, 1.0:
            self.assertAlmostEqual(incomplete_beta(1, 1, x), x, delta=1e-13)
            self.assertAlmostEqual(incomplete_beta(2, 2, x), 3 * x ** 2 - 2 * x ** 3, delta=1e-13)
            self.assertAlmostEqual(incomplete_beta(0.5, 0.5, x), 2 / np.pi * np.arcsin(x ** 0.5),
                                   delta=1e-13)
        # Student's t of 4 degrees of freedom: both tails beyond 2.776 have 5 %.
        t = 2.7764451052
        self.assertAlmostEqual(incomplete_beta(2, 0.5, 4 / (4 + t * t)), 0.05, delta=1e-9)

    def test_coefficients(self):
        self.assertEqual(tuple(pearson([1, 2, 3], [2, 4, 6])), (1.0, 0.0))
        r, chance = pearson([1, 2, 3, 4], [1, 3, 2, 4])
        self.assertAlmostEqual(r, 0.8, delta=1e-12)
        self.assertAlmostEqual(chance, 0.2, delta=1e-12)  # n = 4: 1 - |r|
        self.assertAlmostEqual(spearman([1, 20, 300], [5, 6, 7]).correlation, 1, delta=1e-12)
        np.testing.assert_array_equal(ranks([5, 1, 5, 0]), [3.5, 2, 3.5, 1])
        for a, b in ([1], [1]), ([1, 1], [1, 2]):
            self.assertTrue(np.isnan(pearson(a, b).statistic) and np.isnan(pearson(a, b).pvalue))


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "set")
        # A country is its capital and (0, 0, 1).
        self.vectors = vectors_of(
            ["Paris", "France", "Rome", "Italy", "Berlin", "Germany", "paris"],
            np.array([[1, 0, 0], [1, 0, 1], [0, 1, 0], [0, 1, 1], [-1, 0, 0], [-1, 0, 1],
                      [-9, 0, 9]], dtype=np.float32))

    def write(self, text):
        with open(self.path, "wb") as file:
            file.write(text.encode())
        return self.path


class Analogies(InFolder):
    text = (": capitals\nparis france rome italy\nRome Italy Berlin Germany\n"
            "Paris France Rome Germany\nParis France Rome\n"
            ": unknown\nParis France Oslo Norway\n")

    def test_right_and_wrong_ones_are_told_apart(self):
        score, sections = self.vectors.evaluate_word_analogies(self.write(self.text))
        self.assertAlmostEqual(score, 2 / 3)
        self.assertEqual([section["section"] for section in sections],
                         ["capitals", "unknown", "Total accuracy"])
        self.assertEqual(sections[0]["correct"], [("PARIS", "FRANCE", "ROME", "ITALY"),
                                                  ("ROME", "ITALY", "BERLIN", "GERMANY")])
        self.assertEqual(sections[0]["incorrect"], [("PARIS", "FRANCE", "ROME", "GERMANY")])
        self.assertEqual(sections[1]["correct"] + sections[1]["incorrect"], [])
        self.assertEqual(sections[2]["correct"], sections[0]["correct"])

    def test_unknown_words_are_wrong_where_that_is_wanted(self):
        score, sections = self.vectors.evaluate_word_analogies(
            self.write(self.text), dummy4unknown=True)
        self.assertAlmostEqual(score, 2 / 4)
        self.assertEqual(sections[1]["incorrect"], [("PARIS", "FRANCE", "OSLO", "NORWAY")])

    def test_case_and_rows_count_where_they_are_to(self):
        _, sections = self.vectors.evaluate_word_analogies(
            self.write(self.text), case_insensitive=False)
        self.assertEqual(sections[0]["correct"], [("Rome", "Italy", "Berlin", "Germany")])
        _, sections = self.vectors.evaluate_word_analogies(
            self.write(self.text), restrict_vocab=4)
        self.assertEqual(sections[0]["correct"], [("PARIS", "FRANCE", "ROME", "ITALY")])

    def test_the_similarity_function_is_the_one_that_is_asked(self):
        asked = []

        def first_row(positive, negative, topn, restrict_vocab):
            asked.append((positive, negative))
            return [("Italy", 1.0)]

        score, _ = self.vectors.evaluate_word_analogies(
            self.write(self.text), similarity_function=first_row)
        self.assertAlmostEqual(score, 1 / 3)
        self.assertEqual(asked[0], (["France", "Rome"], ["Paris"]))
        by_name = self.vectors.evaluate_word_analogies(
            self.path, similarity_function="most_similar_cosmul")
        self.assertEqual(by_name, self.vectors.evaluate_word_analogies(
            self.path, similarity_function=self.vectors.most_similar_cosmul))

    def test_questions_need_a_section(self):
        with self.assertRaisesRegex(ValueError, "line 1 stands before the first section"):
            self.vectors.evaluate_word_analogies(self.write("a b c d\n"))

    def test_packed_sets_are_read(self):
        with gzip.open(self.path, "wb") as file:
            file.write(self.text.encode())
        score, _ = self.vectors.evaluate_word_analogies(self.path)
        self.assertAlmostEqual(score, 2 / 3)


class Pairs(InFolder):
    text = ("# a remark\nParis\tFrance\t7\nparis\tBERLIN\t1\nRome\tItaly\t8\nParis\tOslo\t5\n"
            "Paris\tRome\t3\nno number\n")

    def test_cosines_are_correlated(self):
        found = self.vectors.evaluate_word_pairs(self.write(self.text))
        theirs, ours = [7, 1, 8, 3], [2 ** -0.5, -1, 2 ** -0.5, 0]
        (r, chance), (rho, _), unknown = found
        self.assertAlmostEqual(r, np.corrcoef(theirs, ours)[0, 1], delta=1e-6)
        self.assertAlmostEqual(chance, 1 - r, delta=1e-6)  # n = 4
        self.assertAlmostEqual(rho, np.corrcoef([3, 1, 4, 2], [3.5, 1, 3.5, 2])[0, 1], delta=1e-9)
        self.assertAlmostEqual(unknown, 20)

    def test_unknown_words_have_nothing_in_common_where_that_is_wanted(self):
        (r, _), _, unknown = self.vectors.evaluate_word_pairs(
            self.write(self.text), dummy4unknown=True)
        expected = np.corrcoef([7, 1, 8, 5, 3], [2 ** -0.5, -1, 2 ** -0.5, 0, 0])[0, 1]
        self.assertAlmostEqual(r, expected, delta=1e-6)
        self.assertAlmostEqual(unknown, 20)

    def test_a_set_without_known_pairs_is_told(self):
        with self.assertRaisesRegex(ValueError, "no line"):
            self.vectors.evaluate_word_pairs(self.write("a\tb\t1\n"))


if __name__ == "__main__":
    unittest.main()
