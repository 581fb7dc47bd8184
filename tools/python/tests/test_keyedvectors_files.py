"""Files of KeyedVectors: what is written comes back, what is damaged is told."""

import bz2
import gzip
import os
import resource
import tempfile
import unittest

import numpy as np

from hogvec.models import KeyedVectors
from vectors_under_test import names, random_matrix, vectors_of


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def assert_same(self, vectors, expected):
        self.assertEqual(vectors.index_to_key, list(expected.index_to_key))
        self.assertEqual(vectors.vectors.dtype, expected.vectors.dtype)
        np.testing.assert_array_equal(vectors.vectors, expected.vectors)


def odd_floats():
    """All signs and exponents of single precision, three values a row."""
    bits = np.arange(0, 2 ** 32, 65521, dtype=np.uint64).astype(np.uint32)
    values = bits.view(np.float32)
    values = values[np.isfinite(values)]
    return values[:len(values) // 3 * 3].reshape(-1, 3)


class Word2VecFormat(InFolder):
    def test_text_and_binary_come_back_to_the_bit(self):
        matrix = odd_floats()
        vectors = vectors_of(names(len(matrix)), matrix)
        for name, binary in ("v.txt", False), ("v.bin", True), ("v.txt.gz", False):
            vectors.save_word2vec_format(self.path(name), binary=binary)
            back = KeyedVectors.load_word2vec_format(self.path(name), binary=binary)
            self.assertEqual(back.vectors.tobytes(), matrix.tobytes())
            self.assertEqual(back.index_to_key, vectors.index_to_key)

    def test_text_is_what_others_read(self):
        vectors = vectors_of(["a", "ä"], np.array([[0.1, -2], [1e-7, 3.5]], dtype=np.float32))
        vectors.save_word2vec_format(self.path("v.txt"))
        self.assertEqual(self.read("v.txt").decode(), "2 2\na 0.1 -2\nä 1e-07 3.5\n")
        vectors.save_word2vec_format(self.path("v.txt"), write_header=False, prefix="p_")
        self.assertEqual(self.read("v.txt").decode(), "p_a 0.1 -2\np_ä 1e-07 3.5\n")
        back = KeyedVectors.load_word2vec_format(self.path("v.txt"), no_header=True)
        self.assertEqual(back.index_to_key, ["p_a", "p_ä"])
        vectors.save_word2vec_format(self.path("v.txt"), total_vec=4)
        vectors.save_word2vec_format(self.path("v.txt"), write_header=False, prefix="q", append=True)
        with self.assertRaisesRegex(ValueError, "prefix 'a b'"):
            vectors.save_word2vec_format(self.path("v.txt"), prefix="a b")
        back = KeyedVectors.load_word2vec_format(self.path("v.txt"))
        self.assertEqual(back.index_to_key, ["a", "ä", "qa", "qä"])

    def test_keys_are_written_by_their_counts(self):
        vectors = vectors_of("abc", np.eye(3))
        vectors.expandos["count"] = np.array([1, 7, 7])
        vectors.save_word2vec_format(self.path("v"), fvocab=self.path("vocab"))
        self.assertEqual(self.read("vocab"), b"b 7\nc 7\na 1\n")
        back = KeyedVectors.load_word2vec_format(self.path("v"), fvocab=self.path("vocab"))
        self.assertEqual(back.index_to_key, ["b", "c", "a"])
        self.assertEqual(list(back.expandos["count"]), [7, 7, 1])
        np.testing.assert_array_equal(back["c"], [0, 0, 1])
        del vectors.expandos["count"]
        with self.assertRaisesRegex(ValueError, "count"):
            vectors.save_word2vec_format(self.path("v"), fvocab=self.path("vocab"))

    def test_counts_that_a_file_lacks_are_told(self):
        self.write("v", b"3 1\na 1\nb 2\nc 3\n")
        self.write("vocab", b"c 5\na 6\nother 7\n")
        with self.assertLogs("hogvec.models.keyedvectors", "WARNING") as log:
            vectors = KeyedVectors.load_word2vec_format(self.path("v"), fvocab=self.path("vocab"))
        self.assertIn("no count of 1 of 3 words, 'b'", log.output[0])
        self.assertEqual(list(vectors.expandos["count"]), [6, 0, 5])

    def test_only_the_first_rows_are_read(self):
        whole = vectors_of(names(50), random_matrix(50, 7))
        for name, binary in ("v.txt", False), ("v.bin", True):
            whole.save_word2vec_format(self.path(name), binary=binary)
            content = self.read(name)
            self.write(name, content[:len(content) // 2])
            some = KeyedVectors.load_word2vec_format(self.path(name), binary=binary, limit=20)
            self.assert_same(some, vectors_of(names(20), whole.vectors[:20]))

    def test_packed_files_are_read(self):
        expected = vectors_of(["a", "b"], np.array([[1, 2], [3, 4]], dtype=np.float32))
        for name, pack in ("v.gz", gzip.compress), ("v.bz2", bz2.compress):
            self.write(name, pack(b"2 2\na 1 2\nb 3 4\n"))
            self.assert_same(KeyedVectors.load_word2vec_format(self.path(name)), expected)

    def test_double_precision_is_read_whole_or_refused(self):
        self.write("v", b"2 2\na\t0.1\t2\n b  3   0.4 \n")
        for kind in (np.float32, np.float64):
            read = KeyedVectors.load_word2vec_format(self.path("v"), datatype=kind)
            self.assertEqual(read.vectors.tolist(), [[kind(0.1), 2], [3, kind(0.4)]])
        vectors_of(["a", "b"], np.eye(2)).save_word2vec_format(self.path("v.zst"))
        with self.assertRaisesRegex(ValueError, "packed by zstd"):
            KeyedVectors.load_word2vec_format(self.path("v.zst"), datatype=np.float64,
                                              unicode_errors="ignore")

    def test_numbers_have_the_type_that_is_asked(self):
        self.write("v", b"1 2\na 0.123456789012345 2\n")
        double = KeyedVectors.load_word2vec_format(self.path("v"), datatype=np.float64)
        self.assertEqual(double["a"][0], 0.123456789012345)
        half = KeyedVectors.load_word2vec_format(self.path("v"), datatype=np.float16)
        self.assertEqual(half["a"][0], np.float16(0.123456789012345))
        self.assertEqual(half.most_similar(np.array([1.0, 0.0]))[0][0], "a")
        double.save_word2vec_format(self.path("again"))
        self.assertEqual(self.read("again"), b"1 2\na 0.123456789012345 2.0\n")
        for end, unpack in (".gz", gzip.decompress), (".bz2", bz2.decompress):
            double.save_word2vec_format(self.path("again" + end), fvocab=self.path("vocab" + end))
            self.assertEqual(unpack(self.read("again" + end)), self.read("again"))
            self.assertEqual(unpack(self.read("vocab" + end)), b"a 1\n")
        for name in "again.zst", "again.lz4":
            with self.assertRaisesRegex(OSError, "is not written"):
                double.save_word2vec_format(self.path(name))
            self.assertFalse(os.path.exists(self.path(name)))

    def test_words_are_of_the_encoding(self):
        latin = self.write("v", "2 1\nzw\xf6lf 1\nrest 2\n".encode("latin-1"))
        vectors = KeyedVectors.load_word2vec_format(latin, encoding="latin-1")
        self.assertEqual(vectors.index_to_key, ["zwölf", "rest"])
        with self.assertRaises(UnicodeDecodeError):
            KeyedVectors.load_word2vec_format(latin)
        for errors, word in ("ignore", "zwlf"), ("replace", "zw\ufffdlf"):
            vectors = KeyedVectors.load_word2vec_format(latin, unicode_errors=errors)
            self.assertEqual(vectors.index_to_key[0], word)
            np.testing.assert_array_equal(vectors[word], [1])

    def test_of_repeated_words_the_first_counts(self):
        self.write("v", b"3 1\na 1\na 2\nb 3\n")
        with self.assertLogs("hogvec.models.keyedvectors", "WARNING") as log:
            vectors = KeyedVectors.load_word2vec_format(self.path("v"))
        self.assertIn("1 rows are left out", log.output[0])
        self.assert_same(vectors, vectors_of("ab", np.array([[1], [3]], dtype=np.float32)))

    def test_damage_is_told(self):
        load = KeyedVectors.load_word2vec_format
        binary = b"2 2\na " + np.ones(2, "<f4").tobytes() + b"b " + np.ones(1, "<f4").tobytes()
        for content, kind, error in [
                (b"3 2\na 1 2\nb 3 4\n", {}, EOFError),
                (binary, {"binary": True}, EOFError),
                (b"2 2\na 1 2\nb 3 four\n", {}, ValueError),
                (b"2 2\na 1 2\nb 3\n", {}, ValueError),
                (b"a 1 2\nb 3 4\n", {}, ValueError),
                (b"", {}, ValueError)]:
            with self.subTest(content=content), self.assertRaises(error) as caught:
                load(self.write("v", content), **kind)
            self.assertIn(self.path("v"), str(caught.exception))
        with self.assertRaises(FileNotFoundError):
            load(self.path("none"))
        with self.assertRaises(NotImplementedError):
            load(self.path("v"), binary=True, no_header=True)

    def test_words_that_a_format_cannot_hold_are_refused(self):
        vectors = vectors_of(["new york"], np.ones((1, 2)))
        with self.assertRaisesRegex(ValueError, "new york"):
            vectors.save_word2vec_format(self.path("v"))
        self.assertFalse(os.path.exists(self.path("v")))

    def test_known_words_take_vectors_of_a_file(self):
        vectors = vectors_of("abc", np.zeros((3, 2), dtype=np.float32))
        place = vectors.vectors.ctypes.data
        vectors.intersect_word2vec_format(self.write("v", b"2 2\nc 1 2\nother 3 4\n"))
        np.testing.assert_array_equal(vectors.vectors, [[0, 0], [0, 0], [1, 2]])
        np.testing.assert_array_equal(vectors.vectors_lockf, [1, 1, 0])
        self.assertEqual(vectors.vectors.ctypes.data, place)
        with self.assertRaisesRegex(ValueError, "1 values, not 2"):
            vectors.intersect_word2vec_format(self.write("v", b"1 1\nc 1\n"))


class ModelFile(InFolder):
    def saved(self, vectors):
        vectors.save(self.path("v.model"))
        return KeyedVectors.load(self.path("v.model"))

    def test_all_comes_back(self):
        vectors = vectors_of(["a b", "</s>", "", "ä", "\udcff"], random_matrix(5, 7))
        vectors.expandos["count"] = np.arange(5)
        vectors.set_vecattr("ä", "size", 0.5)
        vectors.set_vecattr("ä", "kind", "letter")
        vectors.vectors_lockf = np.array([1, 0, 1, 0, 0.5])
        back = self.saved(vectors)
        self.assert_same(back, vectors)
        self.assertEqual(list(back.expandos["count"]), list(range(5)))
        self.assertEqual(back.get_vecattr("ä", "size"), 0.5)
        self.assertEqual(back.get_vecattr("ä", "kind"), "letter")
        np.testing.assert_array_equal(back.vectors_lockf, vectors.vectors_lockf)
        self.assertEqual(back.most_similar("ä"), vectors.most_similar("ä"))

    def test_a_first_word_that_ends_sentences_stays(self):
        vectors = vectors_of(["</s>", "a"], np.eye(2, dtype=np.float32))
        self.assert_same(self.saved(vectors), vectors)

    def test_numbers_as_keys_and_other_types_come_back(self):
        vectors = KeyedVectors(2, dtype=np.float64)
        vectors.add_vectors([7, "7", 3], [[0.1, 1], [2, 3], [4, 5]])
        back = self.saved(vectors)
        self.assert_same(back, vectors)
        self.assertEqual([back.get_index(key) for key in (7, "7", 3)], [0, 1, 2])
        self.assertNotIn("count", back.expandos)

    def test_it_is_read_where_it_lies_and_changes_are_its_owners(self):
        vectors = vectors_of(names(3), np.eye(3, dtype=np.float32))
        back = self.saved(vectors)
        back.vectors[0] = 5
        self.assertEqual(back.most_similar("w0", topn=1)[0][0], "w1")
        np.testing.assert_array_equal(KeyedVectors.load(self.path("v.model")).vectors, np.eye(3))
        back.set_vecattr("w0", "count", 5)
        mapped = KeyedVectors.load(self.path("v.model"), mmap="r")
        with self.assertRaises(ValueError):
            mapped.vectors[0] = 5
        with self.assertRaisesRegex(ValueError, "mmap"):
            KeyedVectors.load(self.path("v.model"), mmap="r+")
        back.save(self.path("v.model"))  # over what it is mapped from
        np.testing.assert_array_equal(KeyedVectors.load(self.path("v.model"))["w0"], [5, 5, 5])

    def test_opening_takes_no_memory_that_grows_with_the_file(self):
        rows, dim = 200_000, 100
        vectors = vectors_of(names(rows), np.zeros((rows, dim), dtype=np.float32))
        vectors.save(self.path("v.model"))
        del vectors

        def resident():
            with open("/proc/self/statm", encoding="ascii") as file:
                return int(file.read().split()[1]) * resource.getpagesize()

        before = resident()
        opened = KeyedVectors.load(self.path("v.model"))
        self.assertEqual(opened.get_index("w199999"), rows - 1)
        # A tenth of the vectors, 80 MB, is far more than the pages of one look-up.
        self.assertLess(resident() - before, 8 << 20)

    def test_other_files_are_refused(self):
        text = self.write("v.txt", b"1 1\na 1\n")
        with self.assertRaisesRegex(ValueError, "load_word2vec_format"):
            KeyedVectors.load(text)
        with self.assertRaises(FileNotFoundError):
            KeyedVectors.load(self.path("none"))
        vectors_of("a", np.ones((1, 2))).save(self.path("v.model"))
        self.write("v.model", self.read("v.model")[:8192])
        with self.assertRaises(ValueError):
            KeyedVectors.load(self.path("v.model"))

    def test_what_cannot_be_kept_is_refused(self):
        with self.assertRaisesRegex(ValueError, "slot 0"):
            KeyedVectors(2, 1).save(self.path("v.model"))
        vectors = vectors_of([("a", 1)], np.ones((1, 2)))
        with self.assertRaises(TypeError):
            vectors.save(self.path("v.model"))


if __name__ == "__main__":
    unittest.main()
