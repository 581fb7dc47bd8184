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
