// Numbers, as a person reads them.

const MEASURED = DATA.measured;
const byId = (id) => document.getElementById(id);

/// 1234567 as "1.23 M".
function short(value, digits = 3) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const units = [[1e12, " T"], [1e9, " G"], [1e6, " M"], [1e3, " k"]];
  for (const [size, name] of units) {
    if (Math.abs(value) >= size) return plain(value / size, digits) + name;
  }
  return plain(value, digits);
}

function plain(value, digits) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4) return value.toExponential(digits - 1);
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return value.toFixed(Math.min(decimals, 12));
}

/// short() of a round number: "50 M", not "50.0 M".
function round(value) {
  return short(Number(value.toPrecision(6))).replace(/(\.[0-9]*?)0+(?= |$)/, "$1").replace(/\.(?= |$)/, "");
}

function bytes(value) {
  if (value >= 2 ** 30) return plain(value / 2 ** 30, 3) + " GiB";
  return plain(value / 2 ** 20, 3) + " MiB";
}

function duration(seconds) {
  if (seconds < 10) return plain(seconds, 2) + " s";
  if (seconds < 90) return Math.round(seconds) + " s";
  if (seconds < 5400) return Math.round(seconds / 60) + " min";
  if (seconds < 172800) return plain(seconds / 3600, 3) + " h";
  return plain(seconds / 86400, 3) + " days";
}
