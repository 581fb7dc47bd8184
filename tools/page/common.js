// What all pages share. Words come from texts that anybody wrote: they are set as text, never as
// HTML.
const DATA = JSON.parse(document.getElementById("data").textContent);

/// An element with attributes (of which "text" is its text and a function listens) and children.
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") made.textContent = value;
    else if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/// A word of a text, by itself whatever its direction.
function wordElement(word, tag = "bdi") {
  return element(tag, { class: "word", text: word });
}

/// Colours of the theme that holds, for canvases: colour("--text").
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/// Calls draw() now, when the theme changes, and when the width does.
function redrawWith(draw) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  let waiting = false;
  addEventListener("resize", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; draw(); });
  });
  draw();
}
