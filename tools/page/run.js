const MEASURED = DATA.measured;
const byId = (id) => document.getElementById(id);

// Numbers, as a person reads them. ------------------------------------------

/// 1234567 as "1.23 M".
function short(value, digits = 3) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const units = [[1e12, " T"], [1e9, " G"], [1e6, " M"], [1e3, " k"]];
  for (const [size, name] of units) {
    if (Math.abs(value) >= size) return plain(value / size, digits) + name;
  }
  return plain(value, digits);
}

function plain(value, digits) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4) return value.toExponential(digits - 1);
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return value.toFixed(Math.min(decimals, 12));
}

/// short() of a round number: "50 M", not "50.0 M".
function round(value) {
  return short(Number(value.toPrecision(6))).replace(/(\.[0-9]*?)0+(?= |$)/, "$1").replace(/\.(?= |$)/, "");
}

function bytes(value) {
  if (value >= 2 ** 30) return plain(value / 2 ** 30, 3) + " GiB";
  return plain(value / 2 ** 20, 3) + " MiB";
}

function duration(seconds) {
  if (seconds < 10) return plain(seconds, 2) + " s";
  if (seconds < 90) return Math.round(seconds) + " s";
  if (seconds < 5400) return Math.round(seconds / 60) + " min";
  if (seconds < 172800) return plain(seconds / 3600, 3) + " h";
  return plain(seconds / 86400, 3) + " days";
}

// How it stands. ------------------------------------------------------------

const running = DATA.state === "running";
const share = DATA.words > 0 ? DATA.words_done / DATA.words : 0;

/// Words a second: at the end as the report has it, else of the last moments.
function speed() {
  if (!running && MEASURED.words_per_second) return MEASURED.words_per_second;
  const recent = rates();
  return recent.length > 0 ? recent[recent.length - 1].y : null;
}

/// Speed over words, between moments so far apart that a chunk more or less is not seen.
function rates() {
  const samples = MEASURED.samples.seconds.map((seconds, k) => ({ seconds, words: MEASURED.samples.words[k] }));
  const changes = samples.filter(({ words }, k) => k === 0 || words !== samples[k - 1].words);
  if (changes.length < 2) return [];
  const span = changes[changes.length - 1].seconds - changes[0].seconds;
  const points = [];
  const apart = Math.min(5, Math.ceil(changes.length / 4));
  let to = 0;
  for (let from = 0; from < changes.length; ++from) {
    while (to < changes.length && (to - from < apart || changes[to].seconds - changes[from].seconds < span / 40)) ++to;
    if (to === changes.length) break;
    const words = changes[to].words - changes[from].words;
    points.push({ x: changes[from].words + words / 2, y: words / (changes[to].seconds - changes[from].seconds) });
  }
  return points.filter(({ y }) => Number.isFinite(y));
}

function statusText() {
  const phases = {
    reading: "Reads the text", preparing: "Prepares to train", training: "Trains",
    "held-out": "Asks how likely the held-out text is", neighbors: "Looks at neighbors",
    keeping: "Keeps the model of the epoch's end",
    writing: "Writes the vectors",
  };
  const ends = {
    finished: "Finished", stopped: "Stopped", diverged: "Diverged", failed: "Failed",
  };
  const parts = [running ? phases[DATA.phase] : ends[DATA.state]];
  const epochs = DATA.epochs_planned;
  const ofAll = `${short(DATA.words)} words, ${epochs} epoch${epochs === 1 ? "" : "s"}`;
  if (DATA.words > 0 && share < 1) {
    parts.push(`${plain(100 * share, 3)} % of ${ofAll}`, `in epoch ${Math.floor(share * epochs) + 1}`);
  } else if (DATA.words > 0) {
    parts.push(ofAll);
  }
  const rate = speed();
  if (rate > 0) parts.push(`${short(rate)} words/s`);
  if (running && rate > 0 && DATA.phase === "training") {
    parts.push(`about ${duration((DATA.words - DATA.words_done) / rate)} left`);
  }
  parts.push(`${duration(MEASURED.seconds)} ${running ? "so far" : "in all"}`);
  return parts.join(" · ");
}

function tellStatus() {
  byId("title").append("word2vec: ", wordElement(DATA.text.name));
  byId("status").textContent = statusText();
  byId("progress").value = 100 * share;
  byId("progress").textContent = plain(100 * share, 3) + " %";
  const when = new Date(MEASURED.written * 1000);
  byId("written").textContent = `As of ${when.toLocaleString()}.`;
  byId("message").textContent = DATA.message;
  if (DATA.state === "stopped" || !DATA.message) byId("message").classList.remove("warning");
  if (running) {
    const age = Date.now() / 1000 - MEASURED.written;
    if (age > 60) {
      byId("message").textContent = `This page is ${duration(age)} old, and a run writes its page ` +
        "every few seconds: it was killed, it is halted, or its disk is full." +
        ` If it is gone, ${DATA.to_go_on}`;
    }
    byId("follow-line").hidden = false;
    const follow = byId("follow");
    let timer = 0;
    const wait = () => {
      clearTimeout(timer);
      if (follow.checked) timer = setTimeout(() => location.reload(), 5000);
    };
    follow.checked = location.hash === "#follow";
    follow.addEventListener("change", () => {
      history.replaceState(null, "", follow.checked ? "#follow" : "#");
      wait();
    });
    wait();
  }
  if (DATA.resumed) {
    byId("resumed").textContent = DATA.words_before > 0
      ? `This run goes on from another, which trained ${short(DATA.words_before)} words. Of these ` +
        "the mean losses of epochs are known, and nothing else."
      : "This run goes on from another, which had not yet trained.";
  }
  for (const [name, texts] of [["warnings", DATA.warnings], ["notes", MEASURED.notes]]) {
    byId(`${name}-section`).hidden = texts.length === 0;
    for (const text of texts) byId(name).append(element("li", { class: "word", text }));
  }
}

// Curves. -------------------------------------------------------------------

// As the parser knows it: the page has no address in it, not even this name.
const SVG = new DOMParser().parseFromString("<svg></svg>", "text/html").querySelector("svg").namespaceURI;

function svg(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/// Places for ticks, at 1, 2 or 5 times a power of ten.
function ticks(least, most, count) {
  const rough = (most - least) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999));
  const places = [];
  for (let at = Math.ceil(least / step - 1e-9) * step; at <= most + step * 1e-9; at += step) {
    places.push(Math.abs(at) < step * 1e-9 ? 0 : at);
  }
  return places;
}

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

const first = DATA.words_before;
const last = Math.max(DATA.words_done, first + 1);
const placeOfCursor = () => first + (last - first) * byId("cursor").value / byId("cursor").max;

function nearestPoint(points, x) {
  let best = points[0];
  for (const point of points) {
    if (Math.abs(point.x - x) < Math.abs(best.x - x)) best = point;
  }
  return best;
}

function extent(curve) {
  let least = Infinity;
  let most = -Infinity;
  for (const { points } of curve.series) {
    for (const { y } of points) {
      least = Math.min(least, y);
      most = Math.max(most, y);
    }
  }
  if (curve.title === "Speed" || curve.title === "Memory" || curve.title === "Learning rate") least = 0;
  if (most - least < 1e-9 * Math.abs(most) || most === least) {
    const room = Math.abs(most) * 0.1 || 1;
    return [least - room, most + room];
  }
  const room = (most - least) * 0.05;
  return [least === 0 ? 0 : least - room, most + room];
}

function drawCurve(curve, box, width) {
  const height = 190;
  const left = 58;
  const right = 10;
  const top = 8;
  const bottom = 24;
  const [least, most] = extent(curve);
  const placeX = (x) => left + (x - first) / (last - first) * (width - left - right);
  const placeY = (y) => height - bottom - (y - least) / (most - least) * (height - top - bottom);
  const ends = curve.series.map(({ name, points }) => {
    const from = points[0];
    const to = points[points.length - 1];
    return `${name}: ${curve.show(from.y)} at ${short(from.x)} words, ${curve.show(to.y)} at ${short(to.x)} words`;
  });
  const drawing = svg("svg", {
    viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": `${curve.title}, ${curve.unit}. ${ends.join(". ")}. The table below has the values.`,
  });
  const inBytes = curve.title === "Memory";
  const unit = !inBytes ? 1 : most >= 2 ** 30 ? 2 ** 30 : 2 ** 20;
  for (const y of ticks(least / unit, most / unit, 5).map((at) => at * unit)) {
    drawing.append(
      svg("line", { class: "grid-line", x1: left, x2: width - right, y1: placeY(y), y2: placeY(y) }),
      svg("text", { x: left - 6, y: placeY(y) + 4, "text-anchor": "end" },
        inBytes ? `${round(y / unit)} ${unit === 2 ** 30 ? "GiB" : "MiB"}` : round(y)));
  }
  const epochs = DATA.text.words > 0 ? DATA.words / DATA.text.words : 0;
  for (let epoch = 1; epoch < epochs && epochs <= 40; ++epoch) {
    const x = epoch * DATA.text.words;
    if (x <= first || x >= last) continue;
    drawing.append(svg("line", { class: "epoch-line", x1: placeX(x), x2: placeX(x), y1: top, y2: height - bottom }));
  }
  for (const x of ticks(first, last, 5)) {
    const anchor = placeX(x) > width - 24 ? "end" : "middle";
    drawing.append(svg("text", { x: placeX(x), y: height - 7, "text-anchor": anchor }, round(x)));
  }
  curve.series.forEach(({ points, dots, second }) => {
    const style = second ? 1 : 0;
    const path = points.map(({ x, y }, k) => `${k === 0 ? "M" : "L"}${placeX(x).toFixed(1)} ${placeY(y).toFixed(1)}`);
    drawing.append(svg("path", { class: `curve s${style}`, d: path.join("") }));
    if (dots || points.length === 1) {
      for (const { x, y } of points.length > 80 ? [] : points) {
        drawing.append(svg("circle", { class: `d${style}`, cx: placeX(x), cy: placeY(y), r: 3.5 }));
      }
    }
  });
  const line = svg("line", { class: "cursor", y1: top, y2: height - bottom });
  drawing.append(line);
  drawing.addEventListener("pointermove", (event) => {
    const inside = drawing.getBoundingClientRect();
    const x = (event.clientX - inside.left) / inside.width * width;
    const part = Math.min(1, Math.max(0, (x - left) / (width - left - right)));
    byId("cursor").value = Math.round(part * byId("cursor").max);
    moveCursor();
  });
  box.replaceChildren(drawing);
  curve.move = (x) => {
    line.setAttribute("x1", placeX(x));
    line.setAttribute("x2", placeX(x));
  };
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

// Tables. -------------------------------------------------------------------

function table(heads, rows) {
  // A table of names and values needs no heads to be understood.
  const head = heads.every(({ text }) => !text) ? [] : [element("thead", {}, element("tr", {}, ...heads.map(
    ({ text, number }) => element("th", { scope: "col", class: number ? "n" : null, text }))))];
  const body = rows.map((cells) => element("tr", {}, ...cells.map((cell, k) =>
    cell instanceof Node ? cell : element(k === 0 ? "th" : "td",
      { scope: k === 0 ? "row" : null, class: heads[k].number ? "n" : "value", text: cell }))));
  return element("table", {}, ...head, element("tbody", {}, ...body));
}

function showEpochs() {
  const heldOut = new Map(DATA.held_out.map((row) => [row.epoch, row]));
  const perplexity = DATA.epochs.some((row) => "perplexity" in row);
  if (DATA.epochs.length === 0) {
    byId("epochs").append(element("p", { text: running ? "None has ended yet." : "None was trained." }));
    return;
  }
  const heads = [{ text: "epoch" }, { text: "loss", number: true }];
  if (perplexity) heads.push({ text: "perplexity", number: true });
  if (heldOut.size > 0) {
    heads.push({ text: "held-out loss", number: true }, { text: "held-out perplexity", number: true });
  }
  const value = (x, digits) => (typeof x === "number" ? plain(x, digits) : "–");
  byId("epochs").append(table(heads, DATA.epochs.map((row) => {
    const cells = [row.whole ? `${row.epoch}` : `${row.epoch}, in part`, value(row.loss, 6)];
    if (perplexity) cells.push(value(row.perplexity, 6));
    if (heldOut.size > 0) {
      const held = heldOut.get(row.epoch) ?? {};
      cells.push(value(held.loss, 6), value(held.perplexity, 6));
    }
    return cells;
  })));
}

const PHASES = {
  reading: "reading the text", preparing: "preparing, first values", training: "training",
  "held-out": "held-out likelihood", neighbors: "neighbors of words", keeping: "keeping epochs' ends", writing: "writing",
};

function showPhases() {
  const all = MEASURED.phases.reduce((sum, { seconds }) => sum + seconds, 0) || 1;
  byId("phases").append(table(
    [{ text: "phase" }, { text: "seconds", number: true }, { text: "share", number: true }, { text: "" }],
    MEASURED.phases.map(({ phase, seconds }) => [
      PHASES[phase], seconds.toFixed(3), (100 * seconds / all).toFixed(1) + " %",
      element("td", { class: "bar-cell", "aria-hidden": "true" },
        element("span", { class: "bar", style: `width: ${100 * seconds / all}%` })),
    ])));
  byId("phases").append(element("p", { class: "note",
    text: `This page and the log took ${MEASURED.page_seconds.toFixed(3)} s of these, beside the rest.` }));
}

function showMachine() {
  const { machine, text } = DATA;
  const place = MEASURED.placement;
  const rows = [["text", wordElement(text.name, "td")]];
  const add = (name, value) => { if (value) rows.push([name, value]); };
  add("words of the text", text.words && text.words.toLocaleString());
  add("left out of it", text.unknown && text.unknown.toLocaleString());
  add("vocabulary", text.vocabulary && `${text.vocabulary.toLocaleString()} words`);
  add("processor", machine.processor);
  add("cores", machine.usable_cores === machine.cores ? `${machine.cores}` :
    `${machine.usable_cores} of ${machine.cores}, that the process may use`);
  add("memory of the machine", machine.memory_bytes && bytes(machine.memory_bytes));
  add("most memory held", bytes(MEASURED.peak_bytes));
  add("system", machine.system);
  add("kernel", machine.kernel);
  add("kernel of the softmax", machine.softmax_kernel);
  if (place) {
    add("placement", `${place.domains} group${place.domains === 1 ? "" : "s"} of cores that share a cache` +
      (place.round_trip_ns > 0 ? `, ${Math.round(place.round_trip_ns)} ns there and back` : "") +
      (place.pinned ? ", threads stay in theirs" : "") +
      (place.memory_nodes > 1 ? `, ${place.memory_nodes} memory nodes` : ""));
  }
  if (machine.ranks > 1) {
    add("ranks", `${machine.ranks}; curves, speed and memory are the first one's, scaled to all where they are words`);
  }
  add("hogvec", DATA.version);
  byId("machine").append(table([{}, {}], rows));
}

function showSettings() {
  const why = { given: "given", model: "of the model", chosen: "chosen by the others", default: "as always" };
  const show = () => {
    const all = byId("all-settings").checked;
    const rows = DATA.settings.filter((row) => all || row.from !== "default");
    byId("settings").replaceChildren(table(
      [{ text: "flag" }, { text: "value" }, { text: "why" }],
      rows.map((row) => [row.flag, wordElement(row.value, "td"),
        "given" in row && row.given !== row.value
          ? element("td", { text: `given as ` }, wordElement(row.given)) : why[row.from]])));
  };
  byId("all-settings").addEventListener("change", show);
  show();
  byId("command").append(wordElement(DATA.command, "code"));
}

// Neighbors. ----------------------------------------------------------------

/// What has become of a neighbor since the look before: an element, or nothing.
function moveElement(word, rank, before) {
  if (!before) return "";
  const was = before.near.findIndex(([other]) => other === word);
  if (was === rank) return "";
  const [kind, seen, heard] = was < 0 ? ["came", "new", "new"]
    : was > rank ? ["up", `▲${was - rank}`, `up ${was - rank}`]
      : ["down", `▼${rank - was}`, `down ${rank - was}`];
  return element("span", { class: `move ${kind}` }, element("span", { "aria-hidden": "true", text: seen }),
    element("span", { class: "heard", text: ` ${heard}` }));
}

function wordTable(looks, caption) {
  // The latest first: it is seen without scrolling.
  const order = looks.map((look, k) => ({ look, before: looks[k - 1] })).reverse();
  const head = element("tr", {}, element("th", { scope: "col" }, element("span", { class: "heard", text: "rank" })),
    ...order.map(({ look }) => element("th", { scope: "col", text: look.epoch === 0 ? "at first" : `epoch ${look.epoch}` })));
  const ranks = Math.max(0, ...looks.map((look) => look.near.length));
  const rows = [];
  for (let rank = 0; rank < ranks; ++rank) {
    rows.push(element("tr", {}, element("th", { scope: "row", text: `${rank + 1}` }),
      ...order.map(({ look, before }) => {
        if (rank >= look.near.length) return element("td");
        const [word, cosine] = look.near[rank];
        return element("td", {}, wordElement(word), ` ${cosine === null ? "" : cosine.toFixed(2)}`,
          moveElement(word, rank, before));
      })));
  }
  const summary = (text, value) => element("tr", {}, element("th", { scope: "row", text }),
    ...order.map(({ look, before }) => element("td", { text: before ? value(look, before) : "–" })));
  const kept = (look, before) => {
    const words = new Set(before.near.map(([word]) => word));
    return `${look.near.filter(([word]) => words.has(word)).length} of ${look.near.length}`;
  };
  const foot = element("tfoot", {}, summary("kept", kept),
    summary("cosine", (look) => (typeof look.moved === "number" ? look.moved.toFixed(3) : "–")));
  return element("table", {}, element("caption", { class: "heard", text: caption }),
    element("thead", {}, head), element("tbody", {}, ...rows), foot);
}

function showWords() {
  const looked = DATA.watched.filter(({ looks }) => looks.length > 0);
  const every = DATA.epochs_between_looks;
  byId("words-note").textContent = DATA.watched.length === 0
    ? "No word is looked at."
    : looked.length === 0 && !running
      ? "No epoch has ended, after which words are looked at."
    : looked.length === 0
      ? `${DATA.watched.length} words are looked at when ${every === 1 ? "an epoch has" : `${every} epochs have`} ended.`
      : `The nearest words by the cosine of their vectors${every > 1 ? `, every ${every} epochs` : ""}, the ` +
        "latest first; what has moved since the look before; how many of the ten it kept; and the cosine of " +
        "the word's own vector with the one before.";
  for (const { word, count, looks } of looked) {
    const caption = `Neighbors of ${word}`;
    byId("words").append(element("figure", {},
      element("h3", {}, wordElement(word), element("span", { class: "note", text: ` ${count.toLocaleString()} times in the text` })),
      element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, wordTable(looks, caption))));
  }
}

tellStatus();
showCurves();
showEpochs();
showWords();
showPhases();
showMachine();
showSettings();
