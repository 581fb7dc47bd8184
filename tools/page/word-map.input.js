// The pointer and the keys; the search field, a combobox with a list.
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
