"""Phrases and FrozenPhrases against gensim's, on random texts: counts, scores and joined sentences.

Texts of few words, so that many pairs come often; with and without connector words; with tokens
that have the delimiter within, as a model of joined sentences gets them. There a frozen model of
gensim joins other words than the model that it was, so it is compared without them only.
"""

import importlib.util
import random
import unittest

from hogvec import Phrases
from hogvec.models import phrases as ours

HAS_GENSIM = importlib.util.find_spec("gensim") is not None
CONNECTORS = frozenset({"of", "the"})


def odd_scorer(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):
    return bigram_count * len_vocab / (worda_count + wordb_count + min_count + corpus_word_count)


def text(seed, words, sentences=400):
    """Sentences of 0 to 20 words, or more where the last is a whole expression; the first words are
    drawn more often."""
    draw = random.Random(seed)
    parts = [[word] for word in words] + [["w3", "w4"], ["w5", "of", "the", "w6"], ["w1", "ö"]] * 3
    weights = [1 / (k + 1) for k in range(len(words))] + [0.2] * 9
    return [sum(draw.choices(parts, weights, k=draw.randint(0, 20)), []) for _ in range(sentences)]


PLAIN = ["of", "the", *(f"w{k}" for k in range(15)), "ö", "日本", "𝄞"]
JOINED = [*PLAIN, "w1_w2", "w2_of_w3", "w1_", "_w2", "_", "w1_w2_w3", "w1__w2"]


@unittest.skipUnless(HAS_GENSIM, "gensim is not installed")
class AsGensim(unittest.TestCase):
    settings = (
        {"min_count": 1, "threshold": 0.2},
        {"min_count": 3, "threshold": 0.5, "connector_words": CONNECTORS},
        {"min_count": 2.5, "threshold": 0.05, "scoring": "npmi"},
        {"min_count": 1, "threshold": -0.1, "scoring": "npmi", "connector_words": CONNECTORS},
        {"min_count": 1, "threshold": 0.05, "scoring": odd_scorer, "connector_words": CONNECTORS},
        {"min_count": 1, "threshold": 0.3, "delimiter": " and "},
    )

    def for_each_pair(self, words, compare):
        """Calls compare(our model, gensim's, the sentences that both have counted)."""
        from gensim.models.phrases import Phrases as Gensims

        for seed, settings in enumerate(self.settings):
            sentences = text(seed, words)
            with self.subTest(settings):
                compare(Phrases(sentences, **settings), Gensims(sentences, **settings), sentences)

    def assert_sentences(self, left, right):
        """One by one: what differs is then shown alone."""
        self.assertEqual(len(left), len(right))
        for one, other in zip(left, right):
            self.assertEqual(one, other)

    def assert_scores(self, left, right):
        self.assertEqual(list(left), list(right))
        for phrase, score in right.items():
            self.assertAlmostEqual(left[phrase], score, delta=1e-9, msg=phrase)

    def test_counts_are_the_same_in_the_same_order(self):
        def compare(left, right, sentences):
            self.assertEqual(list(left.vocab.items()), list(right.vocab.items()))
            self.assertEqual(left.corpus_word_count, right.corpus_word_count)
            self.assertEqual(str(left), str(right))
            left.add_vocab(sentences[::-1])
            right.add_vocab(sentences[::-1])
            self.assertEqual(list(left.vocab.items()), list(right.vocab.items()))

        for words in (PLAIN, JOINED):
            self.for_each_pair(words, compare)

    def test_joined_sentences_and_their_scores_are_the_same(self):
        def compare(left, right, sentences):
            joined = list(left[sentences])
            self.assert_sentences(joined, list(right[sentences]))
            self.assertTrue(joined != sentences, "nothing was joined")
            self.assert_sentences([left[s] for s in sentences], joined)
            self.assert_sentences([list(left.analyze_sentence(s)) for s in sentences],
                                  [list(right.analyze_sentence(s)) for s in sentences])
            self.assert_scores(left.find_phrases(sentences), right.find_phrases(sentences))

        for words in (PLAIN, JOINED):
            self.for_each_pair(words, compare)

    def test_exported_phrases_and_frozen_models_are_the_same(self):
        def compare(left, right, sentences):
            self.assert_scores(left.export_phrases(), right.export_phrases())
            left, right = left.freeze(), right.freeze()
            self.assert_scores(left.phrasegrams, right.phrasegrams)
            self.assert_sentences(list(left[sentences]), list(right[sentences]))
            self.assertEqual(str(left), str(right))

        self.for_each_pair(PLAIN, compare)

    def test_frozen_models_of_joined_sentences_join_as_before(self):
        def compare(left, _, sentences):
            frozen = left.freeze()
            self.assert_sentences(list(frozen[sentences]), list(left[sentences]))
            self.assert_sentences([list(frozen.analyze_sentence(s)) for s in sentences],
                                  [list(left.analyze_sentence(s)) for s in sentences])
            self.assertEqual(frozen.find_phrases(sentences), left.find_phrases(sentences))

        self.for_each_pair(JOINED, compare)

    def test_scorers_and_connector_words_are_the_same(self):
        from gensim.models import phrases as gensims

        self.assertEqual(ours.ENGLISH_CONNECTOR_WORDS, gensims.ENGLISH_CONNECTOR_WORDS)
        draw = random.Random(1)
        for _ in range(1000):
            both, a, b, words = sorted(draw.randint(1, 10**6) for _ in range(4))
            given = (a, b, both, draw.randint(1, 10**6), draw.randint(1, 5), words + 1)
            self.assertEqual(ours.original_scorer(*given), gensims.original_scorer(*given))
            self.assertEqual(ours.npmi_scorer(*given), gensims.npmi_scorer(*given))


if __name__ == "__main__":
    unittest.main()
