// Neighbors of words, and what has become of them.

/// What has become of a neighbor since the look before: an element, or nothing.
function moveElement(word, rank, before) {
  if (!before) return "";
  const was = before.near.findIndex(([other]) => other === word);
  if (was === rank) return "";
  const [kind, seen, heard] = was < 0 ? ["came", "new", "new"]
    : was > rank ? ["up", `▲${was - rank}`, `up ${was - rank}`]
      : ["down", `▼${rank - was}`, `down ${rank - was}`];
  return element("span", { class: `move ${kind}` }, element("span", { "aria-hidden": "true", text: seen }),
    element("span", { class: "heard", text: ` ${heard}` }));
}

function wordTable(looks, caption) {
  // The latest first: it is seen without scrolling.
  const order = looks.map((look, k) => ({ look, before: looks[k - 1] })).reverse();
  const head = element("tr", {}, element("th", { scope: "col" }, element("span", { class: "heard", text: "rank" })),
    ...order.map(({ look }) => element("th", { scope: "col", text: look.epoch === 0 ? "at first" : `epoch ${look.epoch}` })));
  const ranks = Math.max(0, ...looks.map((look) => look.near.length));
  const rows = [];
  for (let rank = 0; rank < ranks; ++rank) {
    rows.push(element("tr", {}, element("th", { scope: "row", text: `${rank + 1}` }),
      ...order.map(({ look, before }) => {
        if (rank >= look.near.length) return element("td");
        const [word, cosine] = look.near[rank];
        return element("td", {}, wordElement(word), ` ${cosine === null ? "" : cosine.toFixed(2)}`,
          moveElement(word, rank, before));
      })));
  }
  const summary = (text, value) => element("tr", {}, element("th", { scope: "row", text }),
    ...order.map(({ look, before }) => element("td", { text: before ? value(look, before) : "–" })));
  const kept = (look, before) => {
    const words = new Set(before.near.map(([word]) => word));
    return `${look.near.filter(([word]) => words.has(word)).length} of ${look.near.length}`;
  };
  const foot = element("tfoot", {}, summary("kept", kept),
    summary("cosine", (look) => (typeof look.moved === "number" ? look.moved.toFixed(3) : "–")));
  return element("table", {}, element("caption", { class: "heard", text: caption }),
    element("thead", {}, head), element("tbody", {}, ...rows), foot);
}

function showWords() {
  const looked = DATA.watched.filter(({ looks }) => looks.length > 0);
  const every = DATA.epochs_between_looks;
  byId("words-note").textContent = DATA.watched.length === 0
    ? "No word is looked at."
    : looked.length === 0 && !running
      ? "No epoch has ended, after which words are looked at."
    : looked.length === 0
      ? `${DATA.watched.length} words are looked at when ${every === 1 ? "an epoch has" : `${every} epochs have`} ended.`
      : `The nearest words by the cosine of their vectors${every > 1 ? `, every ${every} epochs` : ""}, the ` +
        "latest first; what has moved since the look before; how many of the ten it kept; and the cosine of " +
        "the word's own vector with the one before.";
  for (const { word, count, looks } of looked) {
    const caption = `Neighbors of ${word}`;
    byId("words").append(element("figure", {},
      element("h3", {}, wordElement(word), element("span", { class: "note", text: ` ${count.toLocaleString()} times in the text` })),
      element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, wordTable(looks, caption))));
  }
}
