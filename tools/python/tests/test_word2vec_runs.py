"""Runs of Word2Vec that somebody watches, stops or interrupts."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import numpy as np

import hogvec
from hogvec import KeyedVectors, Word2Vec
from models_under_test import sentences_of_groups, trained


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
        self.assertLessEqual(seen[0].words, 3200)  # the first look, or the end of the epoch

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

if __name__ == "__main__":
    unittest.main()
