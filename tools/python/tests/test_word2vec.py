"""Word2Vec: words, settings, runs, files. Claims that gensim's users rely on, and what is ours."""

import contextlib
import copy
import itertools
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import unittest.mock

import numpy as np

import hogvec
from hogvec import IdSentences, KeyedVectors, Word2Vec
from hogvec.utils import RULE_DISCARD, RULE_KEEP

GROUPS = [["cat", "dog", "cow", "pig", "hen"], ["red", "blue", "green", "pink", "grey"]]


def sentences_of_groups(count=400, seed=1):
    """Words of a group stand together, those of two never do."""
    random = np.random.default_rng(seed)
    return [list(random.choice(GROUPS[k % 2], 8)) for k in range(count)]


def trained(**settings):
    defaults = dict(vector_size=16, min_count=1, sample=0, workers=2, epochs=10, alpha=0.05)
    return Word2Vec(sentences_of_groups(), **{**defaults, **settings})


class Restartable:
    """Counts how often it is iterated."""

    def __init__(self, sentences):
        self.sentences = sentences
        self.passes = 0

    def __iter__(self):
        self.passes += 1
        return iter(self.sentences)


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
            self.assertTrue(np.any(model.wv["wolf"]))
            model.train([["dog", "wolf"], ["fox", "wolf"]] * 50, total_examples=100, epochs=3)
            self.assertFalse(np.array_equal(model.wv["wolf"], before[0]))

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

    def test_scores_are_those_of_the_tree(self):
        model = trained(sg=1, hs=1, negative=0)
        # With two words to a sentence: log p(a|b) + log p(b|a). Over all words they are a
        # distribution, but for the leaf that no word has.
        words = list(model.wv.index_to_key)
        total = sum(np.exp(model.score([[w, "cat"]])[0]) for w in words)
        self.assertLess(total, 1)
        self.assertGreater(total, 0)


class Callbacks(unittest.TestCase):
    class Recorder(hogvec.CallbackAny2Vec):
        def __init__(self):
            self.calls = []

        def on_train_begin(self, model):
            self.calls.append("begin")

        def on_epoch_begin(self, model):
            self.calls.append("epoch")

        def on_epoch_end(self, model):
            self.calls.append(round(model.get_latest_training_loss(), 3))

        def on_train_end(self, model):
            self.calls.append("end")

    def test_they_are_called_in_their_order_and_see_the_loss(self):
        recorder = self.Recorder()
        model = trained(epochs=3, callbacks=[recorder])
        calls = recorder.calls
        self.assertEqual([c for c in calls if isinstance(c, str)],
                         ["begin", "epoch", "epoch", "epoch", "end"])
        self.assertEqual(calls[-2], round(model.get_latest_training_loss(), 3))
        model.train(sentences_of_groups(), total_examples=400, epochs=1)
        self.assertEqual(len(recorder.calls), len(calls))
        self.assertEqual(recorder.calls.count("begin"), 2)

    def test_a_callback_stops_by_what_it_returns_or_raises(self):
        class Stop(self.Recorder):
            def on_epoch_end(self, model):
                self.calls.append("stop")
                return hogvec.STOP

        class Raise(self.Recorder):
            def on_epoch_end(self, model):
                self.calls.append("stop")
                raise hogvec.StopTraining

        for kind in (Stop, Raise):
            recorder = kind()
            trained(callbacks=[recorder])
            self.assertEqual(recorder.calls, ["begin", "epoch", "stop", "end"])

    def test_what_a_callback_raises_arrives_and_the_model_is_of_use(self):
        class Broken(hogvec.CallbackAny2Vec):
            def on_epoch_end(self, model):
                raise KeyError("mine")

        model = trained()
        with self.assertRaisesRegex(KeyError, "mine"):
            model.train(sentences_of_groups(), total_examples=400, epochs=5, callbacks=[Broken()])
        self.assertEqual(len(model.wv.most_similar("cat")), 9)
        model.train(sentences_of_groups(), total_examples=400, epochs=1)

    def test_an_end_may_be_stopped_and_what_is_never_called_is_an_error(self):
        class Late(hogvec.CallbackAny2Vec):
            def on_train_end(self, model):
                raise hogvec.StopTraining

        trained(callbacks=[Late()])
        for callback in (5, None):
            with self.assertRaisesRegex(TypeError, "on_epoch_end"):
                trained(callbacks=[callback])

    def test_one_that_changes_the_words_of_a_run_is_told(self):
        class Changes(hogvec.CallbackAny2Vec):
            def on_epoch_end(self, model):
                model.build_vocab([["new"] * 9], update=True)

        with tempfile.TemporaryDirectory() as folder:
            for settings in (dict(), dict(model_file=os.path.join(folder, "model"))):
                with self.assertRaisesRegex(RuntimeError, "on_epoch_end.* other words"):
                    trained(callbacks=[Changes()], **settings)

    def test_progress_is_told_and_may_stop(self):
        seen = []

        def look(progress):
            seen.append(progress)
            if progress.epoch == 1:
                raise hogvec.StopTraining

        model = trained()
        model.train(sentences_of_groups(), total_examples=400, epochs=5, progress=look)
        self.assertEqual(seen[-1].epoch, 1)
        self.assertEqual(seen[-1].total_words, 5 * 3200)
        self.assertEqual(seen[0].words, 3200)

    def test_the_log_speaks(self):
        with self.assertLogs("hogvec", "INFO") as log:
            trained(epochs=2)
        text = "\n".join(log.output)
        for part in ("collected 10 word types", "EPOCH 1", "effective words"):
            self.assertIn(part, text)


class Interrupts(unittest.TestCase):
    def test_ctrl_c_ends_a_long_run_and_leaves_the_model(self):
        model = trained()
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        begin = time.monotonic()
        timer.start()
        with self.assertRaises(KeyboardInterrupt):
            model.train(sentences_of_groups(5000), total_examples=5000, epochs=100_000)
        self.assertLess(time.monotonic() - begin, 60)  # of hours that the run would take
        self.assertEqual(len(model.wv.most_similar("cat")), 9)

    def test_ctrl_c_ends_a_long_list(self):
        timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with self.assertRaises(KeyboardInterrupt):
            Word2Vec().build_vocab(itertools.repeat(["a", "b", "c"]))

    def test_ctrl_c_ends_the_reading_of_files(self):
        # A pipe that never ends, as a file of hours is.
        reader, writer = os.pipe()
        line = b"a b c d e f g h\n" * 1000

        def write():
            with contextlib.suppress(BrokenPipeError), open(writer, "wb", buffering=0) as pipe:
                while True:
                    pipe.write(line)

        threading.Thread(target=write, daemon=True).start()
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        with self.assertRaises(KeyboardInterrupt):
            Word2Vec(corpus_file=f"/dev/fd/{reader}")
        os.close(reader)

    def test_the_interpreter_may_end_while_a_thread_trains(self):
        program = """if True:
            import threading, time, hogvec
            corpus = [["a", "b", "c", "d"] * 50] * 100
            model = hogvec.Word2Vec(min_count=1)
            model.build_vocab(corpus)
            begun = threading.Event()
            threading.Thread(target=model.train, daemon=True, args=(corpus,), kwargs=dict(
                total_examples=1, epochs=1_000_000, progress=lambda _: begun.set())).start()
            begun.wait()
            """
        done = subprocess.run([sys.executable, "-c", program], check=False, timeout=300,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_a_child_may_train_and_ask_after_a_fork(self):
        # Whose parent has threads that the child lacks.
        many = KeyedVectors(20)
        many.add_vectors([str(k) for k in range(100_000)],
                         np.random.default_rng(1).random((100_000, 20), dtype=np.float32))
        wanted = many.most_similar("5")
        trained(workers=2)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                good = len(trained(workers=2).wv) == 10 and many.most_similar("5") == wanted
                code = 0 if good else 2
            finally:
                os._exit(code)
        self.assertEqual(os.waitpid(child, 0)[1], 0)


class ModelFiles(unittest.TestCase):
    SETTINGS = dict(vector_size=16, min_count=1, sample=0, workers=1, epochs=6, sg=1)

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "run.model")

    def test_what_fails_before_it_trains_leaves_no_run(self):
        blocked = {"tqdm": None}
        for settings, error in ((dict(progress=True), ImportError),
                                (dict(hs=1, held_out=[["no", "such", 1]]), TypeError)):
            with self.subTest(settings), unittest.mock.patch.dict(sys.modules, blocked):
                with self.assertRaises(error):
                    trained(model_file=self.path, **settings)
                self.assertFalse(os.path.exists(self.path))

    def test_it_can_be_resumed_where_it_was_interrupted(self):
        class Interrupt(hogvec.CallbackAny2Vec):
            def on_epoch_end(self, model):
                self.row = model.wv.vectors  # which stays open
                raise KeyboardInterrupt

        watcher = Interrupt()
        try:
            trained(model_file=self.path, workers=1, callbacks=[watcher])
        except KeyboardInterrupt:
            resumed = Word2Vec.resume(self.path, sentences_of_groups())
        self.assertTrue(np.array_equal(resumed.wv.vectors, trained(workers=1).wv.vectors))

    def test_one_that_is_stopped_when_all_is_trained_is_finished(self):
        def stop(progress):
            if progress.words == progress.total_words:
                raise hogvec.StopTraining

        trained(model_file=self.path, progress=stop)
        loaded = Word2Vec.load(self.path)
        self.assertEqual(loaded.train_count, 1)
        self.assertEqual(Word2Vec.resume(self.path, sentences_of_groups()).train_count, 1)
        trained().save(self.path)

    def test_it_says_what_the_run_came_to(self):
        ended = trained(model_file=self.path, min_alpha=0.001)
        loaded = Word2Vec.load(self.path)
        self.assertEqual(loaded.train_count, 1)
        self.assertAlmostEqual(loaded.get_latest_training_loss(), ended.get_latest_training_loss())
        self.assertEqual(loaded.min_alpha_yet_reached, 0.001)
        again = Word2Vec.resume(self.path, sentences_of_groups())  # nothing is left
        self.assertAlmostEqual(again.get_latest_training_loss(), ended.get_latest_training_loss())

    def test_a_run_in_a_file_gives_the_same_vectors(self):
        whole = Word2Vec(sentences_of_groups(), **self.SETTINGS)
        model = Word2Vec(sentences_of_groups(), model_file=self.path, **self.SETTINGS)
        self.assertTrue(np.array_equal(model.wv.vectors, whole.wv.vectors))
        self.assertFalse(model.wv.vectors.flags.writeable)
        self.assertTrue(np.array_equal(Word2Vec.load(self.path).wv.vectors, whole.wv.vectors))
        model.train(sentences_of_groups(), total_examples=400, epochs=1)
        self.assertFalse(np.array_equal(model.wv.vectors, whole.wv.vectors))

    def test_what_was_stopped_goes_on_to_the_same_end(self):
        class Stop(hogvec.CallbackAny2Vec):
            def on_epoch_end(self, model):
                return hogvec.STOP

        text = sentences_of_groups(9000)  # several chunks
        whole = Word2Vec(text, **self.SETTINGS)
        Word2Vec(text, model_file=self.path, callbacks=[Stop()], **self.SETTINGS)
        self.assertFalse(np.array_equal(Word2Vec.load(self.path).wv.vectors, whole.wv.vectors))
        with self.assertRaisesRegex(RuntimeError, "not the one"):
            Word2Vec.resume(self.path, text[1:])
        model = Word2Vec.resume(self.path, text)
        self.assertTrue(np.array_equal(model.wv.vectors, whole.wv.vectors))
        self.assertTrue(np.array_equal(model.syn1neg, whole.syn1neg))
        again = Word2Vec.resume(self.path, text)
        self.assertTrue(np.array_equal(again.wv.vectors, whole.wv.vectors))

    def test_what_was_killed_goes_on_to_its_end(self):
        text = sentences_of_groups(9000)
        settings = dict(self.SETTINGS, epochs=40)
        child = os.fork()
        if child == 0:
            Word2Vec(text, model_file=self.path, **settings)
            os._exit(0)
        while not os.path.exists(self.path):
            time.sleep(0.001)
        time.sleep(0.1)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        model = Word2Vec.resume(self.path, text)
        # The chunk that was in hand is trained again, from rows that it had changed in part.
        whole = Word2Vec(text, **settings)
        for word in itertools.chain(*GROUPS):
            cosine = KeyedVectors.cosine_similarities(model.wv[word], whole.wv[[word]])[0]
            self.assertGreater(cosine, 0.9)

    def test_a_held_out_text_grows_likelier(self):
        held_out = sentences_of_groups(50, seed=9)
        for settings in (dict(softmax=True), dict(hs=1, negative=0)):
            model = Word2Vec(sentences_of_groups(), held_out=held_out,
                             **dict(self.SETTINGS, **settings))
            self.assertEqual(len(model.held_out_losses), 6)
            self.assertLess(model.held_out_losses[-1], model.held_out_losses[0])
        with self.assertRaisesRegex(ValueError, "held_out"):
            Word2Vec(sentences_of_groups(), held_out=held_out, **self.SETTINGS)


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "saved.model")

    def check_equal(self, a, b):
        self.assertEqual(list(a.wv.index_to_key), list(b.wv.index_to_key))
        self.assertTrue(np.array_equal(a.wv.vectors, b.wv.vectors))
        self.assertTrue(np.array_equal(a.wv.expandos["count"], b.wv.expandos["count"]))
        self.assertEqual(str(a), str(b))
        for name in ("window", "min_count", "corpus_count", "ns_exponent", "epochs"):
            self.assertEqual(getattr(a, name), getattr(b, name))

    def test_a_saved_model_is_the_same_and_can_be_trained_on(self):
        for settings in (dict(), dict(hs=1), dict(softmax=True), dict(hs=1, negative=0)):
            model = trained(ns_exponent=-1, comment="mine", **settings)
            model.save(self.path)
            loaded = Word2Vec.load(self.path)
            self.check_equal(model, loaded)
            self.assertEqual(loaded.comment, "mine")
            self.assertFalse(loaded.wv.vectors.flags.writeable)
            if model.hs:
                self.assertTrue(np.array_equal(model.syn1, loaded.syn1))
            before = loaded.wv.vectors.copy()
            loaded.train(sentences_of_groups(), total_examples=400, epochs=1)
            self.assertFalse(np.array_equal(loaded.wv.vectors, before))
            self.assertTrue(np.array_equal(Word2Vec.load(self.path).wv.vectors, before))
            loaded = Word2Vec.load(self.path)
            loaded.build_vocab([["cat", "wolf"]], update=True)
            self.assertEqual(len(loaded.wv), 11)

    def test_its_vectors_can_be_had_alone(self):
        model = trained()
        model.save(self.path)
        vectors = KeyedVectors.load(self.path)
        self.assertEqual(list(vectors.index_to_key), list(model.wv.index_to_key))
        self.assertTrue(np.array_equal(vectors.vectors, model.wv.vectors))
        vectors.save(self.path + "2")
        with self.assertRaisesRegex(AttributeError, "KeyedVectors"):
            Word2Vec.load(self.path + "2")

    def test_odd_words_come_back(self):
        odd = ["New York", "</s>", "a\nb", "naïve"]
        model = Word2Vec([odd, odd], min_count=1)
        model.save(self.path)
        loaded = Word2Vec.load(self.path)
        self.assertEqual(list(loaded.wv.index_to_key), odd)
        self.assertEqual(loaded.wv.get_vecattr("</s>", "count"), 2)
        self.assertEqual(KeyedVectors.load(self.path).get_index("</s>"), 1)

    def test_pickled_and_copied(self):
        for settings in (dict(), dict(hs=1)):
            model = trained(**settings)
            for other in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
                self.check_equal(model, other)
                self.assertTrue(np.array_equal(model.syn1neg, other.syn1neg))
                other.train(sentences_of_groups(), total_examples=400, epochs=1)
                self.assertFalse(np.array_equal(model.wv.vectors, other.wv.vectors))

    def test_locks_and_attributes_of_words_are_saved(self):
        model = trained()
        model.wv.vectors_lockf[3] = 0
        model.wv.set_vecattr("dog", "kind", "noun")
        model.save(self.path)
        loaded = Word2Vec.load(self.path)
        self.assertEqual(loaded.wv.get_vecattr("dog", "kind"), "noun")
        before = loaded.wv.vectors.copy()
        loaded.train(sentences_of_groups(), total_examples=400, epochs=1)
        self.assertEqual(np.flatnonzero((loaded.wv.vectors == before).all(axis=1)).tolist(), [3])

    def test_words_in_another_order_are_no_words_of_the_model(self):
        model = Word2Vec(sentences_of_groups(), min_count=1, sorted_vocab=0, vector_size=8)
        model.wv.set_vecattr(model.wv.index_to_key[4], "count", 10**6)
        model.wv.sort_by_descending_frequency()
        for act in (lambda: model.save(self.path), lambda: pickle.dumps(model),
                    lambda: model.train(sentences_of_groups(), total_examples=1, epochs=1)):
            with self.assertRaisesRegex(RuntimeError, "in another order"):
                act()
        self.assertFalse(os.path.exists(self.path))
        model = trained()
        model.wv = trained(seed=2).wv  # the same words in the same order
        model.save(self.path)
        self.assertTrue(np.array_equal(Word2Vec.load(self.path).wv.vectors, model.wv.vectors))

    def test_a_copy_leaves_the_original_alone_and_keeps_what_is_its_own(self):
        class Mine(Word2Vec):
            pass

        model = Mine(sentences_of_groups(), min_count=1, vector_size=8)
        model.note = "mine"
        rows = model.wv.vectors
        for other in (copy.copy(model), copy.deepcopy(model)):
            self.assertIs(model.wv.vectors, rows)
            self.assertEqual(other.note, "mine")
            other.train(sentences_of_groups(), total_examples=400, epochs=1)
        self.assertIs(model.wv.vectors, rows)
        self.assertEqual(model.train_count, 1)
        self.assertEqual(len(pickle.loads(pickle.dumps(Word2Vec())).wv), 0)

    def test_what_was_loaded_can_be_pickled_too(self):
        for settings in (dict(), dict(hs=1, negative=0), dict(softmax=True)):
            trained(**settings).save(self.path)
            loaded = Word2Vec.load(self.path)
            for other in (pickle.loads(pickle.dumps(loaded)), copy.deepcopy(loaded)):
                self.check_equal(loaded, other)
                other.train(sentences_of_groups(), total_examples=400, epochs=1)

    def test_callbacks_that_cannot_be_pickled(self):
        class Local(hogvec.CallbackAny2Vec):
            pass

        model = trained(callbacks=[Local()])
        with self.assertRaisesRegex((AttributeError, pickle.PicklingError), "Local"):
            pickle.dumps(model)
        model.save(self.path)  # they are not in the file
        self.assertEqual(Word2Vec.load(self.path).callbacks, ())
        self.assertEqual(len(copy.deepcopy(model).callbacks), 1)

    def test_a_saved_model_is_no_run_and_may_be_replaced(self):
        model = trained()
        for _ in range(2):
            model.save(self.path)
            model.wv.save(self.path)
            model.wv.save_word2vec_format(self.path)
            os.unlink(self.path)
            model.save(self.path)
        with self.assertRaisesRegex(RuntimeError, "no run to go on with"):
            Word2Vec.resume(self.path, sentences_of_groups())

    def test_a_run_that_is_not_finished_is_not_replaced(self):
        class Stop(hogvec.CallbackAny2Vec):
            def on_epoch_end(self, model):
                return hogvec.STOP

        stopped = trained(model_file=self.path, callbacks=[Stop()])
        self.assertEqual(stopped.train_count, 1)
        for replace in (trained().save, trained().wv.save, trained().wv.save_word2vec_format,
                        lambda path: trained(model_file=path)):
            with self.assertRaisesRegex((RuntimeError, OSError, ValueError), "not finished"):
                replace(self.path)
        Word2Vec.resume(self.path, sentences_of_groups())
        trained().save(self.path)

    def test_files_are_looked_for_before_the_corpus(self):
        def never():
            raise AssertionError("the corpus is read")
            yield

        corpus = Restartable(never())
        with self.assertRaises(FileNotFoundError):
            Word2Vec(corpus, model_file=os.path.join(self.folder.name, "no", "model"))
        with self.assertRaises(FileNotFoundError):
            Word2Vec(corpus, hs=1, held_out=self.path)
        for path in ("a\0b", os.path.join(self.folder.name, "a\0b")):
            with self.assertRaisesRegex(ValueError, "null byte"):
                trained().save(path)
            with self.assertRaisesRegex(ValueError, "null byte"):
                trained().wv.save_word2vec_format(path)
            with self.assertRaisesRegex(ValueError, "null byte"):
                Word2Vec(corpus_file=path)

    def test_files_that_are_none(self):
        with self.assertRaises(FileNotFoundError):
            Word2Vec.load(self.path)
        with open(self.path, "w", encoding="ascii") as file:
            file.write("no model")
        with self.assertRaises(RuntimeError):
            Word2Vec.load(self.path)
        with self.assertRaises(OSError):
            trained().save("/nowhere/at/all")
        with self.assertRaises(AttributeError):
            trained().load(self.path)

    def test_words_of_another_model(self):
        model, other = trained(), trained(vector_size=8)
        other.reset_from(model)
        self.assertEqual(other.wv.key_to_index, model.wv.key_to_index)
        self.assertEqual(other.wv.vectors.shape, (10, 8))


if __name__ == "__main__":
    unittest.main()
