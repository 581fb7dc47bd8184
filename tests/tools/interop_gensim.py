"""gensim loads what word2vec writes, and distance reads what gensim writes.

interop_gensim.py DISTANCE FOLDER     the folder holds vectors.txt and vectors.bin
"""

import sys

from gensim.models import KeyedVectors

from interop import check_same, our_neighbors, words_of

# Six decimals are printed; the sums of single precision differ less.
TOLERANCE = 1e-5

distance, folder = sys.argv[1:]
words = words_of(folder + "/vectors.txt")
assert sum(word.startswith("xä") for word in words) == 1, "the long word is missing"
queries = words[:3] + words[100:103] + words[-3:]

for kind in "txt", "bin":
    ours = "%s/vectors.%s" % (folder, kind)
    theirs = "%s/gensim.%s" % (folder, kind)
    # Decoding is strict: a word that is cut within a letter would be an error.
    vectors = KeyedVectors.load_word2vec_format(ours, binary=kind == "bin")
    assert vectors.index_to_key == words, "gensim reads other words from " + ours
    vectors.save_word2vec_format(theirs, binary=kind == "bin")
    for path in ours, theirs:
        for query, found in zip(queries, our_neighbors(distance, path, queries)):
            check_same(query, found, vectors.most_similar(query, topn=len(words)), TOLERANCE)
print("gensim: %d words, %d queries, there and back" % (len(words), len(queries)))
