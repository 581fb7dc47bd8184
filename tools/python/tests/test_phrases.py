"""Phrases and FrozenPhrases: counts, scores and joined sentences, by hand; files; what is refused.

Against gensim: test_phrases_gensim.
"""

import copy
import gzip
import json
import math
import os
import pickle
import tempfile
import threading
import unittest
import warnings

import numpy as np

from hogvec import FrozenPhrases, Phraser, Phrases
from hogvec.models.phrases import ENGLISH_CONNECTOR_WORDS, npmi_scorer, original_scorer

# new york: 3 times; big: 2; city: 1. Pairs: big new 2, new york 3, york city 1.
SENTENCES = [["big", "new", "york"], ["new", "york", "city"], ["big", "new", "york"]]
COUNTS = {"big": 2, "new": 3, "big_new": 2, "york": 3, "new_york": 3, "city": 1, "york_city": 1}


def ratio_scorer(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):
    return bigram_count / max(worda_count, wordb_count)


class Broken(Exception):
    pass


class Counting(unittest.TestCase):
    def test_words_and_neighbors_are_counted_in_the_order_in_which_they_come(self):
        phrases = Phrases(SENTENCES)
        self.assertEqual(dict(phrases.vocab), COUNTS)
        self.assertEqual(list(phrases.vocab), list(COUNTS))
        self.assertEqual(phrases.corpus_word_count, 9)

    def test_the_vocabulary_is_a_mapping(self):
        vocab = Phrases(SENTENCES).vocab
        self.assertEqual((len(vocab), vocab["new_york"], vocab.get("none", 0)), (7, 3, 0))
        self.assertTrue("york" in vocab and "new_city" not in vocab and 3 not in vocab)
        self.assertEqual(vocab, COUNTS)
        with self.assertRaises(KeyError):
            vocab["none"]

    def test_connector_words_are_counted_within_pairs_only(self):
        phrases = Phrases([["the", "bank", "of", "the", "west", "of"]],
                          connector_words={"of", "the"})
        self.assertEqual(dict(phrases.vocab), {"bank": 1, "west": 1, "bank_of_the_west": 1})
        self.assertEqual(phrases.corpus_word_count, 6)

    def test_what_is_spelled_alike_is_counted_together(self):
        self.assertEqual(dict(Phrases([["a_b"], ["a", "b"]]).vocab), {"a_b": 2, "a": 1, "b": 1})

    def test_more_sentences_add_to_the_counts(self):
        phrases = Phrases(SENTENCES[:1])
        phrases.add_vocab(SENTENCES[1:])
        self.assertEqual(dict(phrases.vocab), COUNTS)
        self.assertEqual(phrases.corpus_word_count, 9)

    def test_any_iterables_of_any_tokens_will_do(self):
        odd = ["", "\ud800", "日本", "\0", "ö", "𝄞"]
        counts = dict(Phrases([odd]).vocab)
        self.assertEqual({word: counts[word] for word in odd}, dict.fromkeys(odd, 1))
        self.assertEqual(counts["日本_\0"], 1)
        for sentences in (iter(SENTENCES), (tuple(s) for s in SENTENCES),
                          ((word for word in s) for s in SENTENCES)):
            self.assertEqual(dict(Phrases(sentences).vocab), COUNTS)
        self.assertEqual(dict(Phrases([[], ["one"], []]).vocab), {"one": 1})

    def test_sentences_of_any_length_are_counted(self):
        # Tokens are counted every 256 KiB: here within a sentence, and within connector words.
        words = [f"word{k}" for k in range(100000)]
        vocab = Phrases([words]).vocab
        self.assertEqual(len(vocab), 2 * len(words) - 1)
        self.assertTrue(all(vocab[f"{a}_{b}"] == 1 for a, b in zip(words, words[1:])))
        between = ["of"] * 200000
        vocab = Phrases([["a", *between, "b"]], connector_words=["of"]).vocab
        self.assertEqual(vocab["_".join(["a", *between, "b"])], 1)

    def test_no_more_spellings_are_kept_than_was_asked(self):
        # Pairs of frequent words survive, and their counts are right, while rare ones come and go.
        sentences = [["new", "york", f"rare{k}"] for k in range(1000)]
        phrases = Phrases(sentences, max_vocab_size=100)
        self.assertLessEqual(len(phrases.vocab), 100)
        self.assertEqual([phrases.vocab[w] for w in ("new", "york", "new_york")], [1000] * 3)
        self.assertLessEqual(len(Phrases(SENTENCES, max_vocab_size=2).vocab), 2)

    def test_what_an_iterable_raises_arrives_and_nothing_was_counted(self):
        def broken():
            yield from SENTENCES
            raise Broken

        phrases = Phrases(SENTENCES)
        for sentences in (broken(), [broken_sentence() for _ in range(1)]):
            with self.assertRaises(Broken):
                phrases.add_vocab(sentences)
        self.assertEqual(dict(phrases.vocab), COUNTS)
        self.assertEqual(phrases.corpus_word_count, 9)

    def test_what_is_no_word_is_named_with_its_place(self):
        for sentences, where in (([["a"], ["b", 7]],
                                  r"sentence 1, token 1 is no str but int \(7\)"),
                                 ([["a"], [b"b"]], "sentence 1, token 0 is no str but bytes"),
                                 ([["a"], None], "sentence 1 is no list of words but NoneType"),
                                 ("one text", r"sentences .* not a str"), (7, "iterable")):
            with self.subTest(where), self.assertRaisesRegex(TypeError, where):
                Phrases(sentences)

    def test_a_str_for_a_sentence_is_warned_of(self):
        with self.assertWarnsRegex(UserWarning, "every character"):
            self.assertEqual(dict(Phrases(["ab"]).vocab), {"a": 1, "b": 1, "a_b": 1})
        with self.assertWarnsRegex(UserWarning, "single characters"):
            self.assertEqual(Phrases()["ab"], ["a", "b"])


def broken_sentence():
    yield "new"
    raise Broken


class Scoring(unittest.TestCase):
    def test_the_default_score_is_that_of_the_paper_times_the_vocabulary(self):
        # (3 - 1) / (3 * 3) * 7 and (2 - 1) / (2 * 3) * 7; york city is no more than min_count.
        found = Phrases(SENTENCES, min_count=1, threshold=0.1).export_phrases()
        self.assertEqual(list(found), ["big_new", "new_york"])
        self.assertAlmostEqual(found["new_york"], 14 / 9, delta=1e-12)
        self.assertAlmostEqual(found["big_new"], 7 / 6, delta=1e-12)

    def test_npmi_is_pointwise_mutual_information_by_its_most(self):
        found = Phrases(SENTENCES, min_count=1, threshold=-1, scoring="npmi").export_phrases()
        # p(new york) = 3/9 = p(new) = p(york): ln 3 / ln 3.
        self.assertAlmostEqual(found["new_york"], 1, delta=1e-12)
        self.assertAlmostEqual(found["york_city"], math.log(3) / math.log(9), delta=1e-12)

    def test_only_scores_above_the_threshold_join(self):
        self.assertEqual(Phrases(SENTENCES, min_count=1, threshold=2 / 9 * 7).export_phrases(), {})
        self.assertEqual(list(Phrases(SENTENCES, min_count=1, threshold=1.5).export_phrases()),
                         ["new_york"])

    def test_a_function_of_ones_own_scores(self):
        phrases = Phrases(SENTENCES, threshold=0.5, scoring=ratio_scorer)
        self.assertEqual(phrases.export_phrases(), {"big_new": 2 / 3, "new_york": 1.0})
        self.assertEqual(phrases[["big", "new", "york"]], ["big_new", "york"])
        self.assertEqual(phrases.freeze()[["big", "new", "york"]], ["big_new", "york"])
        phrases = Phrases(SENTENCES, threshold=1, scoring=lambda **counts: 2)
        self.assertEqual(list(phrases[SENTENCES]),
                         [["big_new", "york"], ["new_york", "city"], ["big_new", "york"]])

    def test_scorers_are_never_at_a_loss(self):
        nothing = dict(len_vocab=9, min_count=0, corpus_word_count=9)
        for scorer in (original_scorer, npmi_scorer):
            self.assertEqual(scorer(worda_count=0, wordb_count=2, bigram_count=2, **nothing),
                             -math.inf)
        self.assertEqual(npmi_scorer(9, 9, 9, 9, 1, 9), 1)
        self.assertEqual(npmi_scorer(9, 9, 1, 9, 2, 9), -math.inf)

    def test_candidates_can_be_asked_for(self):
        phrases = Phrases(SENTENCES, min_count=1, threshold=1.2)
        self.assertEqual(phrases.score_candidate("new", "york", []), ("new_york", 2 / 9 * 7))
        self.assertEqual(phrases.score_candidate("big", "new", []), (None, None))
        self.assertEqual(phrases.score_candidate("none", "york", []), (None, None))
        self.assertEqual(phrases.score_item("new", "york", ["new", "york"],
                                            lambda **counts: sum(counts.values())), 9)
        self.assertEqual(phrases.score_item("new", "none", ["new", "none"], ratio_scorer), -1)

    def test_settings_out_of_range_are_refused(self):
        for settings in ({"min_count": 0}, {"threshold": 0}, {"threshold": math.nan},
                         {"scoring": "npmi", "threshold": 1.5}, {"scoring": "best"},
                         {"scoring": lambda worda_count: 1}, {"max_vocab_size": 0},
                         {"progress_per": 0}):
            with self.subTest(settings), self.assertRaises(ValueError):
                Phrases(**settings)
        for settings in ({"delimiter": b"_"}, {"scoring": 7}, {"connector_words": "of"},
                         {"connector_words": [7]}):
            with self.subTest(settings), self.assertRaises(TypeError):
                Phrases(SENTENCES, **settings)


class Joining(unittest.TestCase):
    def setUp(self):
        self.phrases = Phrases(SENTENCES, min_count=1, threshold=1)
        self.models = (self.phrases, self.phrases.freeze())

    def test_from_left_to_right_each_word_joins_once(self):
        for model in self.models:
            self.assertEqual(model[["a", "new", "york", "big", "new", "york"]],
                             ["a", "new_york", "big_new", "york"])
            self.assertEqual(model[[]], [])
            self.assertEqual(model[["new"]], ["new"])

    def test_a_corpus_is_joined_whenever_it_is_iterated_over(self):
        for model in self.models:
            corpus = model[SENTENCES]
            self.assertEqual(list(corpus), list(corpus))
            self.assertEqual(list(corpus)[1], ["new_york", "city"])
            self.assertEqual((len(corpus), corpus[1]), (3, ["new_york", "city"]))
            self.assertEqual(list(corpus[1:]), list(corpus)[1:])

    def test_a_generator_is_joined_once_and_whole(self):
        for model in self.models:
            corpus = model[model[(sentence for sentence in SENTENCES)]]
            self.assertEqual(list(corpus), list(model[SENTENCES]))
            with self.assertRaisesRegex(RuntimeError, "generator"):
                list(corpus)
            self.assertEqual(model[iter(["new", "york"])], ["new_york"])

    def test_connector_words_stay_where_they_do_not_join(self):
        sentence = ["of", "bank", "of", "the", "west", "the", "bank", "of"]
        phrases = Phrases([sentence] * 2, min_count=1, threshold=0.1, connector_words={"of", "the"})
        for model in (phrases, phrases.freeze()):
            self.assertEqual(model[sentence], ["of", "bank_of_the_west", "the", "bank", "of"])
            self.assertEqual(model[["bank", "the", "west"]], ["bank", "the", "west"])

    def test_no_word_gets_lost(self):
        for model in self.models:
            self.assertEqual(model[["", "a", "", "new", "york", ""]],
                             ["", "a", "", "new_york", ""])

    def test_sentences_are_told_apart_into_phrases_and_words(self):
        for model in self.models:
            found = list(model.analyze_sentence(["new", "york", "city"]))
            self.assertEqual(found, [("new_york", 2 / 9 * 7), ("city", None)])
            self.assertEqual(model.find_phrases(SENTENCES),
                             {"big_new": 1 / 6 * 7, "new_york": 2 / 9 * 7})

    def test_subclasses_decide_what_a_phrase_is(self):
        class Never(Phrases):
            def score_candidate(self, word_a, word_b, in_between):
                return None, None

        phrases = Never(SENTENCES, min_count=1, threshold=1)
        self.assertEqual(phrases[SENTENCES[0]], SENTENCES[0])
        self.assertEqual(phrases.find_phrases(SENTENCES), {})
        self.assertEqual(phrases.freeze().phrasegrams, {})

    def test_settings_and_phrases_may_be_changed(self):
        self.phrases.threshold = 1.5
        self.assertEqual(self.phrases[SENTENCES[0]], ["big", "new_york"])
        frozen = self.phrases.freeze()
        self.assertEqual(frozen[["york", "city"]], ["york", "city"])
        frozen.phrasegrams["york_city"] = 9.0
        self.assertEqual(frozen[["york", "city"]], ["york_city"])
        frozen.phrasegrams.update(a_b=9.0)
        del frozen.phrasegrams["york_city"]
        self.assertEqual(frozen[["york", "city", "a", "b"]], ["york", "city", "a_b"])

    def test_a_phrase_of_two_ways_to_part_it_may_be_changed_too(self):
        sentences = [["bank", "of", "the", "west"]] * 3 + [["x", "y"]] * 3
        phrases = Phrases(sentences, min_count=1, threshold=0.1, connector_words={"of", "the"})
        for change in (lambda f: f.phrasegrams.__setitem__("bank_of_the_west", 0.0),
                       lambda f: f.phrasegrams.pop("bank_of_the_west"),
                       lambda f: setattr(f, "phrasegrams", {})):
            frozen = phrases.freeze()
            self.assertEqual(frozen[sentences[0]], ["bank_of_the_west"])
            change(frozen)
            self.assertEqual(frozen[sentences[0]], sentences[0])
            self.assertEqual(frozen.find_phrases([sentences[0]]), {})
        frozen = phrases.freeze()
        frozen.phrasegrams = {"bank_of_the_west": 5.0}
        self.assertEqual(frozen.find_phrases([sentences[0]]), {"bank_of_the_west": 5.0})

    def test_a_frozen_model_joins_what_the_model_joined_that_it_was(self):
        # a_b and c make a_b_c, which is also what a and b_c are spelled as.
        sentences = [["a_b", "c"], ["a_b", "c"], ["a_b", "c"], ["a", "x"], ["b_c", "x"]]
        for phrases in (Phrases(sentences, min_count=1, threshold=1),
                        Phrases(sentences, min_count=1, threshold=1, delimiter="_b_"),
                        Phrases(sentences, min_count=1, threshold=1, delimiter="")):
            frozen = phrases.freeze()
            for sentence in (["a_b", "c"], ["a", "b_c"], ["a", "b", "c"], ["a_b", "x"]):
                with self.subTest(sentence, delimiter=phrases.delimiter):
                    self.assertEqual(frozen[sentence], phrases[sentence])
                    self.assertEqual(frozen.find_phrases([sentence]),
                                     phrases.find_phrases([sentence]))
        # Of 8 spellings a, once, and b_c, once, score (3 - 1) / 1 * 8; a_b and c only 2 / 9 * 8.
        self.assertEqual(Phrases(sentences, min_count=1, threshold=1).export_phrases(),
                         {"a_b_c": 16})

    def test_long_spellings_of_delimiters_and_connectors_are_parted(self):
        # In time that grows with their square this would take minutes.
        bars, between = "_" * 2_000_000, ["of"] * 200_000
        sentences = [["a", *between, "b"], [bars, "b"]] * 2
        phrases = Phrases(sentences, min_count=1, threshold=0.1, connector_words=["of"])
        for model in (phrases, phrases.freeze()):
            self.assertEqual(list(model[sentences[:2]]),
                             [["_".join(["a", *between, "b"])], [bars + "_b"]])

    def test_what_is_no_word_is_named(self):
        for model in self.models:
            with self.assertRaisesRegex(TypeError, "token 1 is no str but int"):
                model[["new", 7]]
            with self.assertRaises(Broken):
                model[broken_sentence()]
            with self.assertRaises(TypeError):
                model[7]

    def test_names(self):
        self.assertIs(Phraser, FrozenPhrases)
        self.assertEqual(str(self.phrases),
                         "Phrases<7 vocab, min_count=1, threshold=1, max_vocab_size=40000000>")
        self.assertEqual(str(self.models[1]), "FrozenPhrases<2 phrases, min_count=1, threshold=1>")
        self.assertIn("of", ENGLISH_CONNECTOR_WORDS)


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "phrases")
        words = ["a_b", "\ud800", "日本", "", "bank", "of", "the", "west"]
        self.phrases = Phrases([words] * 3, min_count=1.5, threshold=0.25, scoring=ratio_scorer,
                               connector_words={"of", "the"}, delimiter="_")
        self.words = words

    def assert_same(self, left, right):
        self.assertIs(type(left), type(right))
        names = ["min_count", "threshold", "delimiter", "connector_words", "scoring"]
        if isinstance(left, Phrases):
            names += ["max_vocab_size", "min_reduce", "progress_per", "corpus_word_count"]
            self.assertEqual(list(left.vocab.items()), list(right.vocab.items()))
        else:
            self.assertEqual(left.phrasegrams, right.phrasegrams)
        for name in names:
            self.assertEqual(getattr(left, name), getattr(right, name), name)
        for sentence in (self.words, ["a", "b_\ud800", "日本"]):
            self.assertEqual(left[sentence], right[sentence])

    def test_what_was_saved_is_loaded(self):
        for model in (self.phrases, self.phrases.freeze()):
            for name in (self.path, self.path + ".gz", self.path + ".bz2"):
                model.save(name)
                self.assert_same(model, Phrases.load(name))
                self.assert_same(model, FrozenPhrases.load(name))
        with gzip.open(self.path + ".gz") as file:
            self.assertEqual(json.loads(file.readline())["format"], "hogvec phrases")
        self.assertEqual(len(os.listdir(os.path.dirname(self.path))), 3)

    def test_numbers_of_numpy_are_saved(self):
        phrases = Phrases([["a", "b"]] * 3, min_count=np.int64(1), threshold=np.float32(0.1))
        phrases.save(self.path)
        self.assertEqual(Phrases.load(self.path).min_count, 1)

    def test_links_stay_and_what_is_no_file_is_not_replaced(self):
        link, pipe = self.path + ".link.gz", self.path + ".pipe"
        os.symlink(self.path, link)
        self.phrases.save(link)
        self.assertTrue(os.path.islink(link))
        self.assert_same(self.phrases, Phrases.load(link))
        os.mkfifo(pipe)
        read = []

        def reader():
            with open(pipe, "rb") as file:
                read.append(file.read())

        thread = threading.Thread(target=reader)
        thread.start()
        self.phrases.save(pipe)
        thread.join()
        self.phrases.save(self.path)
        with open(self.path, "rb") as file:
            self.assertEqual(file.read(), read[0])
        self.assertFalse(os.path.isfile(pipe))

    def test_many_rows_are_loaded_and_counted_on(self):
        phrases = Phrases([[f"w{k}" for k in range(25000)]])
        phrases.save(self.path)
        loaded = Phrases.load(self.path)
        self.assertEqual(dict(loaded.vocab), dict(phrases.vocab))
        loaded.add_vocab([["w1", "w2"]])
        self.assertEqual(loaded.vocab["w1_w2"], 2)

    def test_copies_and_pickles_are_the_same(self):
        for model in (self.phrases, self.phrases.freeze()):
            self.assert_same(model, pickle.loads(pickle.dumps(model)))
            self.assert_same(model, copy.deepcopy(model))

    def test_a_scorer_that_has_no_name_is_refused_and_another_can_be_given(self):
        self.phrases.save(self.path)
        self.phrases.scoring = lambda **counts: 1
        with self.assertRaisesRegex(ValueError, "no import leads"):
            self.phrases.save(self.path)
        self.assertIs(Phrases.load(self.path, scoring="npmi").scoring, npmi_scorer)
        self.change('"scoring":"', '"scoring":"no_such_module:')
        with self.assertRaisesRegex(ValueError, "no_such_module"):
            Phrases.load(self.path)

    def change(self, old, new):
        with open(self.path, encoding="ascii") as file:
            text = file.read()
        self.assertIn(old, text)
        with open(self.path, "w", encoding="ascii") as file:
            file.write(text.replace(old, new, 1))

    def test_other_and_damaged_files_are_refused_by_name(self):
        self.phrases.save(self.path)
        with open(self.path, "rb") as file:
            good = file.read()
        line = json.loads(good[: good.index(b"\n")])
        for name in line:
            less = {key: value for key, value in line.items() if key != name}
            with open(self.path, "wb") as file:
                file.write(json.dumps(less).encode() + good[good.index(b"\n"):])
            with self.subTest(name), self.assertRaises(ValueError):
                Phrases.load(self.path)
        with open(self.path + ".gz", "wb") as file:
            packed = bytearray(gzip.compress(good))
            packed[40:60] = bytes(20)
            file.write(packed)
        with self.assertRaises(ValueError):
            Phrases.load(self.path + ".gz")
        bad = {"a pickle": pickle.dumps(1), "no phrases": b"new york\n", "no phrases ": b"",
               "cut off": good[:-20], "cut off:": good[:good.index(b"\n") + 1],
               "later": good.replace(b'"version":1', b'"version":2')}
        for what, data in bad.items():
            with open(self.path, "wb") as file:
                file.write(data)
            with self.subTest(what), self.assertRaisesRegex(ValueError, what.strip()):
                Phrases.load(self.path)


if __name__ == "__main__":
    warnings.simplefilter("error")
    unittest.main()
