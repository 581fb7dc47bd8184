"""What a user with mypy --strict writes: test_types.py checks it, nobody runs it."""

from typing import Any, Iterator

import numpy as np
import numpy.typing as npt

import hogvec
from hogvec.models.callbacks import CallbackAny2Vec, Progress
from hogvec.models.phrases import ENGLISH_CONNECTOR_WORDS


class Lines:
    def __iter__(self) -> Iterator[list[str]]:
        yield ["the", "cat", "sat"]


class Stopper(CallbackAny2Vec):
    def on_epoch_end(self, model: hogvec.Word2Vec) -> Any:
        return hogvec.STOP if model.get_latest_training_loss() < 1.0 else None


def show(progress: Progress) -> None:
    print(f"{progress.words / progress.total_words:.0%} at {progress.words_per_second:.0f} words/s")


model = hogvec.Word2Vec(Lines(), vector_size=50, sg=1, workers=None, callbacks=[Stopper()],
                        progress=show, min_count=1)
model = hogvec.Word2Vec(corpus_file=["a.txt", "b.txt.gz"], softmax=True, model_file="run.model")
kept: int
words: int
kept, words = model.train(Lines(), total_examples=model.corpus_count, epochs=model.epochs)
scores: npt.NDArray[np.float32] = model.score([["the", "cat"]])
likely = model.predict_output_word(["the", "sat"])
if likely is not None:
    word, chance = likely[0]
    print(word.upper(), chance + 1.0)
model.save("kept.model")
loaded: hogvec.Word2Vec = hogvec.Word2Vec.load("kept.model")
resumed: hogvec.Word2Vec = hogvec.Word2Vec.resume("run.model", corpus_file="a.txt")

vectors: hogvec.KeyedVectors = loaded.wv
row: npt.NDArray[np.float32] = vectors["cat"]
similarity: float = vectors.similarity("cat", "dog")
index: int = vectors.key_to_index["cat"]
for name, cosine in vectors.most_similar(positive=["king", "woman"], negative=["man"], topn=3):
    print(str(name), float(cosine))
batch = vectors.most_similar_batch(["king", "queen"], topn=5)
print(len(batch))
accuracy, sections = vectors.evaluate_word_analogies("questions-words.txt")
print(accuracy + 0.5, len(sections))
vectors.save_word2vec_format("vectors.bin", binary=True)
other = hogvec.KeyedVectors.load_word2vec_format("vectors.bin", binary=True, limit=1000)
other.add_vectors(["new"], np.ones((1, 50), dtype=np.float32))

sessions = hogvec.IdSentences(np.array([0, 1, 2, 1]), np.array([0, 2, 4]), words=["a", "b", "c"])
print(hogvec.Word2Vec(sessions, min_count=1))

phrases = hogvec.Phrases(Lines(), min_count=1, threshold=2.0,
                         connector_words=ENGLISH_CONNECTOR_WORDS)
joined: list[str] = phrases[["new", "york"]]
