"""Nodes of a graph by its random walks, as DeepWalk has them: graph_walks.py

Three communities have more edges inside than between them. Walks are sentences, all in one array;
nodes that are met on the same walks come to lie side by side, and that finds the communities.
"""
import sys

import numpy as np

from hogvec import IdSentences, Word2Vec

COMMUNITIES, NODES, WALKS, STEPS = 3, 150, 20, 30  # walks begin at each node


def made_graph(random):
    """Neighbors of node n are ends[first[n]:first[n + 1]]; and the community of each node."""
    community = random.permutation(np.arange(NODES) % COMMUNITIES)
    chance = np.where(community[:, None] == community, 0.2, 0.02)
    edges = np.triu(random.random((NODES, NODES)) < chance, 1)
    edges |= np.eye(NODES, k=1, dtype=bool)  # from each to the next: no node is without neighbors
    starts, ends = np.nonzero(edges | edges.T)
    return np.searchsorted(starts, np.arange(NODES + 1)), ends, community


def walked(random, first, ends):
    """All walks take a step at a time, together: one row for each walk."""
    paths = np.empty((WALKS * NODES, STEPS), dtype=np.int64)
    paths[:, 0] = np.tile(np.arange(NODES), WALKS)
    for k in range(1, STEPS):
        node = paths[:, k - 1]
        paths[:, k] = ends[first[node] + random.integers(0, np.diff(first)[node])]
    return paths


def grouped(vectors):
    """k-means of vectors of length 1, begun with some that are far from each other."""
    centers = vectors[:1]
    while len(centers) < COMMUNITIES:
        centers = np.vstack([centers, vectors[np.argmin((vectors @ centers.T).max(axis=1))]])
    for _ in range(20):
        nearest = np.argmax(vectors @ centers.T, axis=1)
        sums = np.stack([vectors[nearest == k].sum(axis=0) for k in range(COMMUNITIES)])
        centers = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return nearest


def main():
    if len(sys.argv) != 1:
        sys.exit("usage: graph_walks.py")
    random = np.random.default_rng(1)
    first, ends, community = made_graph(random)
    paths = walked(random, first, ends)
    sentences = IdSentences(paths.ravel(), np.arange(len(paths) + 1) * STEPS)
    model = Word2Vec(sentences, sg=1, vector_size=32, window=5, sample=0, min_count=1, epochs=3,
                     seed=1, workers=1)
    print(f"{NODES} nodes, {len(ends) // 2} edges, {len(paths)} walks")

    nodes = [str(node) for node in range(NODES)]  # keys are the digits of ids
    near = np.array([[int(node) for node, _ in found]
                     for found in model.wv.most_similar_batch(nodes, topn=5)])
    same = np.mean(community[near].T == community)
    print(f"near node 0: {near[0]}; nearest nodes of the same community: {same:.3f}")
    group = grouped(np.stack([model.wv.get_vector(node, norm=True) for node in nodes]))
    for k in range(COMMUNITIES):
        has = np.bincount(community[group == k], minlength=COMMUNITIES)
        print(f"nodes of each community in group {k}:", *has)


if __name__ == "__main__":
    main()
