// The chosen word, its neighbours and what is said of it.
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
