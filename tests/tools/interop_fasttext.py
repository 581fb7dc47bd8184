"""distance reads what fastText writes, and fastText loads what word2vec writes.

interop_fasttext.py DISTANCE FOLDER     the folder holds text and vectors.txt, of 20 dimensions
"""

import re
import subprocess
import sys

from interop import check_same, our_neighbors, rows_of, words_of

# fastText writes five significant digits.
TOLERANCE = 1e-4


def fasttext(*arguments, **more):
    run = ["fasttext", *arguments]
    return subprocess.run(run, capture_output=True, check=True, encoding="utf-8", **more).stdout


distance, folder = sys.argv[1:]
model = folder + "/fasttext"
# Words alone, without their parts, are what distance knows of them.
fasttext(*("skipgram -dim 20 -minCount 3 -maxn 0 -bucket 1 -epoch 5 -thread 1".split()),
         "-input", folder + "/text", "-output", model)
words = words_of(model + ".vec")
queries = words[:3] + words[100:103] + words[-3:]
answers = fasttext("nn", model + ".bin", str(len(words)), input="\n".join(queries) + "\n")
answers = answers.split("Query word? ")[1:-1]
assert len(answers) == len(queries), "fasttext nn: %d answers" % len(answers)
for query, ours, theirs in zip(queries, our_neighbors(distance, model + ".vec", queries), answers):
    theirs = re.findall(r"^(\S+) (\S+)$", theirs, re.MULTILINE)
    check_same(query, ours, [(word, float(cosine)) for word, cosine in theirs], TOLERANCE)

# What our words mean to fastText: without training they stay what they are.
with open(folder + "/labelled", "w", encoding="utf-8") as file:
    file.write("__label__a %s\n" % " ".join(words_of(folder + "/vectors.txt")[1:]))
fasttext(*("supervised -dim 20 -epoch 0 -thread 1 -bucket 1".split()),
         "-input", folder + "/labelled", "-output", folder + "/labelled",
         "-pretrainedVectors", folder + "/vectors.txt")
ours = rows_of(folder + "/vectors.txt")
theirs = rows_of(folder + "/labelled.vec")
assert set(ours) <= set(theirs), "fastText lost words: %s" % (set(ours) - set(theirs))
for word in set(ours) - {"</s>"}:  # which the line above did not name
    for a, b in zip(ours[word], theirs[word], strict=True):
        assert abs(a - b) <= TOLERANCE, (word, a, b)
print("fastText: %d words, %d queries, there and back" % (len(words), len(queries)))
