"""Training that ends when a text that it does not see grows no likelier: early_stopping.py FILE

The text is small, and after some epochs the model learns it by heart. The loss of a held-out text
tells: a callback saves the model to FILE while that falls, and ends the run when it rises.
"""
import os
import sys

import numpy as np

import hogvec
from hogvec import Word2Vec


class EarlyStopping(hogvec.CallbackAny2Vec):
    """Saves the model of the least held-out loss, and stops after `patience` epochs without one."""

    def __init__(self, file, patience):
        self.file = file
        self.patience = patience

    def on_epoch_end(self, model):
        losses = model.held_out_losses
        best = int(np.argmin(losses))
        print(f"epoch {len(losses)}: loss {model.get_latest_training_loss():.3f},",
              f"held out {losses[-1]:.3f}{', the least' if best == len(losses) - 1 else ''}")
        if best == len(losses) - 1:
            model.save(self.file)
        return hogvec.STOP if len(losses) - 1 - best >= self.patience else None


def made_text(random, count):
    """Sentences of 8 words out of 10 that stand side by side among 100."""
    words = np.array([f"w{k}" for k in range(100)])
    starts = random.integers(0, 91, (count, 1))
    return words[starts + random.integers(0, 10, (count, 8))].tolist()


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: early_stopping.py FILE")
    file = sys.argv[1]
    if os.path.exists(file) or not os.path.isdir(os.path.dirname(file) or "."):
        sys.exit(f"early_stopping.py: {file}: must be new, in a folder that is there")
    random = np.random.default_rng(1)
    text, held_out = made_text(random, 300), made_text(random, 100)

    # Only the tree and the full softmax give words a probability, and so a held-out text a loss.
    # The learning rate stays: what falls over all `epochs` would hardly fall before the run ends.
    model = Word2Vec(text, held_out=held_out, hs=1, negative=0, sg=1, vector_size=50, window=5,
                     sample=0, min_count=1, alpha=0.03, min_alpha=0.03, epochs=100, seed=1,
                     workers=1, callbacks=[EarlyStopping(file, patience=2)])
    print(f"{len(model.held_out_losses)} epochs of {model.epochs}")
    for name, one in ("in the file", Word2Vec.load(file)), ("at the end", model):
        score = one.score(held_out).mean()
        print(f"log p of a held-out sentence, by the model {name}: {score:.2f}")


if __name__ == "__main__":
    main()
