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
