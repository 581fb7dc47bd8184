// Draws the numbers that the trainers have left; computes none of them.
const V = DATA.words.length;
const D = DATA.settings.size;
const NAMES = DATA.words.map((word) => word.word);
const METHODS = ["full softmax", "negative sampling", "hierarchical softmax"];
const $ = (id) => document.getElementById(id);

// word: -1 while it is the first that is predicted.
const state = { model: 0, step: 1, word: -1, panel: 0, after: false, timer: 0 };

const steps = () => DATA.models[state.model].steps;
const current = () => steps()[state.step - 1];
const isSkipGram = () => DATA.models[state.model].name === "skip-gram";
const value = (units) => units * DATA.unit;
const fixed = (units, digits) => {
  const text = value(units).toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "\u2212");
};
const exact = (units) => fixed(units, 5);
/// Four characters and a sign at most, for cells: .76, 1.3, 12.
function short(units) {
  const size = Math.abs(value(units));
  const text = fixed(units, size < 0.995 ? 2 : size < 9.95 ? 1 : 0);
  return size < 0.005 ? "0" : size < 0.995 ? text.replace("0.", ".") : text;
}

/// W before step s of a model, from the rows that the steps before it left: [s - 1], and the end.
const inputs = DATA.models.map((model) => {
  const all = [model.input];
  for (const step of model.steps) {
    const next = all[all.length - 1].slice();
    step.rows.forEach((row, at) => {
      for (let i = 0; i < D; ++i) next[row * D + i] = step.input[at * D + i];
    });
    all.push(next);
  }
  return all;
});
const ZEROS = new Array(V * D).fill(0);
const inputAt = (s) => inputs[state.model][s];
const outputAt = (s) => (s === 0 ? ZEROS : steps()[s - 1].output);

/// The largest absolute values of a model, over all steps: colours mean the same in all of them.
const largest = DATA.models.map((model, m) => {
  const most = { weight: 1, hidden: 1, score: 1, error: 1, share: 1 };
  const see = (name, values) => {
    for (const one of values) most[name] = Math.max(most[name], Math.abs(one));
  };
  inputs[m].forEach((matrix) => see("weight", matrix));
  for (const step of model.steps) {
    see("weight", step.output);
    see("hidden", step.eh);
    see("score", step.u);
    see("error", step.ei);
    for (const y of [step.y, step.noise.y, step.tree.y]) see("share", y);
  }
  return most;
});
const most = (name) => largest[state.model][name];

// Colours: blue, the page, orange. Of the root of the value, so that small ones are seen too.
let ends;
const rgb = (name) => {
  const hex = colour(name);
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
};
function readColours() { ends = { low: rgb("--low"), zero: rgb("--zero"), high: rgb("--high") }; }
const luminance = (parts) => {
  const [r, g, b] = parts.map((part) => {
    const x = part / 255;
    return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
/// Sets a cell's number and colour, and its text to black or white, whichever is read better. Most
/// cells of W stay as they are from one step to the next.
function paint(cell, units, limit, text) {
  if (cell.units === units && cell.limit === limit && cell.ends === ends) return;
  Object.assign(cell, { units, limit, ends, textContent: text });
  const root = Math.min(1, Math.sqrt(Math.abs(units) / limit));
  const end = units < 0 ? ends.low : ends.high;
  const mixed = ends.zero.map((from, at) => Math.round(from + (end[at] - from) * root));
  cell.style.backgroundColor = `rgb(${mixed.join(" ")})`;
  cell.style.color = luminance(mixed) > 0.179 ? "#000" : "#fff";
}
function legend(text, limit, note = "") {
  const ticks = [-1, -0.25, 0, 0.25, 1].map((part) =>
    element("span", { text: fixed(limit * part, 2) }));
  return element("div", { class: "legend" }, element("span", { text }),
    element("div", { class: "ramp" }, element("div", { class: "colours" }),
      element("div", { class: "ticks" }, ...ticks)), note);
}

const equation = (numbers) => element("span", { class: "equation", text: ` Rong ${numbers}` });
const lower = (text) => element("sub", { text });
const scroller = (label, child) => element("div", { class: "scroll", "aria-label": label }, child);
/// What scrolls can be reached by keys, and has a name then; what does not is no stop on the way.
function nameScrollers() {
  for (const box of document.querySelectorAll(".scroll")) {
    const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
    for (const [name, text] of [["tabindex", "0"], ["role", "region"]]) {
      if (scrolls) box.setAttribute(name, text);
      else box.removeAttribute(name);
    }
  }
}

const chosenWord = () => (state.word < 0 ? predictedOf(current())[0] : state.word);
const predictedOf = (step) => (isSkipGram() ? step.context : [step.center]);
const inputsOf = (step) => (isSkipGram() ? [step.center] : step.context);

/// A table with a row a word: cells[j][column] are its td's.
function wordTable(label, columns, classes) {
  const rows = NAMES.map((name) => {
    const cells = columns.map(() => element("td"));
    const row = element("tr", { class: "choice" },
      element("th", { scope: "row", title: name }, wordElement(name)), ...cells);
    return { row, cells };
  });
  rows.forEach(({ row }, j) => row.addEventListener("click", () => { state.word = j; draw(); }));
  const heads = columns.map((column) => element("th", { scope: "col", text: column }));
  const table = element("table", { class: `rows ${classes}`, "aria-label": label },
    element("thead", {}, element("tr", {}, element("th", { scope: "col", text: "word" }), ...heads)),
    element("tbody", {}, ...rows.map(({ row }) => row)));
  return { table, rows, heads };
}
function markRows(table, inputRows, predicted) {
  table.rows.forEach(({ row }, j) => {
    row.classList.toggle("input", inputRows.has(j));
    row.classList.toggle("predicted", predicted.has(j));
    row.classList.toggle("chosen", j === chosenWord());
  });
}

const columns = Array.from({ length: D }, (_, i) => String(i + 1));
const inputTable = wordTable("W, a row a word", columns, "cells");
const outputTable = wordTable("W′, a row a word", columns, "cells");
const scoreTable = wordTable("scores, predictions and errors of all words",
  ["u", "y", "t", "e", "EI"], "");
const compareTable = wordTable("what the three predict", METHODS.map((name) => name.split(" ")[0]), "");
/// What a table's figure holds beside it, which changes with the model.
function figure(id, title, table) {
  const parts = { title: element("h3", { text: title }), text: element("p", { class: "note" }),
    foot: element("div") };
  const label = `${title}, table`;
  $(id).append(parts.title, parts.text, table ? scroller(label, table) : "", parts.foot);
  return parts;
}
const inputFigure = figure("input", "W, the input matrix", inputTable.table);
const outputFigure = figure("output", "W′, the output matrix", outputTable.table);
const wordsFigure = figure("words", "From scores to errors", scoreTable.table);
const compareFigure = figure("compare", "What each predicts", compareTable.table);
const panelChoice = element("select", { id: "panel",
  change: () => { state.panel = panelChoice.selectedIndex; draw(); } });
const panelLabel = element("label", { class: "note" }, "e of panel c: ", panelChoice);

const quoted = (j) => wordElement(NAMES[j]);

function fill(target, ...children) { target.replaceChildren(...children); }
const between = (items, separator) => items.flatMap((item, at) => (at ? [separator, item] : [item]));

function drawSentence(step) {
  const sentence = DATA.text.sentences[step.sentence];
  const window = DATA.settings.window;
  const words = sentence.map((word, at) => {
    const made = quoted(word);
    if (at === step.position) made.classList.add("center");
    else if (Math.abs(at - step.position) <= window) made.classList.add("context");
    return made;
  });
  fill($("sentence"), ...between(words, " "));
}

function drawStatus(step) {
  const rule = isSkipGram()
    ? ["center ", quoted(step.center), " is the input and predicts its context: "]
    : ["the mean of the context predicts the center ", quoted(step.center), ": "];
  fill($("status"), `Step ${state.step} of ${steps().length}, `,
    `sentence ${step.sentence + 1} of ${DATA.text.sentences.length}: `,
    ...rule, ...between(step.context.map(quoted), ", "), `. E = ${exact(step.loss)}`,
    equation(isSkipGram() ? "eq. (29)" : "eq. (21)"));
}

function drawMatrix(table, values) {
  table.rows.forEach(({ cells }, j) => {
    cells.forEach((cell, i) => {
      const units = values[j * D + i];
      paint(cell, units, most("weight"), short(units));
    });
  });
}

function drawMatrices(step) {
  const at = state.after ? state.step : state.step - 1;
  drawMatrix(inputTable, inputAt(at));
  drawMatrix(outputTable, outputAt(at));
  const inputRows = new Set(inputsOf(step));
  const predicted = new Set(predictedOf(step));
  markRows(inputTable, inputRows, new Set());
  markRows(outputTable, new Set(), predicted);
  fill(inputFigure.text, "Row k is v", lower("k"), ", the input vector of a word. ", ...(isSkipGram()
    ? ["▶ is the center: its row is h and alone moves.", equation("eqs. (24), (35)")]
    : ["▶ are the context: their mean is h and they alone move.", equation("eqs. (18), (23)")]));
  fill(outputFigure.text, "Row j is v′", lower("j"), ", the output vector of a word. ",
    "Every row is scored and every row moves; ● is predicted.",
    equation(isSkipGram() ? "eqs. (26), (34)" : "eqs. (2), (22)"));
  const note = `${state.after ? "after" : "before"} step ${state.step}`;
  fill(inputFigure.foot, legend(note, most("weight")));
  fill(outputFigure.foot, legend(note, most("weight")));
}

/// e_{c,j}: y_j less one in the panel's own word, and y_j - 0 in all others.
const panelError = (step, j) =>
  (predictedOf(step)[state.panel] === j ? step.own[state.panel] : step.y[j]);

function bar(cell, units) {
  cell.className = "bar";
  cell.style.setProperty("--part", `${(100 * units) / most("share")}%`);
  cell.textContent = fixed(units, 3);
  cell.units = units;
}

function drawScores(step) {
  const heads = isSkipGram()
    ? [["u", "(26)"], ["y", "(25)"], ["n", "Σ t"], ["e", "(30)"], ["EI", "(31)"]]
    : [["u", "(2)"], ["y", "(3)"], ["t", ""], ["e", "(8)"], ["EI", "= e"]];
  heads.forEach(([name, number], at) => fill(scoreTable.heads[at], name, element("br"), number));
  scoreTable.rows.forEach(({ cells }, j) => {
    paint(cells[0], step.u[j], most("score"), fixed(step.u[j], 3));
    bar(cells[1], step.y[j]);
    cells[2].textContent = String(step.t[j]);
    paint(cells[3], panelError(step, j), most("error"), fixed(panelError(step, j), 3));
    paint(cells[4], step.ei[j], most("error"), fixed(step.ei[j], 3));
  });
  markRows(scoreTable, new Set(), new Set(predictedOf(step)));
  const options = predictedOf(step).map((word, c) =>
    element("option", { text: `${c + 1}: ${NAMES[word]}` }));
  fill(panelChoice, ...options);
  panelChoice.selectedIndex = state.panel;
  fill(wordsFigure.text, "y is the prediction, ", ...(isSkipGram()
    ? ["n how often the word stands there, e = y − t the error of one panel (a context word; t is 1 ",
      "there, else 0), EI the sum of e over all panels. ", panelLabel]
    : ["t is 1 for the center, which is the one to be predicted, and e = y − t the error."]));
  fill(wordsFigure.foot, legend("u", most("score")), legend("e, EI", most("error")),
    element("p", { class: "note", text: `Bars of y end at ${fixed(most("share"), 3)}.` }));
}

const hiddenParts = figure("hidden", "h, EH and the rows of W that move");
const hiddenTable = element("div");
hiddenParts.text.after(scroller("h, EH and rows of W, table", hiddenTable));
function drawHidden(step) {
  const before = inputAt(state.step - 1);
  const after = inputAt(state.step);
  const line = (head, values, limit) => element("tr", {}, element("th", { scope: "row" }, ...head),
    ...values.map((units) => {
      const cell = element("td");
      paint(cell, units, limit, short(units));
      return cell;
    }));
  const rowOf = (matrix, row) => matrix.slice(row * D, (row + 1) * D);
  const lines = [line([`h ${isSkipGram() ? "(24)" : "(18)"}`], step.h, most("weight")),
    line([`EH ${isSkipGram() ? "(36)" : "(12)"}`], step.eh, most("hidden"))];
  for (const row of step.rows) {
    lines.push(line(["old ", quoted(row)], rowOf(before, row), most("weight")),
      line(["new ", quoted(row)], rowOf(after, row), most("weight")));
  }
  const heads = ["row", ...columns].map((text) => element("th", { scope: "col", text }));
  fill(hiddenTable,
    element("table", { class: "rows long cells", "aria-label": "h, EH and rows of W" },
      element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...lines)));
  const eta = DATA.models[state.model].alpha;
  fill(hiddenParts.text, "EH = Σ EI", lower("j"), " v′", lower("j"),
    ", with W′ as it was: the error, sent back to h. ", ...(isSkipGram()
      ? [`The center's row moves by −η EH, η = ${eta}.`, equation("eq. (35)")]
      : [`Each context word moves by −η EH / C, η = ${eta}, C = ${step.context.length}; `,
        "one that stands twice, twice.", equation("eq. (23)")]));
  fill(hiddenParts.foot, legend("h, rows", most("weight")), legend("EH", most("hidden")));
  showNumbers();
}

const workingParts = figure("working", "Word j, worked out");
const workingList = element("dl", { class: "working" });
workingParts.text.after(workingList);
function drawWorking(step) {
  const j = chosenWord();
  const old = outputAt(state.step - 1).slice(j * D, (j + 1) * D);
  const fresh = outputAt(state.step).slice(j * D, (j + 1) * D);
  const c = predictedOf(step).length;
  const eta = DATA.models[state.model].alpha;
  const number = (skipGram, cbow) => equation(`eq. (${isSkipGram() ? skipGram : cbow})`);
  const sub = () => lower("j");
  const truth = predictedOf(step)[state.panel] === j ? 1 : 0;
  const products = old.map((x, i) => `(${fixed(x, 3)})(${fixed(step.h[i], 3)})`).join(" + ");
  const change = `(${exact(step.ei[j])}) · (${exact(step.h[0])}) = ${exact(fresh[0])}`;
  const item = (head, ...text) => [element("dt", {}, ...head), element("dd", {}, ...text)];
  fill(workingParts.text, "Word j is ", quoted(j),
    `, which the text has ${DATA.words[j].count} times.`);
  fill(workingList,
    ...item(["score u", sub(), " = v′", sub(), " · h", number(26, 2)],
      `${products} = ${exact(step.u[j])}`),
    ...item(["prediction y", sub(), " = exp(u", sub(), ") / Σ exp(u)", number(25, 3)],
      exact(step.y[j])),
    ...item(["error in panel ", quoted(predictedOf(step)[state.panel]), ": e = y − t", number(30, 8)],
      `${exact(step.y[j])} − ${truth} = ${exact(panelError(step, j))}`),
    ...(isSkipGram() ? item(["over all panels EI", sub(), " = C y", sub(), " − n", sub(), number(31)],
      `${c} · ${exact(step.y[j])} − ${step.t[j]} = ${exact(step.ei[j])}`) : []),
    ...item(["new v′", sub(), " = old v′", sub(), " − η EI", sub(), " h", number(34, 22)],
      `first value: ${exact(old[0])} − ${eta} · ${change}`));
}

const lossParts = figure("losses", "Loss of the whole text");
const lossChart = element("div");
lossParts.text.after(lossChart);
const lossesAt = (s) => (s === 0 ? DATA.models[state.model].losses : steps()[s - 1].losses);
function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, text] of Object.entries(attributes)) made.setAttribute(name, text);
  made.append(...children);
  return made;
}
function drawLosses() {
  const width = Math.max(240, lossChart.clientWidth);
  const height = 260;
  const left = 34, right = 8, top = 10, bottom = 24;
  const even = Math.log(V);
  const all = [];
  for (let s = 0; s <= steps().length; ++s) all.push(lossesAt(s).map(value));
  const low = Math.min(...all.flat()) * 0.95;
  const high = Math.min(Math.max(even, ...all.flat()) * 1.03, 1.5 * even);
  const x = (s) => left + ((width - left - right) * s) / steps().length;
  const y = (loss) => top + ((height - top - bottom) * (high - Math.min(loss, high))) / (high - low);
  const parts = [];
  for (let tick = 0; tick <= 4; ++tick) {
    const loss = low + ((high - low) * tick) / 4;
    parts.push(svg("line", { class: "axis", x1: left, x2: width - right, y1: y(loss), y2: y(loss) }),
      svg("text", { x: left - 4, y: y(loss) + 4, "text-anchor": "end" }, loss.toFixed(2)));
    const s = Math.round((steps().length * tick) / 4);
    const anchor = ["start", "middle", "middle", "middle", "end"][tick];
    parts.push(svg("text", { x: x(s), y: height - 8, "text-anchor": anchor }, String(s)));
  }
  parts.push(svg("line", { class: "even", x1: left, x2: width - right, y1: y(even), y2: y(even) }));
  for (let m = 2; m >= 0; --m) {
    const points = all.map((losses, s) => `${x(s).toFixed(1)} ${y(losses[m]).toFixed(1)}`);
    const d = `M${points.join("L")}`;
    parts.push(svg("path", { class: `s${m}`, d }));
  }
  const now = x(state.step);
  parts.push(svg("line", { class: "now", x1: now, x2: now, y1: top, y2: height - bottom }));
  const told = METHODS.map((name, m) => `${name} ${exact(lossesAt(state.step)[m])}`).join(", ");
  const chart = svg("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img",
    "aria-label": `Mean loss of the text by steps; after step ${state.step}: ${told}` }, ...parts);
  chart.addEventListener("click", (event) => {
    const box = chart.getBoundingClientRect();
    go(Math.round(((event.clientX - box.left - left) / (box.width - left - right)) * steps().length));
  });
  fill(lossChart, chart);
  fill(lossParts.text, "Mean −log p of every word that is predicted in the text, in nats; the ",
    "thin line is log V, all words alike. What is far above it is drawn at the top.",
    equation(isSkipGram() ? "eqs. (29), (45)" : "eqs. (21), (45)"));
  const head = (text, at) => element("th", { class: at ? "n" : "", scope: "col", text });
  const line = (name, m) => element("tr", {},
    element("th", { scope: "row" }, svg("svg", { viewBox: "0 0 34 8", "aria-hidden": "true" },
      svg("path", { class: `s${m}`, d: "M0 4L34 4" })), ` ${name}`),
    ...[0, state.step, steps().length].map((s) =>
      element("td", { class: "n", text: fixed(lossesAt(s)[m], 3) })));
  fill(lossParts.foot, element("table", { class: "key", "aria-label": "losses" },
    element("thead", {}, element("tr", {},
      ...["trainer", "first", `after step ${state.step}`, "last"].map(head))),
    element("tbody", {}, ...METHODS.map(line))));
}

function drawCompare(step) {
  const shares = [step.y, step.noise.y, step.tree.y];
  compareTable.rows.forEach(({ cells }, j) => cells.forEach((cell, m) => bar(cell, shares[m][j])));
  markRows(compareTable, new Set(), new Set(predictedOf(step)));
  fill(compareFigure.text, "The probability of every word beside this ", isSkipGram() ? "center" : "context",
    ", by three models that began alike and have seen the same text: y; the softmax of the scores ",
    "of negative sampling; the product of the turns of the tree. ● stands there.",
    equation(isSkipGram() ? "eqs. (25), (37)" : "eqs. (3), (37)"));
  const moved = [V, new Set(step.noise.rows).size, new Set(step.tree.rows).size];
  fill(compareFigure.foot, element("p", { class: "note",
    text: `Rows of W′ that this step scores and moves: ${moved[0]} of ${V} words; ` +
      `${moved[1]} of ${V} words; ${moved[2]} of ${V - 1} inner nodes.` }));
}

const noiseParts = figure("noise", "Negative sampling");
const treeParts = figure("tree", "Hierarchical softmax");
function trials(target, label, heads, rows) {
  const table = element("table", { class: "rows", "aria-label": label },
    element("thead", {}, element("tr", {},
      ...heads.map((text) => element("th", { scope: "col", text })))),
    element("tbody", {}, ...rows));
  const region = scroller(label, table);
  region.classList.add("tall");
  fill(target, region, legend("e", 1 / DATA.unit));
}
function trialCells(part, at) {
  const cell = (units) => Object.assign(element("td", { text: fixed(units, 3) }), { units });
  const error = element("td");
  paint(error, part.e[at], 1 / DATA.unit, fixed(part.e[at], 3));
  return [element("td", { text: String(part.t[at]) }), cell(part.s[at]), cell(part.p[at]), error];
}
function drawTrials(step) {
  const { noise, tree } = step;
  trials(noiseParts.foot, "trials of negative sampling", ["word", "t", "v′·h", "σ", "e = σ − t"],
    noise.rows.map((word, at) => element("tr", { class: noise.t[at] ? "predicted" : "" },
      element("th", { scope: "row" }, quoted(word)), ...trialCells(noise, at))));
  fill(noiseParts.text, "Each word that stands there (t = 1), and behind it up to ",
    `${DATA.settings.negative} noise words (t = 0), drawn by count to the power 3/4. Only these rows `,
    "are scored, and only their errors are made small.",
    equation("eqs. (55)–(61)"));
  const rows = [];
  let at = 0;
  for (const word of predictedOf(step)) {
    for (const [node] of DATA.words[word].path) {
      rows.push(element("tr", {}, element("th", { scope: "row" }, quoted(word)),
        element("td", { text: String(node) }), ...trialCells(tree, at)));
      ++at;
    }
  }
  trials(treeParts.foot, "turns of hierarchical softmax",
    ["word", "node", "t", "v′·h", "σ", "e = σ − t"], rows);
  fill(treeParts.text, "The inner nodes on the way from the root of a Huffman tree to each word; t = 1 ",
    "where it turns left. The product of the turns' probabilities is p, and sums to 1 over all words.",
    equation("eqs. (37)–(54)"));
}

function showNumbers() {
  const bare = !$("numbers").checked;
  for (const table of document.querySelectorAll("table.cells")) {
    table.classList.toggle("bare", bare);
    table.classList.toggle("crowded", bare && D > 12);
    table.classList.toggle("wide", !bare);
    table.style.setProperty("--wide", `${94 + 31 * D}px`);
  }
}

function draw() {
  const step = current();
  state.panel = Math.min(state.panel, predictedOf(step).length - 1);
  $("step").value = state.step;
  $("step").setAttribute("aria-valuetext",
    `step ${state.step} of ${steps().length}, center ${NAMES[step.center]}`);
  $("where").textContent = `${state.step} / ${steps().length}`;
  $("word").selectedIndex = state.word + 1;
  $("center").value = String(step.center);
  for (const id of ["first", "back"]) $(id).disabled = state.step === 1;
  for (const id of ["next", "last"]) $(id).disabled = state.step === steps().length;
  drawSentence(step);
  drawStatus(step);
  drawMatrices(step);
  drawScores(step);
  drawHidden(step);
  drawWorking(step);
  drawLosses();
  drawCompare(step);
  drawTrials(step);
  nameScrollers();
}

function go(to) {
  state.step = Math.max(1, Math.min(steps().length, to));
  if (state.step === steps().length) stop();
  draw();
}
function stop() {
  clearInterval(state.timer);
  state.timer = 0;
  $("play").textContent = "Play";
  $("status").setAttribute("aria-live", "polite");
}
function play() {
  if (state.timer) return stop();
  if (state.step === steps().length) go(1);
  // A voice could not keep up.
  $("status").setAttribute("aria-live", "off");
  $("play").textContent = "Pause";
  state.timer = setInterval(() => go(state.step + 1), 1000 / Number($("speed").value));
}

function listen() {
  $("first").addEventListener("click", () => go(1));
  $("back").addEventListener("click", () => go(state.step - 1));
  $("play").addEventListener("click", play);
  $("next").addEventListener("click", () => go(state.step + 1));
  $("last").addEventListener("click", () => go(steps().length));
  $("step").addEventListener("input", () => go(Number($("step").value)));
  $("model").addEventListener("change", () => { state.model = $("model").selectedIndex; draw(); });
  $("moment").addEventListener("change", () => {
    state.after = $("moment").value === "after";
    draw();
  });
  $("word").addEventListener("change", () => { state.word = $("word").selectedIndex - 1; draw(); });
  // The next step of that center, or from the beginning the first.
  $("center").addEventListener("change", () => {
    const is = (step) => step.center === Number($("center").value);
    const ahead = steps().findIndex((step, at) => at >= state.step && is(step));
    go(1 + (ahead < 0 ? steps().findIndex(is) : ahead));
  });
  $("speed").addEventListener("change", () => { if (state.timer) { stop(); play(); } });
  $("numbers").addEventListener("change", () => { showNumbers(); nameScrollers(); });
  addEventListener("pointerover", ({ target }) => {
    if (target.units !== undefined) target.title = exact(target.units);
  });
  addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest("input, select")) return;  // which have keys of their own
    const keys = { ArrowLeft: () => go(state.step - 1), ArrowRight: () => go(state.step + 1),
      Home: () => go(1), End: () => go(steps().length) };
    if (!event.target.closest("button")) keys[" "] = play;
    // A region that scrolls sideways keeps its arrows.
    if (event.target.closest(".scroll") || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
}

function about() {
  const { settings, text } = DATA;
  fill($("about"), "Every number of ", element("bdi", { class: "word", text: text.name }),
    `: ${text.length} words in ${text.sentences.length} sentences; V = ${V}, which is ${V - 1} ` +
    "different words and </s>, the end of a sentence; vectors of " +
    `D = ${D} values, ${settings.window} words to each side of a center. ` +
    `A step is a center; the text is gone through again and again, ${settings.steps} steps in all. ` +
    "All is computed in double by the trainers that the engine is tested with; this page only " +
    "draws it, rounded to five decimals. Equation numbers are those of Xin Rong, word2vec " +
    "Parameter Learning Explained (arXiv 1411.2738).");
  $("eta").textContent =
    DATA.models.map((model) => `${model.alpha} of ${model.name}`).join(", ");
}

fill($("model"), ...DATA.models.map((model) => element("option", { text: model.name })));
const centers = new Set(DATA.models[0].steps.map((step) => step.center));
fill($("center"), ...[...centers].sort((a, b) => a - b).map((word) =>
  element("option", { value: String(word), text: NAMES[word] })));
fill($("word"), element("option", { text: "the first predicted" }),
  ...NAMES.map((text) => element("option", { text })));
$("step").max = DATA.settings.steps;
$("numbers").checked = D <= 12;
about();
listen();
redrawWith(() => { readColours(); draw(); });
