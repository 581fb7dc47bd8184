"""What test_word_map.sh asks about pages with maps of words.

word_map.py page PAGE [WORDS...]            needs nothing from outside, and is what its script reads
word_map.py words PAGE VECTORS.txt [N]      has the words of a vector file, or the first N
word_map.py neighbors PAGE ANSWERS          has the neighbors that `distance -json` gives, all words
word_map.py same-tags PAGE PAGE             two pages have the same tags in the same order
word_map.py numpy PAGE VECTORS.txt          the PCA is NumPy's, and so are trustworthiness and
                                            continuity scikit-learn's; 77 where they are not there
word_map.py picture PAGE VECTORS.txt        the same of any picture's trustworthiness alone
word_map.py moved PAGE VECTORS VECTORS      words that moved are those of plain loops
word_map.py projector FOLDER VECTORS.txt    the projector's files are those of the vectors
"""

import base64
import html.parser
import json
import math
import re
import struct
import sys


class Page(html.parser.HTMLParser):
    """The tags of a page, and its data."""

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.text = open(path, encoding="utf-8").read()
        self.tags = []
        self.inside = None
        self.data = ""
        self.feed(self.text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.inside = "data" if ("id", "data") in attributes else tag
        for name, value in attributes:
            # Nothing is fetched, linked to or run but what is in the page.
            assert name not in ("src", "href", "srcset", "action", "data", "style"), (name, value)
            assert not name.startswith("on"), (name, value)

    def handle_data(self, data):
        if self.inside == "data":
            self.data += data

    def handle_endtag(self, tag):
        self.inside = None


def data_of(path):
    return json.loads(Page(path).data)


def numbers(text, kind):
    data = base64.b64decode(text)
    return struct.unpack("<%d%s" % (len(data) // struct.calcsize(kind), kind), data)


def read_text(path):
    lines = open(path, encoding="utf-8").read().split("\n")
    rows = [line.split() for line in lines[1:] if line]
    return [row[0] for row in rows], [[float(value) for value in row[1:]] for row in rows]


def unit(row):
    length = math.sqrt(sum(value * value for value in row))
    return [value / length for value in row]


def check_page(path, *words):
    page = Page(path)
    assert page.tags.count("script") == 2, page.tags
    for address in re.findall(r"[a-z]+://[^\s\"']*", page.text):
        assert False, "an address in the page: " + address
    assert "<" not in page.data
    data = json.loads(page.data)
    count = len(data["words"])
    assert count == len(set(data["words"])), "a word twice"
    for model in data["models"]:
        assert len(numbers(model["points"], "H")) == 2 * count
        assert len(numbers(model["rows"], "H")) == data["neighbors"] * count
        assert len(numbers(model["cosines"], "h")) == data["neighbors"] * count
    if words:
        assert data["words"] == list(words), data["words"]


def check_words(path, vectors, count=None):
    words, _ = read_text(vectors)
    assert data_of(path)["words"] == words[: int(count) if count else None]


def check_neighbors(path, answers):
    data = data_of(path)
    model = data["models"][0]
    rows, cosines = numbers(model["rows"], "H"), numbers(model["cosines"], "h")
    asked = 0
    for line in open(answers, encoding="utf-8"):
        answer = json.loads(line)
        at = data["words"].index(answer["query"][0]) * data["neighbors"]
        theirs = [(near["word"], near["cosine"]) for near in answer["neighbors"]]
        ours = [(data["words"][rows[at + k]], cosines[at + k] / 10000) for k in range(data["neighbors"])]
        assert len(theirs) == len(ours)
        for (_, cosine), (_, rounded) in zip(theirs, ours):
            assert abs(cosine - rounded) < 0.00006, (answer["query"], theirs, ours)
        # Equal cosines, to the last digits of a float, may stand in another order.
        assert {word for word, _ in theirs[:-1]} <= {word for word, _ in ours}, (theirs, ours)
        asked += 1
    assert asked > 0


def same_tags(a, b):
    assert Page(a).tags == Page(b).tags, "words have made tags"


def check_quality(data, unit_rows, points):
    """Against scikit-learn, in which continuity is trustworthiness with both spaces exchanged."""
    import numpy
    from sklearn.manifold import trustworthiness

    quality = data["models"][0]["quality"]
    k = quality["k"]
    assert k == 12 and quality["asked"] == len(unit_rows)
    # Points of a page are rounded to 16 bits, which exchanges some ranks.
    for name, a, b in (
        ("trustworthiness", unit_rows, points),
        ("continuity", points, unit_rows),
    ):
        theirs = trustworthiness(numpy.asarray(a), numpy.asarray(b), n_neighbors=k)
        assert abs(theirs - quality[name]) < 2e-4, (name, theirs, quality[name])


def check_numpy(path, vectors):
    try:
        import numpy
    except ImportError:
        sys.exit(77)
    data = data_of(path)
    _, rows = read_text(vectors)
    x = numpy.asarray([unit(row) for row in rows])
    x -= x.mean(axis=0)
    values, components = numpy.linalg.eigh(x.T @ x)
    components = components[:, ::-1][:, :2]
    for k in range(2):
        if components[numpy.abs(components[:, k]).argmax(), k] < 0:
            components[:, k] *= -1
    points = x @ components
    side = max(points.max(axis=0) - points.min(axis=0))
    expected = (points - (points.max(axis=0) + points.min(axis=0) - side) / 2) / side * 65535
    found = numpy.asarray(numbers(data["models"][0]["points"], "H")).reshape(-1, 2)
    # One is rounding; vectors in text have six digits.
    off = numpy.abs(expected - found).max()
    assert off < 2, off
    kept = 100 * values[-2:].sum() / values.sum()
    assert "which have %.1f %% of their variance" % kept in data["projection"][0], data["projection"]
    try:
        check_quality(data, [unit(row) for row in rows], points)
    except ImportError:
        sys.exit(77)


def check_picture(path, vectors):
    data = data_of(path)
    _, rows = read_text(vectors)
    points = numbers(data["models"][0]["points"], "H")
    try:
        check_quality(data, [unit(row) for row in rows], [points[2 * k : 2 * k + 2] for k in range(len(rows))])
    except ImportError:
        sys.exit(77)


def nearest(rows, word, count):
    cosines = [(-sum(a * b for a, b in zip(rows[word], row)), k) for k, row in enumerate(rows)]
    return {k for _, k in sorted(cosine for cosine in cosines if cosine[1] != word)[:count]}


def check_moved(path, first, second):
    data = data_of(path)
    tables = [dict(zip(*read_text(name))) for name in (first, second)]
    words = [word for word in tables[0] if word in tables[1]][: len(data["words"])]
    assert data["words"] == words, "words that both have"
    spaces = [[unit(table[word]) for word in words] for table in tables]
    k = data["moved"]["k"]
    assert k == max(1, min(50, len(words) // 10))
    kept = data["moved"]["kept"]
    off = 0
    for word in range(len(words)):
        both = nearest(spaces[0], word, k) & nearest(spaces[1], word, k)
        off += abs(len(both) - kept[word])
    assert off <= len(words) // 100, off  # of six digits a tie may be another
    order = sorted(range(len(words)), key=lambda word: kept[word])
    assert data["moved"]["most"] == order[:100]


def check_projector(folder, vectors):
    words, rows = read_text(vectors)
    found = [line.split("\t") for line in open(folder + "/vectors.tsv")]
    assert len(found) == len(rows)
    for ours, row in zip(found, rows):
        assert all(abs(float(a) - b) < 1e-5 for a, b in zip(ours, row)) and len(ours) == len(row)
    lines = open(folder + "/metadata.tsv", encoding="utf-8").read().split("\n")
    assert lines[0].split("\t")[:2] == ["word", "place"] and lines[-1] == ""
    assert [line.split("\t")[0] for line in lines[1:-1]] == words
    assert len({len(line.split("\t")) for line in lines[:-1]}) == 1
    config = json.load(open(folder + "/config.json"))["embeddings"][0]
    assert config["tensorShape"] == [len(rows), len(rows[0])]
    assert config["tensorPath"] == "vectors.tsv" and config["metadataPath"] == "metadata.tsv"
    text = open(folder + "/projector_config.pbtxt").read()
    assert re.search(r'^embeddings \{\n  tensor_name: "[\w.-]+"\n  tensor_path: "vectors.tsv"\n', text), text


CHECKS = {
    "page": check_page,
    "words": check_words,
    "neighbors": check_neighbors,
    "same-tags": same_tags,
    "numpy": check_numpy,
    "picture": check_picture,
    "moved": check_moved,
    "projector": check_projector,
}

if __name__ == "__main__":
    CHECKS[sys.argv[1]](*sys.argv[2:])
