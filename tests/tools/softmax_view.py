"""A page of softmax-view against Rong's equations, in plain Python.

softmax_view.py PAGE TEXT MIN_COUNT [W CONTEXT MODEL]: with the last three, word2vec's vectors after
one pass over the text by the same settings, in text, of the model of that name.
"""

import heapq
import html.parser
import json
import math
import re
import struct
import sys

# Half of the last decimal, and what rounding in double adds to it.
HALF = 0.5 + 1e-4
# word2vec computes in float: 65 to 100 steps of numbers near 1, each rounded at 6e-8.
FLOAT = 2e-5


class Page(html.parser.HTMLParser):
    """Tags, addresses and the JSON of a page."""

    def __init__(self, text):
        super().__init__()
        self.scripts, self.tags, self.within = [], [], None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        for name in ("src", "href", "action", "srcset", "data", "poster", "background"):
            assert name not in attributes, f"{tag} has an address: {attributes}"
        if tag == "script":
            self.scripts.append((attributes, ""))
            self.within = tag

    def handle_endtag(self, tag):
        self.within = None

    def handle_data(self, data):
        if self.within == "script":
            attributes, text = self.scripts[-1]
            self.scripts[-1] = (attributes, text + data)


def read_page(path):
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    page = Page(text)
    assert page.tags.count("script") == 2 and page.tags.count("title") == 1, page.tags
    for tag in ("img", "iframe", "object", "link", "base", "form", "a", "b"):
        assert tag not in page.tags, tag
    outside = [at for at in re.findall(r"(?:https?:)?//[\w.]+\S*", text)
               if at != "http://www.w3.org/2000/svg\","]
    assert all(not at.startswith("http") for at in outside), outside
    assert "url(" not in text and "@import" not in text
    assert "default-src 'none'" in text
    attributes, data = page.scripts[0]
    assert attributes == {"type": "application/json", "id": "data"} and "<" not in data
    assert data.isascii()
    return json.loads(data)


def near(got, expected, what):
    """Whole multiples of 1e-5."""
    assert len(got) == len(expected), what
    for a, b in zip(got, expected):
        assert isinstance(a, int) and abs(a - b * 1e5) <= HALF, (what, a, b * 1e5)


def check_words(data, text_path, min_count):
    with open(text_path, "rb") as file:
        lines = [re.findall(rb"[^ \t\n\r]+", line) for line in file.read().split(b"\n")]
    counts = {}
    for line in lines:
        for word in line:
            counts[word] = counts.get(word, 0) + 1
    kept = sorted((w for w in counts if counts[w] >= min_count), key=lambda w: -counts[w])
    decoded = [w.decode("utf-8", "replace") for w in kept]
    end, words = data["words"][0], data["words"][1:]
    assert end["word"] == "</s>" and end["count"] in (len(lines) - 1, len(lines))
    assert [w["word"] for w in words] == decoded, decoded
    assert [w["count"] for w in words] == [counts[w] for w in kept]
    numbers = {word: number for number, word in enumerate(kept, 1)}
    sentences = [[numbers[w] for w in line if w in numbers] for line in lines]
    sentences = [s for s in sentences if s]
    assert data["text"]["sentences"] == sentences
    assert data["text"]["length"] == sum(map(len, sentences))


def check_tree(words):
    """The paths are a code without prefixes, through nodes of which each is one, and Huffman's."""
    codes = ["".join(str(left) for _, left in w["path"]) for w in words]
    assert sum(2.0 ** -len(code) for code in codes) == 1.0
    assert not any(a != b and b.startswith(a) for a in codes for b in codes)
    for a in words:
        for b in words:
            for (m, s), (n, t) in zip(a["path"], b["path"]):
                assert m == n
                if s != t:
                    break
    heap, best = [w["count"] for w in words], 0
    heapq.heapify(heap)
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        best += joined
        heapq.heappush(heap, joined)
    # The reference takes the counts for falling ones, which that of </s>, the first, may not fit.
    if words[0]["count"] >= words[1]["count"]:
        assert sum(w["count"] * len(c) for w, c in zip(words, codes)) == best


def first_rows(words, dim, seed):
    """word2vec's first W."""
    state, values = seed, []
    for _ in range(words * dim):
        state = (state * 25214903917 + 11) % 2**64
        value = ((state & 0xFFFF) / 65536 - 0.5) / dim
        values.append(struct.unpack("f", struct.pack("f", value))[0])
    return [values[k * dim:(k + 1) * dim] for k in range(words)]


def dot(x, y):
    return sum(a * b for a, b in zip(x, y))


def sigmoid(s):
    return 1 / (1 + math.exp(-s))


def softmax(scores):
    """Rong eqs. (3), (25)."""
    top = max(scores)
    powers = [math.exp(u - top) for u in scores]
    return [p / sum(powers) for p in powers]


class Trainer:
    """One of the two architectures: rows in, words out."""

    def __init__(self, data, model):
        self.skip_gram = model["name"] == "skip-gram"
        self.alpha = model["alpha"]
        self.words = data["words"]

    def inputs(self, step):
        return [step["center"]] if self.skip_gram else step["context"]

    def outputs(self, step):
        return step["context"] if self.skip_gram else [step["center"]]

    def hidden(self, w, step):
        """Rong eqs. (24), (18)."""
        rows = [w[k] for k in self.inputs(step)]
        return [sum(column) / len(rows) for column in zip(*rows)]

    def move(self, w, step, eh):
        """Rong eqs. (35), (23)."""
        rows = self.inputs(step)
        for k in rows:
            w[k] = [x - self.alpha * e / len(rows) for x, e in zip(w[k], eh)]

    def move_rows(self, rows, errors, h):
        """Rong eqs. (34), (59), and EH of eqs. (36), (61): from the old rows."""
        eh = [0.0] * len(h)
        new = {}
        for row, error in errors:
            for i, value in enumerate(rows[row]):
                eh[i] += error * value
            old = new.get(row, rows[row])
            new[row] = [x - self.alpha * error * y for x, y in zip(old, h)]
        for row, values in new.items():
            rows[row] = values
        return eh

    def path_probability(self, nodes, h, word):
        """Rong eq. (37)."""
        p = 1.0
        for node, left in self.words[word]["path"]:
            s = dot(nodes[node], h)
            p *= sigmoid(s if left else -s)
        return p

    def softmax_step(self, w, rows, step):
        h = self.hidden(w, step)
        u = [dot(row, h) for row in rows]
        y = softmax(u)
        out = self.outputs(step)
        n = [out.count(j) for j in range(len(rows))]
        ei = [len(out) * a - b for a, b in zip(y, n)]
        assert abs(sum(y) - 1) < 1e-12 and abs(sum(ei)) < 1e-12
        near(step["h"], h, "h")
        near(step["u"], u, "u")
        near(step["y"], y, "y")
        near(step["ei"], ei, "EI")
        near(step["own"], [y[j] - 1 for j in out], "e")
        near([step["loss"]], [-sum(math.log(y[j]) for j in out)], "E")
        assert step["t"] == n and abs(sum(step["y"]) - 1e5) <= len(y)
        eh = self.move_rows(rows, list(enumerate(ei)), h)
        near(step["eh"], eh, "EH")
        self.move(w, step, eh)
        assert step["rows"] == sorted(set(self.inputs(step)))
        near(step["input"], [x for k in step["rows"] for x in w[k]], "W")
        near(step["output"], [x for row in rows for x in row], "W'")

    def logistic_step(self, w, rows, step, part, probabilities):
        h = self.hidden(w, step)
        near(part["y"], probabilities(h), "y")
        s = [dot(rows[row], h) for row in part["rows"]]
        e = [sigmoid(x) - t for x, t in zip(s, part["t"])]
        near(part["s"], s, "score")
        near(part["p"], [sigmoid(x) for x in s], "sigmoid")
        near(part["e"], e, "e")
        eh = self.move_rows(rows, list(zip(part["rows"], e)), h)
        near(part["eh"], eh, "EH")
        self.move(w, step, eh)

    def check_noise(self, step, negative):
        rows, t = step["noise"]["rows"], step["noise"]["t"]
        assert [r for r, one in zip(rows, t) if one] == self.outputs(step)
        starts = [at for at, one in enumerate(t) if one] + [len(t)]
        for begin, end in zip(starts, starts[1:]):
            assert end - begin <= negative + 1 and rows[begin] not in rows[begin + 1:end]

    def check_paths(self, step):
        paths = [turn for word in self.outputs(step) for turn in self.words[word]["path"]]
        assert step["tree"]["rows"] == [node for node, _ in paths]
        assert step["tree"]["t"] == [left for _, left in paths]


def places(sentences, window):
    """Every place that has words around it."""
    for s, sentence in enumerate(sentences):
        for p, center in enumerate(sentence):
            context = sentence[max(0, p - window):p] + sentence[p + 1:p + 1 + window]
            if context:
                yield {"sentence": s, "position": p, "center": center, "context": context}


def check_model(data, model, vectors):
    settings, words = data["settings"], data["words"]
    size, dim = len(words), settings["size"]
    trainer = Trainer(data, model)
    order = list(places(data["text"]["sentences"], settings["window"]))
    w = [first_rows(size, dim, settings["seed"]) for _ in range(3)]
    rows = [[[0.0] * dim for _ in range(n)] for n in (size, size, size - 1)]
    near(model["input"], [x for row in w[0] for x in row], "first W")

    def losses():
        total, predicted = [0.0] * 3, 0
        for place in order:
            hs = [trainer.hidden(one, place) for one in w]
            out = trainer.outputs(place)
            predicted += len(out)
            for m in (0, 1):
                y = softmax([dot(row, hs[m]) for row in rows[m]])
                total[m] -= sum(math.log(y[j]) for j in out)
            total[2] -= sum(math.log(trainer.path_probability(rows[2], hs[2], j)) for j in out)
        return [x / predicted for x in total]

    near(model["losses"], losses(), "losses")
    assert len(model["steps"]) == settings["steps"]
    for number, step in enumerate(model["steps"]):
        place = order[number % len(order)]
        assert {name: step[name] for name in place} == place
        trainer.check_noise(step, settings["negative"])
        trainer.check_paths(step)
        trainer.softmax_step(w[0], rows[0], step)
        trainer.logistic_step(w[1], rows[1], step, step["noise"],
                              lambda h: softmax([dot(row, h) for row in rows[1]]))
        trainer.logistic_step(w[2], rows[2], step, step["tree"],
                              lambda h: [trainer.path_probability(rows[2], h, j)
                                         for j in range(size)])
        assert abs(sum(step["tree"]["y"]) - 1e5) <= size  # of the tree too, eq. (44)
        if number % 20 == 19 or number + 1 == len(order):
            near(step["losses"], losses(), "losses")
        if vectors and number + 1 == len(order):
            for path, matrix in zip(vectors, (w[0], rows[0])):
                check_vectors(path, words, matrix)


def check_vectors(path, words, matrix):
    """The fast trainer's vectors are these, to the rounding of float."""
    with open(path, encoding="utf-8") as file:
        lines = [line.split() for line in file]
    found = {line[0]: [float(x) for x in line[1:]] for line in lines[1:]}
    for word, row in zip(words, matrix):
        for a, b in zip(found[word["word"]], row):
            assert abs(a - b) < FLOAT, (path, word["word"], a, b)


def main():
    data = read_page(sys.argv[1])
    check_words(data, sys.argv[2], int(sys.argv[3]))
    check_tree(data["words"])
    assert data["unit"] == 1e-5
    assert [model["name"] for model in data["models"]] == ["skip-gram", "CBOW"]
    vectors, name = sys.argv[4:6], sys.argv[6:]
    for model in data["models"]:
        check_model(data, model, vectors if [model["name"]] == name else None)


main()
