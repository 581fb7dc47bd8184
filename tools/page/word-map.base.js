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
