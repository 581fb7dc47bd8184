// The figures of a step: a function each, that draws anew what the step has.
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
