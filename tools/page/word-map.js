// A map of words on canvases. Dots are written into the pixels of an image, which draws 50,000 of
// them faster than any call for each; labels stand where there is room, frequent words first.
const N = DATA.words.length;
const K = DATA.neighbors;
const byId = (id) => document.getElementById(id);
const number = (value, digits = 0) =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

/// Numbers from base64. The lowest byte is first, as in every machine that shows pages.
function unpacked(text, Numbers) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Numbers(bytes.buffer);
}

function once(make) {
  let made;
  return () => (made ??= make());
}

/// Of each model its places in the unit square, y upwards, and, when somebody asks, its neighbours.
const maps = DATA.models.map((model) => {
  const points = unpacked(model.points, Uint16Array);
  const map = { model, x: new Float32Array(N), y: new Float32Array(N) };
  for (let i = 0; i < N; ++i) {
    map.x[i] = points[2 * i] / 65535;
    map.y[i] = points[2 * i + 1] / 65535;
  }
  map.rows = once(() => unpacked(model.rows, N > 65536 ? Uint32Array : Uint16Array));
  map.cosines = once(() => unpacked(model.cosines, Int16Array));
  map.near = (i) => Array.from(map.rows().subarray(i * K, i * K + K));
  return map;
});

// ---- What is seen -------------------------------------------------------------------------------

/// The middle of the view, and CSS pixels of a unit; of all maps, since they show the same words.
const view = { x: 0.5, y: 0.5, scale: 1 };
let wholeScale = 1;  // with which all is seen
let chosen = -1;
let hovered = -1;

function wholeMap() {
  let left = 1, right = 0, bottom = 1, top = 0;
  for (const map of maps) {
    for (let i = 0; i < N; ++i) {
      left = Math.min(left, map.x[i]); right = Math.max(right, map.x[i]);
      bottom = Math.min(bottom, map.y[i]); top = Math.max(top, map.y[i]);
    }
  }
  const { width, height } = maps[0];
  wholeScale = Math.max(20, Math.min((width - 60) / Math.max(right - left, 1e-3), (height - 40) / Math.max(top - bottom, 1e-3)));
  wholeScale = Math.min(wholeScale, 2000);
  return { x: (left + right) / 2, y: (bottom + top) / 2, scale: wholeScale };
}

function showWhole() { Object.assign(view, wholeMap()); paintSoon(); }

/// Zooms, and what is at the place (pixels from the middle) stays there.
function zoom(factor, px = 0, py = 0) {
  const scale = Math.min(Math.max(view.scale * factor, wholeScale / 2), wholeScale * 400);
  view.x += px / view.scale - px / scale;
  view.y -= py / view.scale - py / scale;
  view.scale = scale;
  paintSoon();
}

function move(px, py) {
  view.x = Math.min(Math.max(view.x + px / view.scale, -0.1), 1.1);
  view.y = Math.min(Math.max(view.y - py / view.scale, -0.1), 1.1);
  paintSoon();
}

// ---- Colours ------------------------------------------------------------------------------------

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

// ---- Drawing ------------------------------------------------------------------------------------

function shortened(word, most = 28) {
  const letters = Array.from(word.slice(0, 4 * most));
  return letters.length > most ? letters.slice(0, most - 1).join("") + "…" : letters.join("");
}

/// The pixels of a dot: places from its middle and how much each is covered, in 256ths.
const dots = new Map();
function dotOf(radius) {
  const key = Math.round(radius * 4);
  if (!dots.has(key)) {
    const r = key / 4, reach = Math.ceil(r), pixels = [];
    for (let y = -reach; y <= reach; ++y) {
      for (let x = -reach; x <= reach; ++x) {
        const covered = Math.min(1, Math.max(0, r + 0.5 - Math.hypot(x, y)));
        if (covered > 0.02) pixels.push({ x, y, covered: Math.round(covered * 230) });
      }
    }
    dots.set(key, { reach, pixels });
  }
  return dots.get(key);
}

function radius() {
  const base = N > 20000 ? 1.1 : N > 6000 ? 1.5 : N > 1500 ? 2.1 : 3;
  return Math.min(base * Math.pow(Math.max(1, view.scale / wholeScale), 0.3), 5.5);
}

/// Writes the dots of words into the image: all, or those of the group that is isolated, or others.
function writeDots(map, ratio, wanted, strength) {
  const { pixels, pixelWidth: width, pixelHeight: height, x, y } = map;
  const { reach, pixels: dot } = dotOf(radius() * ratio);
  const count = dot.length;
  const offsets = Int32Array.from(dot, (part) => part.y * width + part.x);
  const covers = Int32Array.from(dot, (part) => Math.round(part.covered * strength));
  const factor = view.scale * ratio;
  const left = width / 2 - view.x * factor, top = height / 2 + view.y * factor;
  for (let i = N - 1; i >= 0; --i) {  // the most frequent above all others
    const px = Math.round(left + x[i] * factor), py = Math.round(top - y[i] * factor);
    if (px < reach || py < reach || px >= width - reach || py >= height - reach) continue;
    if (wanted && !wanted(i)) continue;
    const at = py * width + px;
    const paint = pixelOf[i], paintRB = paint & 0xff00ff, paintG = paint & 0xff00;
    for (let k = 0; k < count; ++k) {
      const below = pixels[at + offsets[k]], cover = covers[k];
      const rb = ((below & 0xff00ff) * (256 - cover) + paintRB * cover) / 256 & 0xff00ff;
      const g = ((below & 0xff00) * (256 - cover) + paintG * cover) / 256 & 0xff00;
      pixels[at + offsets[k]] = 0xff000000 | rb | g;
    }
  }
}

const FONT = 'px system-ui, "Liberation Sans", sans-serif';
const LABEL_SIZE = 12;
const CELL = 8;  // labels keep each other away by cells of so many pixels
const labels = Array(N);
const widths = new Float32Array(N);

/// Of each map a word's place on its canvas, in CSS pixels.
const placeX = (map, i) => (map.x[i] - view.x) * view.scale + map.width / 2;
const placeY = (map, i) => (view.y - map.y[i]) * view.scale + map.height / 2;

/// Draws labels in this order of words where there is room. The cells are of the plane and not of
/// the canvas, so that labels stay when the map is moved.
function drawLabels(map, order, most, important) {
  const { context, width, height } = map;
  const originX = Math.floor((view.x * view.scale - width / 2) / CELL) - 1;
  const originY = Math.floor((-view.y * view.scale - height / 2) / CELL) - 1;
  const across = Math.ceil(width / CELL) + 3, down = Math.ceil(height / CELL) + 3;
  const taken = map.taken?.length === across * down ? map.taken.fill(0) : (map.taken = new Uint8Array(across * down));
  const gap = radius() + 3;
  let drawn = 0;
  const text = colour("--text"), halo = colour("--page");
  context.textBaseline = "middle";
  context.lineJoin = "round";
  for (let k = 0; k < order.length && drawn < most; ++k) {
    const i = order[k];
    const px = placeX(map, i), py = placeY(map, i);
    if (px < 0 || py < 0 || px > width || py > height) continue;
    const worldX = map.x[i] * view.scale, worldY = -map.y[i] * view.scale;
    const top = Math.floor((worldY - LABEL_SIZE / 2) / CELL) - originY;
    const bottom = Math.floor((worldY + LABEL_SIZE / 2) / CELL) - originY;
    if (k >= important && px + 2 * LABEL_SIZE < width) {  // most end here, and are not measured
      const start = Math.floor((worldX + gap) / CELL) - originX;
      if (taken[top * across + start] || taken[bottom * across + start]) continue;
    }
    if (!widths[i]) {
      labels[i] = shortened(DATA.words[i]);
      context.font = LABEL_SIZE + FONT;
      widths[i] = context.measureText(labels[i]).width + 1;
    }
    const from = px + gap + widths[i] > width ? -gap - widths[i] : gap;  // where the canvas ends
    const left = Math.floor((worldX + from) / CELL) - originX;
    const right = Math.min(across - 1, Math.floor((worldX + from + widths[i]) / CELL) - originX);
    let free = true;
    for (let row = top; row <= bottom && free; ++row) {
      for (let column = left; column <= right && free; ++column) free = !taken[row * across + column];
    }
    if (!free && !(k === 0 && important > 0)) continue;
    for (let row = Math.max(0, top); row <= Math.min(down - 1, bottom); ++row) {
      for (let column = Math.max(0, left); column <= right; ++column) taken[row * across + column] = 1;
    }
    ++drawn;
    context.font = (k < important ? "600 " : "") + LABEL_SIZE + FONT;
    context.strokeStyle = halo;
    context.lineWidth = 3;
    context.strokeText(labels[i], px + from, py);
    context.fillStyle = text;
    context.fillText(labels[i], px + from, py);
  }
}

function drawRing(map, i, size) {
  const { context } = map;
  context.beginPath();
  context.arc(placeX(map, i), placeY(map, i), size, 0, 2 * Math.PI);
  context.stroke();
}

/// The chosen word, and lines to its neighbours.
function drawChosen(map) {
  const { context } = map;
  context.strokeStyle = colour("--focus");
  context.globalAlpha = 0.55;
  context.lineWidth = 1.2;
  context.beginPath();
  for (const near of map.near(chosen)) {
    context.moveTo(placeX(map, chosen), placeY(map, chosen));
    context.lineTo(placeX(map, near), placeY(map, near));
  }
  context.stroke();
  context.globalAlpha = 1;
  context.lineWidth = 2;
  for (const near of map.near(chosen)) drawRing(map, near, radius() + 2);
  context.lineWidth = 3;
  drawRing(map, chosen, radius() + 5);
}

const everyWord = Uint32Array.from({ length: N }, (_, i) => i);

function paint(map) {
  const { context, width, height, ratio, pixels } = map;
  pixels.fill(pixel(colour("--page")));
  if (isolated >= 0) {
    writeDots(map, ratio, (i) => group(i) !== isolated, 0.12);
    writeDots(map, ratio, (i) => group(i) === isolated, 1);
  } else {
    writeDots(map, ratio, null, 1);
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.putImageData(map.image, 0, 0);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const first = [];
  if (hovered >= 0) first.push(hovered);
  if (chosen >= 0) {
    drawChosen(map);
    first.push(chosen, ...map.near(chosen));
  }
  const important = first.length;
  let order = everyWord;
  if (isolated >= 0) order = everyWord.filter((i) => group(i) === isolated);
  if (important) {
    const said = new Set(first);
    order = [...said, ...order.filter((i) => !said.has(i))];
  }
  drawLabels(map, order, Math.ceil(width * height / 5500), Math.min(important, new Set(first).size));
  if (map.canvas.matches(":focus-visible")) {
    context.strokeStyle = colour("--focus");
    context.lineWidth = 1.5;
    context.beginPath();
    for (const [dx, dy] of [[8, 0], [0, 8]]) {
      context.moveTo(width / 2 - dx, height / 2 - dy);
      context.lineTo(width / 2 + dx, height / 2 + dy);
    }
    context.stroke();
  }
}

let painting = false;
function paintSoon() {
  if (painting) return;
  painting = true;
  requestAnimationFrame(() => {
    painting = false;
    for (const map of maps) paint(map);
  });
}

/// Canvases of the size that the page gives them.
function fit() {
  for (const map of maps) {
    const { canvas } = map;
    map.ratio = Math.min(devicePixelRatio || 1, 2);
    map.width = canvas.clientWidth;
    map.height = canvas.clientHeight;
    map.pixelWidth = canvas.width = Math.max(1, Math.round(map.width * map.ratio));
    map.pixelHeight = canvas.height = Math.max(1, Math.round(map.height * map.ratio));
    map.image = map.context.createImageData(map.pixelWidth, map.pixelHeight);
    map.pixels = new Uint32Array(map.image.data.buffer);
  }
}

// ---- The chosen word ----------------------------------------------------------------------------

/// The dots nearest to a word on a map: what the picture says its neighbours are.
function nearestDots(map, word, count) {
  const distance = (i) => (map.x[i] - map.x[word]) ** 2 + (map.y[i] - map.y[word]) ** 2;
  const best = [];
  for (let i = 0; i < N; ++i) {
    const away = distance(i);
    if (i === word || (best.length === count && away >= best[count - 1].away)) continue;
    best.push({ i, away });
    best.sort((a, b) => a.away - b.away);
    if (best.length > count) best.pop();
  }
  return best.map(({ i }) => i);
}

function facts(i) {
  const list = element("dl");
  const add = (name, ...value) => list.append(element("dt", {}, name), element("dd", {}, ...value));
  add("place", `${number(i + 1)} of ${number(N)}`);
  if (DATA.counts) add("count", number(DATA.counts[i]));
  if (DATA.classes) add("class", String(DATA.classes.of[i] + 1));
  if (DATA.moved) add("kept", `${DATA.moved.kept[i]} of ${DATA.moved.k} neighbours`);
  for (const column of DATA.columns) {
    const name = wordElement(shortened(column.name, 60));
    if (column.values) add(name, column.values[i] === null ? "–" : String(column.values[i]));
    else add(name, column.textOf[i] < 0 ? "–" : wordElement(column.texts[column.textOf[i]]));
  }
  return list;
}

function neighbourList(map, i, others) {
  const dots = new Set(nearestDots(map, i, K));
  const rows = map.near(i);
  const seen = rows.filter((row) => dots.has(row)).length;
  const list = element("ol", { class: "near" });
  rows.forEach((row, k) => {
    const cosine = map.cosines()[i * K + k] / 10000;
    list.append(element("li", {},
      element("button", { click: () => choose(row, true), "aria-label": `${DATA.words[row]}, cosine ${number(cosine, 3)}` }, wordElement(DATA.words[row])),
      ...(others?.has(row) ? [element("span", { class: "both", text: "both" })] : []),
      element("span", { class: "cosine", text: number(cosine, 3) })));
  });
  return [list, element("p", { class: "note", text: `On the map ${seen} of ${K === 1 ? "this 1" : `these ${K}`} ${seen === 1 ? "is" : "are"} among its ${K} nearest dots.` })];
}

function showWord() {
  const panel = byId("word");
  if (chosen < 0) {
    panel.replaceChildren(element("h2", { id: "chosen", text: "No word is chosen" }),
      element("p", { class: "note", text: "Find one above, or click a dot: here come the words whose vectors are nearest to its own." }));
    return;
  }
  panel.replaceChildren(element("h2", { id: "chosen" }, wordElement(DATA.words[chosen])), facts(chosen));
  if (K === 0) return;
  maps.forEach((map, at) => {
    const others = maps.length > 1 ? new Set(maps[1 - at].near(chosen)) : null;
    panel.append(element("h3", {}, maps.length > 1 ? wordElement(map.model.name) : "Neighbours, by cosine"), ...neighbourList(map, chosen, others));
  });
}

/// Chooses a word; where it is out of sight, or it is asked for, the map goes there.
function choose(i, go = false) {
  chosen = i;
  showWord();
  if (i < 0) return paintSoon();
  const map = maps[0];
  const px = placeX(map, i), py = placeY(map, i);
  if (go && (px < 40 || py < 30 || px > map.width - 90 || py > map.height - 30)) {
    view.x = map.x[i];
    view.y = map.y[i];
  }
  paintSoon();
  const near = map.near(i).slice(0, 3);
  say(wordElement(DATA.words[i]), near.length ? "; nearest: " : "", ...wordList(near));
}

function say(...parts) { byId("status").replaceChildren(...parts); }

/// Words with commas between them.
function wordList(rows) {
  return rows.flatMap((row, at) => [at ? ", " : "", wordElement(shortened(DATA.words[row], 40))]);
}

// ---- The pointer and the keys -------------------------------------------------------------------

/// The word whose dot is under the pointer; -1 where there is none.
function wordAt(map, px, py, reach) {
  let best = -1, least = reach * reach;
  for (let i = 0; i < N; ++i) {
    const away = (placeX(map, i) - px) ** 2 + (placeY(map, i) - py) ** 2;
    if (away < least) { least = away; best = i; }
  }
  return best;
}

function listenTo(map) {
  const { canvas } = map;
  const pointers = new Map();
  let moved = 0;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (!pointers.size) moved = 0;
    pointers.set(event.pointerId, place(event));
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const now = place(event), before = pointers.get(event.pointerId);
    if (!before) {
      const over = wordAt(map, now.x, now.y, 10);
      if (over !== hovered) { hovered = over; canvas.classList.toggle("over", over >= 0); paintSoon(); }
      return;
    }
    moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, now);
    if (other) {
      const was = Math.hypot(before.x - other.x, before.y - other.y), is = Math.hypot(now.x - other.x, now.y - other.y);
      if (was > 0) zoom(is / was, (now.x + other.x) / 2 - map.width / 2, (now.y + other.y) / 2 - map.height / 2);
      move((before.x - now.x) / 2, (before.y - now.y) / 2);
    } else {
      move(before.x - now.x, before.y - now.y);
    }
  });
  const end = (event) => {
    const was = pointers.get(event.pointerId);
    pointers.delete(event.pointerId);
    if (event.type !== "pointerup" || !was || moved > 6 || pointers.size) return;
    const word = wordAt(map, was.x, was.y, event.pointerType === "mouse" ? 12 : 24);
    if (word >= 0) choose(word);
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("pointerleave", () => { if (hovered >= 0) { hovered = -1; paintSoon(); } });
  canvas.addEventListener("wheel", (event) => {
    // Else the page could not be scrolled beyond the map.
    if (document.activeElement !== canvas && !event.ctrlKey) return;
    event.preventDefault();
    const { x, y } = place(event);
    zoom(Math.pow(2, -Math.max(-1, Math.min(1, event.deltaY / 200))), x - map.width / 2, y - map.height / 2);
  }, { passive: false });
  for (const type of ["focus", "blur"]) canvas.addEventListener(type, paintSoon);
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 240 : 60;
    const keys = {
      ArrowLeft: () => move(-step, 0), ArrowRight: () => move(step, 0), ArrowUp: () => move(0, -step), ArrowDown: () => move(0, step),
      "+": () => zoom(1.4), "=": () => zoom(1.4), "-": () => zoom(1 / 1.4), "_": () => zoom(1 / 1.4), 0: showWhole, Home: showWhole,
      Enter: () => choose(wordAt(map, map.width / 2, map.height / 2, Infinity)), Escape: () => choose(-1),
    };
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
}

// ---- The search field, a combobox with a list -----------------------------------------------------

const search = byId("search"), found = byId("found");
const folded = once(() => DATA.words.map((word) => word.toLowerCase()));
let hits = [];
let active = -1;

/// Words that begin with the text, then those that have it in them; the most frequent first.
function wordsWith(text) {
  const MOST = 12, begin = [], within = [];
  const wanted = text.toLowerCase();
  for (let i = 0; i < N && begin.length < MOST; ++i) {
    const at = folded()[i].indexOf(wanted);
    if (at === 0) begin.push(i);
    else if (at > 0 && within.length < MOST) within.push(i);
  }
  const exact = begin.findIndex((i) => DATA.words[i] === text);
  if (exact > 0) begin.unshift(...begin.splice(exact, 1));
  return [...begin, ...within].slice(0, MOST);
}

function openList() {
  hits = search.value ? wordsWith(search.value) : [];
  found.replaceChildren(...hits.map((row, k) => element("li", {
    role: "option", id: `found-${k}`, "aria-selected": "false",
    mousedown: (event) => event.preventDefault(), click: () => take(k),
  }, wordElement(shortened(DATA.words[row], 60)))));
  found.hidden = !hits.length;
  search.setAttribute("aria-expanded", String(hits.length > 0));
  point(-1);
  if (search.value && !hits.length) say("No word on the map has this in it.");
  else if (hits.length) say(`${hits.length === 1 ? "1 word" : `${hits.length} words`} to choose from.`);
}

function closeList() {
  found.hidden = true;
  search.setAttribute("aria-expanded", "false");
  point(-1);
}

function point(k) {
  active = k;
  for (const [at, item] of [...found.children].entries()) item.setAttribute("aria-selected", String(at === k));
  if (k < 0) search.removeAttribute("aria-activedescendant");
  else {
    search.setAttribute("aria-activedescendant", `found-${k}`);
    found.children[k].scrollIntoView({ block: "nearest" });
  }
}

function take(k) {
  const row = hits[k];
  if (row === undefined) return;
  search.value = DATA.words[row];
  closeList();
  choose(row, true);
}

search.addEventListener("input", openList);
search.addEventListener("blur", closeList);
search.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    if (found.hidden) openList();
    if (hits.length) point((active + step + hits.length + (active < 0 && step < 0 ? 1 : 0)) % hits.length);
  } else if (event.key === "Enter") {
    if (found.hidden) openList();
    take(Math.max(active, 0));
  } else if (event.key === "Escape") {
    if (found.hidden) search.value = "";
    closeList();
  }
});

// ---- The page -----------------------------------------------------------------------------------

function qualityText(quality) {
  if (!quality) return "Trustworthiness and continuity: not to be had of fewer than three words.";
  const of = quality.asked < N ? `${number(quality.asked)} of the ${number(N)} words, ranks among all` : "all words";
  return `Trustworthiness ${number(quality.trustworthiness, 3)}, continuity ${number(quality.continuity, 3)} (of the ${quality.k} nearest; over ${of}).`;
}

byId("title").textContent = document.title;
byId("how").append(...DATA.projection.map((text) => element("p", { class: "note", text })));
for (const map of maps) {
  const canvas = element("canvas", {
    tabindex: "0", role: "application", "aria-roledescription": "map", "aria-describedby": "keys",
    "aria-label": `Map of ${number(N)} words of ${map.model.name}`,
  });
  const name = element("b", {}, wordElement(map.model.name));
  byId("maps").append(element("figure", {}, element("figcaption", {}, name, `, ${number(map.model.dim)} dimensions. ${qualityText(map.model.quality)}`), canvas));
  map.canvas = canvas;
  map.context = canvas.getContext("2d", { alpha: false });
  listenTo(map);
}
byId("by").append(...scales.map((each, k) => element("option", { value: k, text: each.name })));
byId("by").addEventListener("change", (event) => chooseScale(Number(event.target.value)));
byId("in").addEventListener("click", () => zoom(1.6));
byId("out").addEventListener("click", () => zoom(1 / 1.6));
byId("whole").addEventListener("click", showWhole);
if (DATA.moved) {
  byId("moved").hidden = false;
  byId("moved-how").textContent = `How many of a word's ${DATA.moved.k} nearest words, among those on the map, are the same in both models, those with the fewest first, and of equals the one that comes first in the file. Turning or scaling a space changes nothing of that, and the distance between a word's two places on the maps says little of it. Rare words lose neighbours by chance too: two runs of one training with other seeds have such a list.`;
  byId("moved-list").append(...DATA.moved.most.map((row) => element("li", {},
    element("button", { click: () => choose(row, true) }, wordElement(shortened(DATA.words[row], 60))),
    element("span", { class: "kept", text: ` kept ${DATA.moved.kept[row]} of ${DATA.moved.k}` }))));
}
byId("notes").append(...DATA.notes.map((text) => element("li", { text })));
byId("notes").hidden = !DATA.notes.length;
showWord();
chooseScale(0);
fit();
showWhole();
let width = innerWidth;
redrawWith(() => {
  fit();
  if (width !== innerWidth) { width = innerWidth; showWhole(); }
  recolour();
  maps.forEach(paint);  // at once: a canvas of another size is black until it is painted
});
