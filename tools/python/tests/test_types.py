"""The package and a program that uses it hold what their types promise: mypy --strict finds nothing,
and finds a mistake. Skipped without mypy."""

import os
import subprocess
import sys
import tempfile
import unittest

import hogvec

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(hogvec.__file__)))


def installed():
    return subprocess.run([sys.executable, "-m", "mypy", "--version"], check=False,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


@unittest.skipUnless(installed(), "no mypy")
class Types(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()  # with a cache that all of them share
        cls.addClassCleanup(cls.folder.cleanup)

    def mypy(self, *arguments):
        done = subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", "--python-version", "3.9", "--cache-dir",
             self.folder.name, *arguments],
            env={**os.environ, "MYPYPATH": PACKAGE}, check=False, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, encoding="utf-8", cwd=self.folder.name)
        return done.returncode, done.stdout

    def test_the_package(self):
        self.assertEqual(self.mypy("-p", "hogvec")[0], 0, self.mypy("-p", "hogvec")[1])

    def test_a_program(self):
        code, said = self.mypy(os.path.join(HERE, "typed_program.py"))
        self.assertEqual(code, 0, said)

    def test_a_mistake(self):
        with open(os.path.join(self.folder.name, "wrong.py"), "w", encoding="ascii") as file:
            file.write("import hogvec\nhogvec.Word2Vec(vector_size='many')\n"
                       "hogvec.KeyedVectors(5).most_similar('a', topn='all')\n")
        code, said = self.mypy("wrong.py")
        self.assertEqual(code, 1)
        for line in (2, 3):
            self.assertRegex(said, f"wrong.py:{line}: error")


if __name__ == "__main__":
    unittest.main()
