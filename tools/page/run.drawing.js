// One curve as a drawing: SVG, whose colours are the theme's.

// As the parser knows it: the page has no address in it, not even this name.
const SVG = new DOMParser().parseFromString("<svg></svg>", "text/html").querySelector("svg").namespaceURI;

function svg(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/// Places for ticks, at 1, 2 or 5 times a power of ten.
function ticks(least, most, count) {
  const rough = (most - least) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999));
  const places = [];
  for (let at = Math.ceil(least / step - 1e-9) * step; at <= most + step * 1e-9; at += step) {
    places.push(Math.abs(at) < step * 1e-9 ? 0 : at);
  }
  return places;
}

const first = DATA.words_before;
const last = Math.max(DATA.words_done, first + 1);

function extent(curve) {
  let least = Infinity;
  let most = -Infinity;
  for (const { points } of curve.series) {
    for (const { y } of points) {
      least = Math.min(least, y);
      most = Math.max(most, y);
    }
  }
  if (curve.title === "Speed" || curve.title === "Memory" || curve.title === "Learning rate") least = 0;
  if (most - least < 1e-9 * Math.abs(most) || most === least) {
    const room = Math.abs(most) * 0.1 || 1;
    return [least - room, most + room];
  }
  const room = (most - least) * 0.05;
  return [least === 0 ? 0 : least - room, most + room];
}

function drawCurve(curve, box, width) {
  const height = 190;
  const left = 58;
  const right = 10;
  const top = 8;
  const bottom = 24;
  const [least, most] = extent(curve);
  const placeX = (x) => left + (x - first) / (last - first) * (width - left - right);
  const placeY = (y) => height - bottom - (y - least) / (most - least) * (height - top - bottom);
  const ends = curve.series.map(({ name, points }) => {
    const from = points[0];
    const to = points[points.length - 1];
    return `${name}: ${curve.show(from.y)} at ${short(from.x)} words, ${curve.show(to.y)} at ${short(to.x)} words`;
  });
  const drawing = svg("svg", {
    viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": `${curve.title}, ${curve.unit}. ${ends.join(". ")}. The table below has the values.`,
  });
  const inBytes = curve.title === "Memory";
  const unit = !inBytes ? 1 : most >= 2 ** 30 ? 2 ** 30 : 2 ** 20;
  for (const y of ticks(least / unit, most / unit, 5).map((at) => at * unit)) {
    drawing.append(
      svg("line", { class: "grid-line", x1: left, x2: width - right, y1: placeY(y), y2: placeY(y) }),
      svg("text", { x: left - 6, y: placeY(y) + 4, "text-anchor": "end" },
        inBytes ? `${round(y / unit)} ${unit === 2 ** 30 ? "GiB" : "MiB"}` : round(y)));
  }
  const epochs = DATA.text.words > 0 ? DATA.words / DATA.text.words : 0;
  for (let epoch = 1; epoch < epochs && epochs <= 40; ++epoch) {
    const x = epoch * DATA.text.words;
    if (x <= first || x >= last) continue;
    drawing.append(svg("line", { class: "epoch-line", x1: placeX(x), x2: placeX(x), y1: top, y2: height - bottom }));
  }
  for (const x of ticks(first, last, 5)) {
    const anchor = placeX(x) > width - 24 ? "end" : "middle";
    drawing.append(svg("text", { x: placeX(x), y: height - 7, "text-anchor": anchor }, round(x)));
  }
  curve.series.forEach(({ points, dots, second }) => {
    const style = second ? 1 : 0;
    const path = points.map(({ x, y }, k) => `${k === 0 ? "M" : "L"}${placeX(x).toFixed(1)} ${placeY(y).toFixed(1)}`);
    drawing.append(svg("path", { class: `curve s${style}`, d: path.join("") }));
    if (dots || points.length === 1) {
      for (const { x, y } of points.length > 80 ? [] : points) {
        drawing.append(svg("circle", { class: `d${style}`, cx: placeX(x), cy: placeY(y), r: 3.5 }));
      }
    }
  });
  const line = svg("line", { class: "cursor", y1: top, y2: height - bottom });
  drawing.append(line);
  drawing.addEventListener("pointermove", (event) => {
    const inside = drawing.getBoundingClientRect();
    const x = (event.clientX - inside.left) / inside.width * width;
    const part = Math.min(1, Math.max(0, (x - left) / (width - left - right)));
    byId("cursor").value = Math.round(part * byId("cursor").max);
    moveCursor();
  });
  box.replaceChildren(drawing);
  curve.move = (x) => {
    line.setAttribute("x1", placeX(x));
    line.setAttribute("x2", placeX(x));
  };
}
