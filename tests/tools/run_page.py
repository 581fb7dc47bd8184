"""What tests/tools/test_run_page.sh asks of pages and logs."""
import html.parser
import json
import re


class Structure(html.parser.HTMLParser):
    """Elements, attributes and the text of scripts, as a browser finds them."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.attributes = []
        self.scripts = []
        self.title = ""

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += attrs
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data):
        if self.elements and self.elements[-1] == "script":
            self.scripts[-1] += data
        if self.elements and self.elements[-1] == "title":
            self.title += data

    def handle_endtag(self, tag):
        self.elements.append("/" + tag)


def structure_of(text):
    structure = Structure()
    structure.feed(text)
    structure.close()
    return structure


def parts_of(path):
    """The page without its data, and these."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert text.startswith("<!doctype html>") and text.endswith("</html>\n"), "not a whole page"
    assert not re.search(r"https?:|ftp:|//[a-z]+\.", text), "an address"
    structure = structure_of(text)
    assert len(structure.scripts) == 2, "other scripts than its own"
    for name, value in structure.attributes:
        assert name not in ("src", "href", "action") and not name.startswith("on"), (name, value)
    data = structure.scripts[0]
    assert text.count(data) == 1
    return text.replace(data, ""), json.loads(data)


def page(path):
    return parts_of(path)[1]


def log(path, runs=1):
    """The lines of a log, of which so many begin a run."""
    with open(path, encoding="ascii") as file:
        text = file.read()
    assert text.endswith("\n")
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["kind"] for line in lines].count("run") == runs, lines
    step = wall_time = 0
    for line in lines:
        assert line["kind"] in ("run", "scalar", "neighbors", "warning", "note", "end"), line
        assert isinstance(line["step"], int) and line["step"] >= step, (line, step)
        assert line["wall_time"] >= wall_time, (line, wall_time)
        step, wall_time = line["step"], line["wall_time"]
    assert lines[0]["kind"] == "run"
    return lines


def scalars(lines, tag):
    return [(line["step"], line["value"]) for line in lines
            if line["kind"] == "scalar" and line["tag"] == tag]


def neighbors(vectors, word, count):
    """The words nearest to one, by the cosine of their vectors in a text file, but for </s>."""
    rows = {}
    with open(vectors, encoding="utf-8", errors="surrogateescape") as file:
        next(file)
        for line in file:
            name, *values = line.split()
            row = [float(value) for value in values]
            length = sum(x * x for x in row) ** 0.5
            rows[name] = [x / length for x in row]
    one = rows[word]
    found = [(sum(x * y for x, y in zip(one, row)), name) for name, row in rows.items()
             if name not in (word, "</s>")]
    return [(name, cosine) for cosine, name in sorted(found, reverse=True)[:count]]
