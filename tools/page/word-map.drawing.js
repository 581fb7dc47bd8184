// Dots, labels and rings on the canvases.
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
