"""Trains on a text, keeps the model, and shows neighbors: neighbors.py TEXT MODEL"""
import sys

from hogvec import Word2Vec

if len(sys.argv) != 3:
    sys.exit(f"usage: {sys.argv[0]} TEXT MODEL")
text, file = sys.argv[1:]
model = Word2Vec(corpus_file=text, sg=1, vector_size=100, epochs=5, workers=None)
model.save(file)
for word in ("king", "paris", "water", "music", "green", "river", "horse", "winter"):
    if word in model.wv:
        near = model.wv.most_similar(word, topn=6)
        print(f"  {word:10}", ", ".join(f"{other} {cosine:.2f}" for other, cosine in near))
