// The page, when all its parts are there.
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
