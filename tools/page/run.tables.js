// Epochs, phases, the machine and the settings.

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
