"""Word2Vec: words, corpora, settings, training, answers. Claims that gensim's users rely on, and what
is ours. Runs that are watched: test_word2vec_runs; files: test_word2vec_files."""

import itertools
import os
import tempfile
import threading
import unittest

import numpy as np

import hogvec
from hogvec import IdSentences, Word2Vec
from hogvec.utils import RULE_DISCARD, RULE_KEEP
from models_under_test import GROUPS, Restartable, sentences_of_groups, trained


class Vocabulary(unittest.TestCase):
    def test_words_stand_by_falling_count_and_equal_ones_as_they_came(self):
        model = Word2Vec([["b", "a", "c", "a"], ["d", "c", "a"]], min_count=1)
        self.assertEqual(list(model.wv.index_to_key), ["a", "c", "b", "d"])
        self.assertEqual([model.wv.get_vecattr(w, "count") for w in "acbd"], [3, 2, 1, 1])
        unsorted = Word2Vec([["b", "a", "c", "a"]], min_count=1, sorted_vocab=0)
        self.assertEqual(list(unsorted.wv.index_to_key), ["b", "a", "c"])

    def test_what_is_no_sentence_is_named_by_its_place(self):
        for bad in (1, None):
            with self.assertRaisesRegex(TypeError, f"sentence 1 is no list .* {type(bad).__name__}"):
                Word2Vec([["a", "b"], bad], min_count=1)

    def test_the_one_token_that_is_taken(self):
        with self.assertRaisesRegex(ValueError, "kept for the ends"):
            Word2Vec([["a", "\udcff\udcfe</s>"]], min_count=1)

    def test_tokens_are_words_whatever_they_hold(self):
        odd = ["New York", "", "</s>", "a\nb", "naïve", "\udcff", "x" * 100_000, "\0"]
        model = Word2Vec([odd, odd], min_count=1)
        self.assertEqual(sorted(model.wv.index_to_key), sorted(odd))
        self.assertEqual(model.corpus_total_words, 2 * len(odd))
        for word in odd:
            self.assertEqual(model.wv.get_vecattr(word, "count"), 2)

    def test_the_limits_of_a_vocabulary(self):
        text = [["a"] * 5 + ["b"] * 4 + ["c"] * 3 + ["d"] * 3 + ["e"]]
        for settings, words in (
            (dict(min_count=0), "abcde"),
            (dict(min_count=4), "ab"),
            (dict(min_count=0, max_final_vocab=3), "ab"),  # c and d stay or go together
            (dict(min_count=0, max_final_vocab=4), "abcd"),
            (dict(min_count=0, max_vocab_size=3), "abcd"),
        ):
            with self.subTest(settings):
                self.assertEqual("".join(Word2Vec(text, **settings).wv.index_to_key), words)

    def test_a_rule_keeps_and_discards(self):
        answers = {"a": RULE_DISCARD, "d": RULE_KEEP}
        model = Word2Vec([["a"] * 9 + ["b"] * 5 + ["c", "d"]], min_count=2,
                         trim_rule=lambda word, count, least: answers.get(word, 0))
        self.assertEqual(list(model.wv.index_to_key), ["b", "d"])

    def test_zero_overrides(self):
        model = Word2Vec(min_count=5)
        model.build_vocab([["a", "b"]], min_count=0, sample=0)
        self.assertEqual((len(model.wv), model.min_count, model.sample), (2, 0, 0))

    def test_new_words_keep_the_vectors_of_the_old(self):
        for settings in (dict(), dict(hs=1, negative=0), dict(softmax=True)):
            model = trained(**settings)
            before = model.wv.vectors.copy()
            model.build_vocab([["dog", "wolf"], ["wolf", "fox"]], update=True)
            self.assertEqual(list(model.wv.index_to_key)[10:], ["wolf", "fox"])
            self.assertTrue(np.array_equal(model.wv.vectors[:10], before))
            wolf = model.wv["wolf"].copy()
            self.assertTrue(np.any(wolf))
            model.train([["dog", "wolf"], ["fox", "wolf"]] * 50, total_examples=100, epochs=3)
            self.assertFalse(np.array_equal(model.wv["wolf"], wolf))

    def test_words_from_a_table(self):
        model = Word2Vec(min_count=2)
        model.build_vocab_from_freq({"a": 3, "b": 1, "c": 5}, corpus_count=7)
        self.assertEqual(list(model.wv.index_to_key), ["c", "a"])
        self.assertEqual(model.corpus_count, 7)
        model.build_vocab_from_freq({"a": 2, "d": 4}, update=True)
        self.assertEqual(model.wv.get_vecattr("a", "count"), 5)
        self.assertEqual(len(model.wv), 3)

    def test_a_report_without_a_change(self):
        model = Word2Vec(min_count=2, sample=0)
        self.assertEqual(model.scan_vocab([["a", "a", "b"], ["a"]]), (4, 2))
        self.assertEqual(model.raw_vocab, {"a": 3, "b": 1})
        report = model.prepare_vocab(dry_run=True)
        self.assertEqual((report["drop_unique"], report["retain_total"]), (1, 3))
        self.assertEqual(len(model.wv), 0)


class Corpora(unittest.TestCase):
    def test_ids_that_have_changed_since_they_were_checked_are_refused(self):
        for change in (lambda corpus: corpus.offsets.__setitem__(1, 10**9),
                       lambda corpus: corpus.offsets.__setitem__(0, -5),
                       lambda corpus: corpus.ids.__setitem__(3, 10**12),
                       lambda corpus: corpus.ids.__setitem__(3, -7)):
            corpus = IdSentences(np.array([1, 2] * 20), np.array([0, 20, 40]))
            model = Word2Vec(min_count=1, vector_size=8)
            model.build_vocab(corpus)
            change(corpus)
            with self.assertRaises((ValueError, MemoryError)):
                model.train(corpus, total_examples=2, epochs=1)
        with self.assertRaisesRegex(ValueError, "below 2"):
            IdSentences(np.array([1, 2**63], dtype=np.uint64))

    def test_an_iterable_is_read_once_for_all_epochs(self):
        corpus = Restartable(sentences_of_groups(50))
        Word2Vec(corpus, min_count=1, epochs=7)
        self.assertEqual(corpus.passes, 1)

    def test_a_file_and_its_words_in_memory_are_the_same(self):
        sentences = sentences_of_groups(300)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "text")
            with open(path, "w", encoding="utf-8") as file:
                file.writelines(" ".join(sentence) + "\n" for sentence in sentences)
            settings = dict(min_count=1, workers=1, vector_size=8)
            of_file = Word2Vec(corpus_file=path, **settings)
            of_lines = Word2Vec(hogvec.LineSentence(path), **settings)
        of_lists = Word2Vec(sentences, **settings)
        for model in (of_file, of_lines):
            self.assertEqual(model.corpus_count, 300)
            self.assertEqual(model.corpus_total_words, 2400)
            self.assertTrue(np.array_equal(model.wv.vectors, of_lists.wv.vectors))

    def test_ids_are_the_same_as_their_words(self):
        sentences = [[str(int(k)) for k in row]
                     for row in np.random.default_rng(3).integers(0, 9, (200, 6))]
        ids = IdSentences([int(word) for word in itertools.chain(*sentences)],
                          range(0, 1201, 6))
        settings = dict(min_count=1, workers=1, vector_size=8)
        model = Word2Vec(ids, **settings)
        same = Word2Vec([list(sentence) for sentence in ids], **settings)
        self.assertEqual(sorted(model.wv.index_to_key), [str(k) for k in range(9)])
        for word in same.wv.index_to_key:
            self.assertEqual(model.wv.get_vecattr(word, "count"),
                             same.wv.get_vecattr(word, "count"))
        named = Word2Vec(IdSentences([0, 1, 0, 1], words=["left", "right"]), min_count=1)
        self.assertEqual(list(named.wv.index_to_key), ["left", "right"])

    def test_ids_that_are_none(self):
        for error, arguments in (
            (TypeError, ([0.5, 1],)),
            (TypeError, ([[0], [1]],)),
            (ValueError, ([0, -1],)),
            (ValueError, ([0, 1], [0, 3])),
            (ValueError, ([0, 1], [1, 0])),
            (ValueError, ([0, 1], [])),
            (ValueError, ([0, 2], None, ["a", "b"])),
        ):
            with self.subTest(arguments), self.assertRaises(error):
                IdSentences(*arguments)

    def test_what_is_no_corpus(self):
        for error, message, call in (
            (TypeError, "neither", lambda: Word2Vec().build_vocab()),
            (TypeError, "both", lambda: Word2Vec([["a"]], corpus_file=__file__)),
            (TypeError, "generator", lambda: Word2Vec(s for s in [["a"]])),
            (TypeError, "no such file", lambda: Word2Vec(corpus_file="/nowhere/at/all")),
            (TypeError, "sentence 1 .* int", lambda: Word2Vec([["a"], ["b", 3]])),
            (TypeError, "bytes", lambda: Word2Vec([[b"a"]])),
            (TypeError, "iterable", lambda: Word2Vec(7)),
            (RuntimeError, "no words", lambda: Word2Vec([])),
            (RuntimeError, "no words", lambda: Word2Vec([["a"]], min_count=9)),
        ):
            with self.subTest(message), self.assertRaisesRegex(error, message):
                call()

    def test_an_exception_in_the_corpus_arrives(self):
        def broken():
            yield ["a", "b"] * 1000
            raise OSError("the disk is gone")

        with self.assertRaisesRegex(OSError, "the disk is gone"):
            Word2Vec().build_vocab(broken())

    def test_a_string_for_a_list_of_words_is_told(self):
        with self.assertLogs("hogvec", "WARNING") as log:
            Word2Vec().build_vocab(["human", "machine"])
        self.assertIn("should be a list of words", "".join(log.output))


class Training(unittest.TestCase):
    def test_every_mode_learns_which_words_stand_together(self):
        for settings in (
            dict(sg=1), dict(sg=0), dict(sg=1, hs=1, negative=0), dict(sg=0, hs=1, negative=0),
            dict(sg=1, hs=1), dict(sg=1, softmax=True), dict(sg=0, softmax=True, alpha=0.2),
            dict(sg=1, softmax=True, softmax_exact=True), dict(sg=1, shrink_windows=False),
        ):
            with self.subTest(settings):
                model = trained(epochs=40, **settings)
                self.assertGreater(model.get_latest_training_loss(), 0)
                for group in GROUPS:
                    near = [word for word, _ in model.wv.most_similar(group[0], topn=4)]
                    self.assertEqual(set(near), set(group[1:]))

    def test_one_worker_gives_the_same_bits(self):
        self.assertTrue(np.array_equal(trained(workers=1, seed=7).wv.vectors,
                                       trained(workers=1, seed=7).wv.vectors))

    def test_in_two_calls_as_in_one(self):
        model = Word2Vec(vector_size=8, min_count=1, workers=1)
        model.build_vocab(sentences_of_groups())
        words = model.train(sentences_of_groups(), total_examples=400, epochs=model.epochs)
        self.assertEqual(words[1], 5 * 3200)
        whole = Word2Vec(sentences_of_groups(), vector_size=8, min_count=1, workers=1)
        self.assertTrue(np.array_equal(model.wv.vectors, whole.wv.vectors))

    def test_a_call_does_not_change_the_settings(self):
        model = trained()
        model.train(sentences_of_groups(), total_words=3200, epochs=2, start_alpha=0.01,
                    end_alpha=0.005)
        self.assertEqual((model.alpha, model.min_alpha, model.epochs), (0.05, 0.0001, 10))

    def test_what_a_call_must_say(self):
        model = trained()
        for arguments in (dict(), dict(total_examples=1), dict(epochs=1),
                          dict(total_examples=1, epochs=0)):
            with self.subTest(arguments), self.assertRaises(ValueError):
                model.train([["cat", "dog"]], **arguments)
        with self.assertRaisesRegex(RuntimeError, "no words"):
            Word2Vec().train([["a", "b"]], total_examples=1, epochs=1)

    def test_a_text_without_known_words_trains_nothing_and_says_so(self):
        model = trained()
        before = model.wv.vectors.copy()
        with self.assertLogs("hogvec", "WARNING") as log:
            self.assertEqual(model.train([["x", "y"]], total_examples=1, epochs=2), (0, 4))
        self.assertIn("nothing was trained", "".join(log.output))
        self.assertTrue(np.array_equal(model.wv.vectors, before))

    def test_settings_out_of_range(self):
        for settings in (
            dict(vector_size=0), dict(window=0), dict(negative=-1), dict(workers=0),
            dict(alpha=float("nan")), dict(sample=-1), dict(epochs=-1), dict(cbow_mean=0),
            dict(null_word=1), dict(negative=0), dict(hs=1, softmax=True),
            dict(softmax_exact=True), dict(window=2**31),
            dict(seed=2**64), dict(workers=1.5), dict(max_final_vocab=-1), dict(max_vocab_size=0.5),
        ):
            with self.subTest(settings), self.assertRaises(ValueError):
                Word2Vec([["a", "b"]], min_count=1, **settings)

    def test_numbers_may_be_of_other_types(self):
        model = trained(workers=2.0, window=np.int64(3), vector_size=np.float64(16))
        self.assertEqual((model.workers, model.window, model.vector_size), (2, 3, 16))

    def test_a_window_of_the_whole_sentence(self):
        with self.assertLogs("hogvec", "WARNING") as log:
            model = trained(window=100_000)
        self.assertIn("window=100000: trained as 1000", "".join(log.output))
        self.assertEqual(model.window, 100_000)

    def test_settings_that_no_longer_fit_the_model(self):
        for changed in (dict(hs=1), dict(vector_size=8)):
            with self.subTest(changed):
                model = trained()
                for name, value in changed.items():
                    setattr(model, name, value)
                with self.assertRaisesRegex(RuntimeError, "the model has .* vectors of"):
                    model.train(sentences_of_groups(), total_examples=400, epochs=1)
        model = trained(hs=1, negative=0)
        model.negative = 5
        with self.assertRaisesRegex(RuntimeError, "the model has 0 output vectors"):
            model.train(sentences_of_groups(), total_examples=400, epochs=1)
        model = trained()
        model.hs = 1
        with self.assertRaisesRegex(RuntimeError, "no vectors of the tree"):
            model.score([["cat", "dog"]])

    def test_a_model_that_no_memory_holds(self):
        with self.assertRaisesRegex(MemoryError, "2147483647 dimensions takes"):
            Word2Vec([["a", "b"]] * 9000, min_count=1, vector_size=2**31 - 1)

    def test_words_that_are_added_join_the_same_vectors(self):
        model = trained()
        vectors = model.wv
        vectors.set_vecattr("dog", "kind", 7)
        vectors.vectors_lockf = np.zeros(1)
        model.build_vocab([["cat", "wolf"]], update=True)
        self.assertIs(model.wv, vectors)
        self.assertEqual(len(vectors), 11)
        self.assertEqual((vectors.get_vecattr("dog", "kind"), vectors.get_vecattr("wolf", "kind")),
                         (7, 0))
        before = vectors.vectors.copy()
        model.train([["cat", "wolf"]] * 100, total_examples=100, epochs=1)
        self.assertTrue(np.array_equal(vectors.vectors, before))  # all are locked

    def test_what_fails_leaves_the_model_as_it_was(self):
        model = trained()
        before = model.wv.vectors.copy()
        with self.assertRaises(ZeroDivisionError):
            model.build_vocab([["a"]], min_count=7, trim_rule=lambda *_: 1 // 0)
        self.assertEqual(model.min_count, 1)
        model.vector_size = 8
        with self.assertRaises(RuntimeError):
            model.build_vocab([["cat", "wolf"]], update=True)
        model.vector_size = 16
        self.assertTrue(np.array_equal(model.wv.vectors, before))
        model.train(sentences_of_groups(), total_examples=400, epochs=1)

    def test_locked_words_stay(self):
        for sg in (0, 1):
            model = Word2Vec(min_count=1, sample=0, sg=sg)
            model.build_vocab(sentences_of_groups())
            before = model.wv.vectors.copy()
            model.wv.vectors_lockf = np.ones(len(model.wv), dtype=np.float32)
            model.wv.vectors_lockf[3] = 0
            model.train(sentences_of_groups(), total_examples=400, epochs=2)
            same = [bool(np.array_equal(a, b)) for a, b in zip(model.wv.vectors, before)]
            self.assertEqual(same, [k == 3 for k in range(10)])
        model.wv.vectors_lockf[3] = 0.5
        with self.assertRaisesRegex(ValueError, "vectors_lockf"):
            model.train(sentences_of_groups(), total_examples=400, epochs=2)

    def test_vectors_are_the_models_own_memory(self):
        model = trained()
        vectors = model.wv.vectors
        before = vectors.copy()
        model.train(sentences_of_groups(), total_examples=400, epochs=1)
        self.assertIs(model.wv.vectors, vectors)
        self.assertFalse(np.array_equal(vectors, before))

    def test_vectors_put_in_their_place_are_trained(self):
        model = trained()
        model.wv.vectors = np.zeros_like(np.ascontiguousarray(model.wv.vectors))
        model.train(sentences_of_groups(), total_examples=400, epochs=1)
        self.assertTrue(np.any(model.wv.vectors))

    def test_sentences_are_not_cut(self):
        # The reference cuts behind 1000 words, where x and y stand side by side; z never does.
        sentence = ["f"] * 999 + ["x", "y"] + ["f"] * 500 + ["z"] + ["f"] * 500
        model = Word2Vec([sentence] * 100, min_count=1, window=1, sg=1, sample=0, hs=1, negative=0)
        near, apart = model.score([["x", "y"], ["x", "z"]])
        self.assertGreater(near, apart + 1)

    def test_four_trainings_at_once(self):
        def train(results, k):
            results[k] = trained(workers=1, seed=k, epochs=20).wv.vectors.copy()

        results = {}
        threads = [threading.Thread(target=train, args=(results, k)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for k in range(4):
            alone = trained(workers=1, seed=k, epochs=20).wv.vectors
            self.assertTrue(np.array_equal(results[k], alone))

    def test_a_hundred_trainings_take_no_more_memory_than_ten(self):
        def resident():
            with open("/proc/self/statm", encoding="ascii") as file:
                return int(file.read().split()[1]) * 4096

        for _ in range(20):
            trained(epochs=1)
        before = resident()
        for _ in range(100):
            trained(epochs=1)
        self.assertLess(resident() - before, 20_000_000)


class Answers(unittest.TestCase):
    def test_what_is_likely_between(self):
        model = trained(sg=0, epochs=40)
        likely = model.predict_output_word(["cat", "dog"], topn=5)
        self.assertEqual({word for word, _ in likely}, set(GROUPS[0]))
        every = model.predict_output_word(["cat", "dog"], topn=None)
        self.assertAlmostEqual(sum(chance for _, chance in every), 1, places=5)
        self.assertIsNone(model.predict_output_word(["unknown"]))
        with self.assertRaises(RuntimeError):
            trained(hs=1, negative=0).predict_output_word(["cat"])

    def test_scores_of_sentences(self):
        model = trained(sg=1, hs=1, negative=0, epochs=40)
        scores = model.score([GROUPS[0], GROUPS[0][:3] + GROUPS[1][:2], ["cat"], ["unknown"]])
        self.assertEqual(scores.shape, (4,))
        self.assertGreater(scores[0], scores[1] + 1)
        self.assertEqual(list(scores[2:]), [0, 0])
        self.assertEqual(len(model.score([["cat", "dog"]] * 9, total_sentences=4)), 4)
        with self.assertRaises(RuntimeError):
            trained().score([["cat"]])

    def test_scores_are_those_of_a_huffman_tree(self):
        # Nodes that are zero give both ways the same chance: a word at depth d has 2^-d, from any
        # other. A sentence of two words has both directions.
        words = [f"w{k}" for k in range(12)]
        model = Word2Vec(hs=1, negative=0, min_count=1)
        model.build_vocab_from_freq({word: 1000 // (k + 1) ** 2 for k, word in enumerate(words)})
        own = model.score([["w5", "w5"]])[0] / 2
        depths = -(model.score([[word, "w5"] for word in words]) - own) / np.log(2)
        self.assertTrue(np.allclose(depths, np.round(depths), atol=1e-4), depths)
        self.assertTrue(np.all(np.diff(np.round(depths)) >= 0), depths)
        # One leaf is left, for the ends of sentences, which never come.
        left = -np.log2(1 - np.sum(2.0 ** -np.round(depths)))
        self.assertEqual(left, np.round(left))

if __name__ == "__main__":
    unittest.main()
