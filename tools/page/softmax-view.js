// The page: what is chosen, and what draws itself when it is.
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
