"""The programs in examples/: what each of them claims is so, is read from what it prints.

The test of NAME.py is called test_NAME. It runs the program in an empty folder, and twice, because
what has a seed and one worker must print the same again.
"""

import ast
import gzip
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

from hogvec import KeyedVectors, Word2Vec

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
PREFIX = "test_"

# Who is who: by their places and things, and by the pronouns.
PLACES = {"king queen": "crown throne palace", "duke duchess": "estate castle title",
          "boy girl": "school toy playground", "father mother": "house kitchen child",
          "actor actress": "stage film scene", "waiter waitress": "table menu cup"}
PRONOUNS = ["he his him himself", "she her hers herself"]


def text_of_people(lines):
    random = np.random.default_rng(1)
    for _ in range(lines):
        pair = list(PLACES)[random.integers(len(PLACES))]
        side = random.integers(2)
        yield " ".join(random.permutation(
            [pair.split()[side], *random.choice(PLACES[pair].split(), 3),
             *random.choice(PRONOUNS[side].split(), 3)])) + "\n"


class Programs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.example = self._testMethodName[len(PREFIX):] + ".py"
        self.runs = 0

    def tearDown(self):
        self.assertGreater(self.runs, 0, f"{self.example} was not run")

    def start(self, *arguments):
        """In a folder of its own, where warnings are errors."""
        self.runs += 1
        self.cwd = os.path.join(self.folder, str(self.runs))
        os.mkdir(self.cwd)
        return self.start_again(*arguments)

    def start_again(self, *arguments):
        return subprocess.run(
            [sys.executable, "-B", "-W", "error", EXAMPLES / self.example, *arguments],
            cwd=self.cwd, capture_output=True, encoding="utf-8", timeout=120, check=False)

    def told(self, *arguments, times=2):
        """What it prints, the same each time."""
        outputs = set()
        for _ in range(times):
            done = self.start(*arguments)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            outputs.add(done.stdout)
        self.assertEqual(len(outputs), 1)
        return outputs.pop()

    def check_refused(self, done, message):
        """It ends with one line, no stack of calls."""
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, message)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def numbers(self, pattern, text):
        """The groups of all places where it matches, as an array, shape (places, groups)."""
        found = [match.groups() for match in re.finditer(pattern, text, re.MULTILINE)]
        self.assertTrue(found, f"no {pattern!r} in:\n{text}")
        return np.array(found, dtype=float)

    def write(self, name, lines, opener=open):
        path = os.path.join(self.folder, name)
        with opener(path, "wt", encoding="utf-8") as file:
            file.writelines(lines)
        return path

    def test_neighbors(self):
        text = self.write("text", ["the king of the river\n", "a queen of the water\n",
                                   "the green horse of winter\n"] * 200)
        lines = self.told(text, "model", times=1).splitlines()  # it trains with all cores
        self.assertEqual([line.split()[0] for line in lines],
                         ["king", "water", "green", "river", "horse", "winter"])
        for line in lines:
            self.assertEqual(len(self.numbers(r" (-?[01]\.\d\d)(?=,|$)", line)), 6)
        self.assertEqual(len(Word2Vec.load(os.path.join(self.cwd, "model")).wv), 10)

    def test_word_vectors(self):
        asked = (".", "king", "queen", "boy")
        output = self.told(self.write("text", text_of_people(4000)), *asked)
        self.assertIn("28000 words of text, 38 in the model\n", output)
        for first, pair in (("king", "king queen"), ("boy", "boy girl")):
            near = re.findall(r"([a-z]+) \d", re.search(f"^near {first}: .*", output, re.M)[0])
            self.assertLessEqual(set(near), {*pair.split(), *PLACES[pair].split()})
        self.assertRegex(output, r"king is to queen as boy is to: girl 0\.\d\d, ")
        self.assertEqual(output.count("same vectors: True"), 2)
        self.assertIn("mapped: True", output)
        model = Word2Vec.load(os.path.join(self.cwd, "words.model"))
        vectors = KeyedVectors.load_word2vec_format(os.path.join(self.cwd, "words.txt"))
        self.assertTrue(np.array_equal(model.wv.vectors, vectors.vectors))

        packed = self.write("text.gz", text_of_people(4000), gzip.open)
        self.assertEqual(self.told(packed, *asked), output)
        self.check_refused(self.start(), "^usage: ")
        self.check_refused(self.start("nowhere", *asked), "nowhere: there is no such text")
        self.check_refused(self.start(self.write("rare", "once"), *asked), "rare: .*no words")
        self.check_refused(self.start(packed, "nowhere", *asked[1:]), "no such folder")
        self.check_refused(self.start(packed, ".", "king", "quween", "boy"), "text: quween$")

    def test_sessions(self):
        output = self.told()
        hits = self.numbers(r"among 10 guesses: (.*)", output)[0, 0]
        popular = self.numbers(r"10 most popular: (.*)", output)[0, 0]
        # One in ten goes anywhere, which nobody guesses; ten items of 2000 are a few percent.
        self.assertGreater(hits, 0.7)
        self.assertLess(popular, 0.1)
        self.check_refused(self.start("any"), "^usage: ")

    def test_graph_walks(self):
        output = self.told()
        # By chance it would be a third.
        self.assertGreater(self.numbers(r"the same community: (.*)", output)[0, 0], 0.75)
        groups = self.numbers(r"^nodes of each community in group \d: (\d+) (\d+) (\d+)$", output)
        self.assertEqual(groups.sum(axis=0).tolist(), [50, 50, 50])
        self.assertEqual(sorted(groups.argmax(axis=1)), [0, 1, 2])
        self.assertGreater(groups.max(axis=1).sum(), 0.95 * 150)
        self.check_refused(self.start("any"), "^usage: ")

    def test_full_softmax(self):
        output = self.told()
        losses = [float(loss) for loss in re.search("epoch: (.*)", output)[1].split()]
        least = self.numbers(r"least that there can be: (.*)", output)[0, 0]
        self.assertEqual(losses, sorted(losses, reverse=True))
        self.assertGreater(losses[0], 1.1 * least)
        self.assertGreater(losses[-1], least)
        self.assertLess(losses[-1], 1.02 * least)
        shares = self.numbers(r"counted (.*), predicted (.*)$", output)
        self.assertLess(np.abs(shares[:, 0] - shares[:, 1]).max(), 0.05)
        self.check_refused(self.start("any"), "^usage: ")

    def test_resume(self):
        output = self.told("run.model")
        self.assertIn("stopped after 2 epochs of 6: same vectors as the whole run: False", output)
        self.assertIn("resumed, 4 epochs more: same vectors as the whole run: True", output)
        self.assertIn("the file has them: True", output)
        self.assertIn("the corpus is not the one", output)
        self.check_refused(self.start_again("run.model"), "run.model: must be new")
        self.check_refused(self.start("nowhere/run.model"), "run.model: must be new, in a folder")
        self.check_refused(self.start(), "^usage: ")

    def test_early_stopping(self):
        output = self.told("best.model")
        losses = self.numbers(r"held out (\d\.\d+)", output)[:, 0]
        trained, most = self.numbers(r"^(\d+) epochs of (\d+)$", output)[0]
        self.assertEqual(len(losses), trained)
        self.assertLess(trained, most)
        self.assertRegex(output.splitlines()[len(losses) - 3], "the least$")  # its patience is 2
        self.assertEqual(losses.min(), losses[-3])
        saved, last = self.numbers(r"^log p .* model (?:in|at) the \w+: (.*)$", output)[:, 0]
        self.assertGreater(saved, last)
        self.check_refused(self.start_again("best.model"), "best.model: must be new")
        self.check_refused(self.start("nowhere/best.model"), "best.model: must be new, in a folder")
        self.check_refused(self.start(), "^usage: ")


class Files(unittest.TestCase):
    def test_each_is_run_by_a_test(self):
        tested = {name[len(PREFIX):] for name in dir(Programs) if name.startswith(PREFIX)}
        self.assertEqual(tested, {path.stem for path in EXAMPLES.iterdir()
                                  if path.name != "__pycache__"})

    def test_each_says_how_it_is_called_and_fits_on_a_page(self):
        readme = (EXAMPLES.parent / "README.md").read_text(encoding="utf-8")
        for path in EXAMPLES.glob("*.py"):
            with self.subTest(path.name):
                source = path.read_text(encoding="utf-8")
                self.assertIn(path.name, ast.get_docstring(ast.parse(source)) or "")
                self.assertIn(f"(examples/{path.name})", readme)
                lines = source.splitlines()
                self.assertLessEqual(len(lines), 70)
                self.assertLessEqual(max(map(len, lines)), 100)


if __name__ == "__main__":
    unittest.main()
