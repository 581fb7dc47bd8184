"""Readers of texts: which words and pieces they give, of which files, and what they refuse."""

import bz2
import gzip
import importlib.util
import io
import lzma
import os
import random
import tempfile
import unittest

from hogvec import BrownCorpus, LineSentence, PathLineSentences, Text8Corpus

HAS_GENSIM = importlib.util.find_spec("gensim") is not None


class Folder(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text, opener=open):
        path = os.path.join(self.folder, name)
        with opener(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path


class Lines(Folder):
    def test_lines_become_lists_of_words_and_empty_ones_nothing(self):
        path = self.write("text", "the cat\tsat \n\n  \nfünf 日本\u3000語\nend")
        self.assertEqual(list(LineSentence(path)),
                         [["the", "cat", "sat"], ["fünf", "日本", "語"], ["end"]])

    def test_a_text_is_read_anew_each_time(self):
        sentences = LineSentence(self.write("text", "a b\nc\n"))
        self.assertEqual(list(sentences), list(sentences))

    def test_long_lines_stay_whole_unless_a_length_is_given(self):
        # 10,000 words is where gensim cuts.
        path = self.write("text", "w " * 10001)
        self.assertEqual([len(s) for s in LineSentence(path)], [10001])
        self.assertEqual([len(s) for s in LineSentence(path, 4000)], [4000, 4000, 2001])

    def test_the_limit_counts_lines_empty_ones_too(self):
        path = self.write("text", "a\n\nb\nc\n")
        self.assertEqual(list(LineSentence(path, limit=3)), [["a"], ["b"]])
        self.assertEqual(list(LineSentence(path, limit=0)), [])

    def test_packed_files_are_the_same_text(self):
        for name, opener in (("t.gz", gzip.open), ("t.bz2", bz2.open), ("t.xz", lzma.open)):
            with self.subTest(name):
                path = self.write(name, "a b\nc\n", opener)
                self.assertEqual(list(LineSentence(path)), [["a", "b"], ["c"]])

    def test_open_files_of_bytes_and_of_text_are_rewound(self):
        for file in (io.BytesIO("ä b\nc".encode()), io.StringIO("ä b\nc")):
            file.read()
            sentences = LineSentence(file)
            self.assertEqual(list(sentences), [["ä", "b"], ["c"]])
            self.assertEqual(list(sentences), [["ä", "b"], ["c"]])

    def test_what_cannot_be_rewound_is_refused(self):
        reading, writing = os.pipe()
        os.close(writing)
        with open(reading, "rb") as pipe, self.assertRaisesRegex(OSError, "cannot be rewound"):
            list(LineSentence(pipe))

    def test_a_damaged_line_is_named(self):
        path = self.write("text", b"good\nb\xffd\n")
        with self.assertRaisesRegex(UnicodeDecodeError, "text, line 2 is not UTF-8"):
            list(LineSentence(path))

    def test_damaged_packed_files_are_named(self):
        cut = gzip.compress(os.urandom(1000).hex().encode())[:500]
        for name, data in (("cut.gz", cut), ("no.gz", b"plain text"), ("no.bz2", b"plain text"),
                           ("no.xz", b"plain text")):
            with self.subTest(name), self.assertRaisesRegex(OSError, f"{name} cannot be unpacked"):
                list(LineSentence(self.write(name, data)))

    def test_a_missing_file_is_an_error_when_it_is_read(self):
        with self.assertRaises(FileNotFoundError):
            list(LineSentence(os.path.join(self.folder, "none")))

    def test_settings_out_of_range_are_refused(self):
        for settings in ({"max_sentence_length": 0}, {"limit": -1}):
            with self.subTest(settings), self.assertRaises(ValueError):
                LineSentence("text", **settings)
        with self.assertRaisesRegex(TypeError, "list"):
            LineSentence([["a"]])


class Paths(Folder):
    def test_files_come_in_the_order_of_their_names_without_folders(self):
        self.write("b.txt", "third\nfourth\n")
        self.write("a.gz", "first\nsecond\n", gzip.open)
        os.mkdir(os.path.join(self.folder, "aa"))
        sentences = PathLineSentences(self.folder)
        self.assertEqual(list(sentences), [["first"], ["second"], ["third"], ["fourth"]])
        self.assertEqual([os.path.basename(f) for f in sentences.input_files], ["a.gz", "b.txt"])
        self.assertEqual(list(PathLineSentences(self.folder, limit=1)), [["first"], ["third"]])

    def test_a_single_file_will_do(self):
        self.assertEqual(list(PathLineSentences(self.write("one", "a b\n"))), [["a", "b"]])

    def test_what_is_neither_is_refused(self):
        with self.assertRaisesRegex(ValueError, "neither a file nor a folder"):
            PathLineSentences(os.path.join(self.folder, "none"))


class Text8(Folder):
    def test_pieces_have_as_many_words_as_was_asked(self):
        path = self.write("text8", " ".join(str(k) for k in range(25)))
        self.assertEqual([len(s) for s in Text8Corpus(path, 10)], [10, 10, 5])
        self.assertEqual(sum(Text8Corpus(path, 10), []), [str(k) for k in range(25)])

    def test_by_default_pieces_have_ten_thousand_words(self):
        path = self.write("text8", "w " * 20001)
        self.assertEqual([len(s) for s in Text8Corpus(path)], [10000, 10000, 1])

    def test_words_are_neither_joined_nor_cut_where_blocks_end(self):
        # Words of 1 to 12 letters, of one to three bytes, and each kind of white space: over some
        # hundred kilobytes a block ends within and beside all of them.
        draw = random.Random(1)
        words = ["".join(draw.choices("abäö語", k=draw.randint(1, 12))) for _ in range(40000)]
        text = "".join(word + draw.choice([" ", "\n", "\t", " \n", "\u3000"]) for word in words)
        for source in (self.write("text8", text), io.StringIO(text)):
            self.assertEqual(sum(Text8Corpus(source, 777), []), words)

    def test_a_text_without_spaces_is_in_pieces_too(self):
        path = self.write("text8", "\n".join(["word"] * 30000))
        self.assertEqual([len(s) for s in Text8Corpus(path)], [10000] * 3)

    def test_an_empty_text_has_no_pieces(self):
        self.assertEqual(list(Text8Corpus(self.write("text8", " \n"))), [])


class Brown(Folder):
    def test_words_keep_two_letters_of_their_tag_and_punctuation_is_left_out(self):
        self.write("ca02", "b/nn\n")
        self.write("ca01", "The/at-tl Jury/nn ,/, 1/2/cd said/vbd\n\n./.\n")
        self.assertEqual(list(BrownCorpus(self.folder)),
                         [["the/at", "jury/nn", "said/vb"], ["b/nn"]])


@unittest.skipUnless(HAS_GENSIM, "gensim is not installed")
class AsGensim(Folder):
    def test_lines_and_pieces_are_those_of_gensim(self):
        from gensim.models import word2vec

        draw = random.Random(2)
        lines = [" ".join(f"wört{draw.randint(0, 99)}" for _ in range(draw.randint(0, 30)))
                 for _ in range(2000)]
        path = self.write("text.gz", "\n".join(lines) + "\n", gzip.open)
        self.assertEqual(list(LineSentence(path)), list(word2vec.LineSentence(path)))
        self.assertEqual(list(LineSentence(path, 7, 100)),
                         list(word2vec.LineSentence(path, 7, 100)))
        # Where lines end gensim may join two words, so this text has one.
        path = self.write("text8", " ".join(" ".join(lines).split()))
        self.assertEqual(list(Text8Corpus(path, 100)), list(word2vec.Text8Corpus(path, 100)))
        self.assertEqual(list(PathLineSentences(path, 7)),
                         list(word2vec.PathLineSentences(path, 7)))


if __name__ == "__main__":
    unittest.main()
