// What is drawn over the words of the text, and read off at the cursor.

function middles(words, values) {
  const points = [];
  let before = DATA.words_before;
  for (let k = 0; k < words.length; ++k) {
    if (values[k] !== null) points.push({ x: (before + words[k]) / 2, y: values[k] });
    before = words[k];
  }
  return points;
}

function atEpochs(rows, name) {
  const points = [];
  for (const row of rows) {
    if (typeof row[name] === "number") points.push({ x: row.epoch * DATA.text.words, y: row[name] });
  }
  return points;
}

/// All that is drawn: a title, a unit, and series with points in ascending x.
function curves() {
  const all = [];
  const heldOut = atEpochs(DATA.held_out, "loss");
  const add = (title, unit, show, ...series) => {
    const drawn = series.filter((one) => one.points.length > 0);
    if (drawn.length > 0) all.push({ title, unit, show, series: drawn });
  };
  add("Loss", `mean of a ${DATA.loss_of}`, (y) => plain(y, 5),
    { name: "training", points: middles(DATA.curve.words, DATA.curve.loss) },
    { name: "held out", points: heldOut, dots: true, second: true });
  add("Perplexity of the held-out text", "after each epoch", (y) => plain(y, 5),
    { name: "held out", points: atEpochs(DATA.held_out, "perplexity"), dots: true });
  add("Perplexity of training", "mean of each epoch", (y) => plain(y, 5),
    { name: "training", points: atEpochs(DATA.epochs.filter((row) => row.whole), "perplexity"), dots: true });
  add("Learning rate", "alpha", (y) => plain(y, 4),
    { name: "alpha", points: middles(DATA.curve.words, DATA.curve.alpha) });
  const rate = rates();
  add("Speed", "words a second", (y) => short(y), { name: "speed", points: rate });
  const { words, memory } = MEASURED.samples;
  add("Memory", "that the process holds", (y) => bytes(y),
    { name: "memory", points: words.map((x, k) => ({ x, y: memory[k] })) });
  return all;
}

const placeOfCursor = () => first + (last - first) * byId("cursor").value / byId("cursor").max;

function nearestPoint(points, x) {
  let best = points[0];
  for (const point of points) {
    if (Math.abs(point.x - x) < Math.abs(best.x - x)) best = point;
  }
  return best;
}

function curveTable(curve) {
  const most = 60;
  const rows = [];
  for (const { name, points } of curve.series) {
    const step = Math.max(1, Math.ceil(points.length / most));
    points.forEach((point, k) => {
      if (k % step === 0 || k === points.length - 1) rows.push({ name, ...point });
    });
  }
  rows.sort((a, b) => a.x - b.x);
  const several = curve.series.length > 1;
  const head = element("tr", {}, element("th", { scope: "col", class: "n", text: "words" }),
    element("th", { scope: "col", class: "n", text: curve.title }));
  if (several) head.append(element("th", { scope: "col", text: "of" }));
  const body = rows.map(({ name, x, y }) => {
    const row = element("tr", {}, element("td", { class: "n", text: Math.round(x).toLocaleString() }),
      element("td", { class: "n", text: curve.show(y) }));
    if (several) row.append(element("td", { text: name }));
    return row;
  });
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
}

let drawn = [];

function moveCursor() {
  const x = placeOfCursor();
  const texts = [];
  for (const curve of drawn) {
    curve.move(x);
    const values = curve.series.map(({ name, points }) => {
      const value = curve.show(nearestPoint(points, x).y);
      return curve.series.length > 1 ? `${name} ${value}` : value;
    });
    curve.at.textContent = values.join(", ");
    texts.push(`${curve.title} ${values.join(", ")}`);
  }
  byId("cursor").setAttribute("aria-valuetext", `${short(x)} words. ${texts.join(". ")}`);
}

function showCurves() {
  drawn = curves();
  if (drawn.length === 0) {
    byId("cursor-line").hidden = true;
    byId("curves").append(element("p", { text: running ? "Nothing is trained yet." : "Nothing was trained." }));
    return;
  }
  for (const curve of drawn) {
    curve.at = element("span", { class: "at" });
    const caption = element("figcaption", {}, element("b", { text: curve.title }), ` ${curve.unit}: `, curve.at);
    if (curve.series.length > 1) {
      curve.series.forEach(({ name, second }) => {
        caption.append(element("span", { class: second ? "key k1" : "key", "aria-hidden": "true" }), name);
      });
    }
    curve.box = element("div");
    const table = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${curve.title} as a table` });
    const details = element("details", {
      toggle: () => { if (details.open && !table.firstChild) table.append(curveTable(curve)); },
    }, element("summary", { text: `${curve.title} as a table` }), table);
    byId("curves").append(element("figure", {}, caption, curve.box, details));
  }
  byId("cursor").addEventListener("input", moveCursor);
  redrawWith(() => {
    for (const curve of drawn) drawCurve(curve, curve.box, Math.max(260, curve.box.clientWidth));
    moveCursor();
  });
}
