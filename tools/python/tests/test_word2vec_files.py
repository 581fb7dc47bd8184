"""Word2Vec in files: models that are saved, copied, pickled, and runs in a model file."""

import copy
import itertools
import os
import pickle
import signal
import sys
import tempfile
import time
import unittest
import unittest.mock

import numpy as np

import hogvec
from hogvec import KeyedVectors, Word2Vec
from models_under_test import GROUPS, Restartable, sentences_of_groups, trained


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
            try:
                Word2Vec(text, model_file=self.path, **settings)
            finally:
                os._exit(1)
        while not os.path.exists(self.path):
            self.assertEqual(os.waitpid(child, os.WNOHANG), (0, 0))
            time.sleep(0.001)
        time.sleep(0.1)
        os.kill(child, signal.SIGKILL)
        self.assertEqual(os.WTERMSIG(os.waitpid(child, 0)[1]), signal.SIGKILL)
        self.assertEqual(Word2Vec.load(self.path).train_count, 0)  # it has not ended
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
