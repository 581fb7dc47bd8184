// Scales: what the colour of a dot means, and its legend.
const PALETTE = 8;
const ramp = ["--few", "--some", "--many", "--most"];
let pixelOf = new Uint32Array(N);  // the colour of each word
let group = null;                  // of each word, where the legend has groups; -1: none
let isolated = -1;                 // the group that alone is bright

/// "#rrggbb" as a pixel of an image, whose bytes are r, g, b, a.
function pixel(text) {
  const rgb = parseInt(text.slice(1), 16);
  return (0xff000000 | (rgb & 255) << 16 | (rgb & 0xff00) | rgb >> 16) >>> 0;
}

/// Colours between those of the ramp, as pixels: 0 is few.
function rampPixels() {
  const stops = ramp.map((name) => pixel(colour(name)));
  return Uint32Array.from({ length: 256 }, (_, k) => {
    const at = k / 256 * (stops.length - 1), stop = Math.floor(at), part = at - stop;
    let made = 0xff000000;
    for (const shift of [0, 8, 16]) {
      const from = stops[stop] >> shift & 255, to = stops[stop + 1] >> shift & 255;
      made |= Math.round(from + (to - from) * part) << shift;
    }
    return made >>> 0;
  });
}

function rampScale(name, values, low, high, logarithm = false) {
  const at = (value) => logarithm ? Math.log(value) : value;
  const from = at(low), range = at(high) - from || 1;
  return {
    name,
    paint() {
      const pixels = rampPixels(), none = pixel(colour("--none"));
      for (let i = 0; i < N; ++i) {
        const value = values(i);
        const part = (at(value) - from) / range;
        pixelOf[i] = value === null || Number.isNaN(part) ? none : pixels[Math.max(0, Math.min(255, Math.floor(part * 256)))];
      }
    },
    legend: () => [
      element("span", { text: numberText(low) }), element("span", { class: "ramp", role: "img", "aria-label": "colours from few to many" }),
      element("span", { text: numberText(high) + (logarithm ? " (logarithmic)" : "") }),
      ...(anyWithout((i) => values(i) === null ? -1 : 0) ? [element("span", { class: "dot", style: "background: var(--none)" }), "nothing is said"] : []),
    ],
  };
}

function numberText(value) {
  return Number.isInteger(value) ? number(value) : String(Number(value.toPrecision(4)));
}

function anyWithout(of) {
  for (let i = 0; i < N; ++i) if (of(i) < 0) return true;
  return false;
}

/// Groups with a colour each; behind the last of the palette they come again, or share one.
function groupScale(name, of, groups, rest) {
  return {
    name, of, groups,
    paint() {
      const pixels = Array.from({ length: PALETTE }, (_, k) => pixel(colour(`--m${k}`)));
      const none = pixel(colour("--none"));
      for (let i = 0; i < N; ++i) {
        pixelOf[i] = of(i) < 0 ? none : pixels[rest ? Math.min(of(i), PALETTE - 1) : of(i) % PALETTE];
      }
    },
    legend: () => [...groups.map((label, k) => element("button", {
      "aria-pressed": "false", title: "show these alone",
      click() {
        isolated = isolated === k ? -1 : k;
        for (const [at, button] of [...byId("legend").querySelectorAll("button")].entries()) {
          button.setAttribute("aria-pressed", String(at === isolated));
        }
        paintSoon();
      },
    }, element("span", { class: "dot", style: `background: var(--m${rest ? Math.min(k, PALETTE - 1) : k % PALETTE})` }), label)),
    ...(anyWithout(of) ? [element("span", { class: "dot", style: "background: var(--none)" }), "nothing is said"] : [])],
  };
}

function columnScale(column) {
  if (!column.values) {
    const shared = column.texts.length > PALETTE;
    const shown = column.texts.slice(0, shared ? PALETTE - 1 : PALETTE);
    const labels = shown.map((text) => wordElement(text.length > 40 ? text.slice(0, 40) + "…" : text));
    if (shared) labels.push(element("span", { text: `${number(column.texts.length - shown.length)} others` }));
    return groupScale(column.name, (i) => Math.min(column.textOf[i], PALETTE - 1), labels, true);
  }
  let low = Infinity, high = -Infinity;
  for (const value of column.values) {
    if (value === null) continue;
    low = Math.min(low, value); high = Math.max(high, value);
  }
  if (low > high) low = high = 0;
  return rampScale(column.name, (i) => column.values[i], low, high, low > 0 && high > 1000 * low);
}

const scales = [];
if (DATA.counts) {
  let low = Infinity, high = 1;
  for (const count of DATA.counts) {
    if (count > 0) low = Math.min(low, count);
    high = Math.max(high, count);
  }
  scales.push(rampScale("by count", (i) => DATA.counts[i] || null, Math.min(low, high), high, true));
}
scales.push({
  ...rampScale("by place in the file", (i) => N + 1 - (i + 1), 1, N),
  paint() {
    const pixels = rampPixels();
    for (let i = 0; i < N; ++i) pixelOf[i] = pixels[Math.floor(255 * (1 - Math.log(i + 1) / Math.log(N + 1)))];
  },
  legend: () => [
    element("span", { text: `place ${number(N)}` }), element("span", { class: "ramp", role: "img", "aria-label": "colours from the last place to the first" }),
    element("span", { text: "place 1 (logarithmic); word2vec's files begin with the most frequent word" }),
  ],
});
if (DATA.classes) {
  const labels = DATA.classes.typical.map((rows, k) => {
    const label = element("span", { text: `${k + 1}: ` });
    label.append(...wordList(rows.slice(0, 3)));
    return label;
  });
  scales.push(groupScale("by k-means class", (i) => DATA.classes.of[i], labels, false));
}
if (DATA.moved) scales.push(rampScale("by neighbours kept", (i) => DATA.moved.kept[i], 0, DATA.moved.k));
for (const column of DATA.columns) scales.push(columnScale({ ...column, name: `by ${shortened(column.name, 40)}` }));
let scale = scales[0];

function chooseScale(at) {
  scale = scales[at];
  isolated = -1;
  group = scale.of ?? null;
  byId("legend").replaceChildren(...scale.legend());
  recolour();
}

function recolour() { scale.paint(); paintSoon(); }
