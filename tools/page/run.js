// How a run stands. page_data() of tools/run_history.cpp makes its data.

const running = DATA.state === "running";
const share = DATA.words > 0 ? DATA.words_done / DATA.words : 0;

/// Words a second: at the end as the report has it, else of the last moments.
function speed() {
  if (!running && MEASURED.words_per_second) return MEASURED.words_per_second;
  const recent = rates();
  return recent.length > 0 ? recent[recent.length - 1].y : null;
}

/// Speed over words, between moments so far apart that a chunk more or less is not seen.
function rates() {
  const samples = MEASURED.samples.seconds.map((seconds, k) => ({ seconds, words: MEASURED.samples.words[k] }));
  const changes = samples.filter(({ words }, k) => k === 0 || words !== samples[k - 1].words);
  if (changes.length < 2) return [];
  const span = changes[changes.length - 1].seconds - changes[0].seconds;
  const points = [];
  const apart = Math.min(5, Math.ceil(changes.length / 4));
  let to = 0;
  for (let from = 0; from < changes.length; ++from) {
    while (to < changes.length && (to - from < apart || changes[to].seconds - changes[from].seconds < span / 40)) ++to;
    if (to === changes.length) break;
    const words = changes[to].words - changes[from].words;
    points.push({ x: changes[from].words + words / 2, y: words / (changes[to].seconds - changes[from].seconds) });
  }
  return points.filter(({ y }) => Number.isFinite(y));
}

function statusText() {
  const phases = {
    reading: "Reads the text", preparing: "Prepares to train", training: "Trains",
    "held-out": "Asks how likely the held-out text is", neighbors: "Looks at neighbors",
    keeping: "Keeps the model of the epoch's end",
    writing: "Writes the vectors",
  };
  const ends = {
    finished: "Finished", stopped: "Stopped", diverged: "Diverged", failed: "Failed",
  };
  const parts = [running ? phases[DATA.phase] : ends[DATA.state]];
  const epochs = DATA.epochs_planned;
  const ofAll = `${short(DATA.words)} words, ${epochs} epoch${epochs === 1 ? "" : "s"}`;
  if (DATA.words > 0 && share < 1) {
    parts.push(`${plain(100 * share, 3)} % of ${ofAll}`, `in epoch ${Math.floor(share * epochs) + 1}`);
  } else if (DATA.words > 0) {
    parts.push(ofAll);
  }
  const rate = speed();
  if (rate > 0) parts.push(`${short(rate)} words/s`);
  if (running && rate > 0 && DATA.phase === "training") {
    parts.push(`about ${duration((DATA.words - DATA.words_done) / rate)} left`);
  }
  parts.push(`${duration(MEASURED.seconds)} ${running ? "so far" : "in all"}`);
  return parts.join(" · ");
}

function tellStatus() {
  byId("title").append("word2vec: ", wordElement(DATA.text.name));
  byId("status").textContent = statusText();
  byId("progress").value = 100 * share;
  byId("progress").textContent = plain(100 * share, 3) + " %";
  const when = new Date(MEASURED.written * 1000);
  byId("written").textContent = `As of ${when.toLocaleString()}.`;
  byId("message").textContent = DATA.message;
  if (DATA.state === "stopped" || !DATA.message) byId("message").classList.remove("warning");
  if (running) {
    const age = Date.now() / 1000 - MEASURED.written;
    if (age > 60) {
      byId("message").textContent = `This page is ${duration(age)} old, and a run writes its page ` +
        "every few seconds: it was killed, it is halted, or its disk is full." +
        ` If it is gone, ${DATA.to_go_on}`;
    }
    byId("follow-line").hidden = false;
    const follow = byId("follow");
    let timer = 0;
    const wait = () => {
      clearTimeout(timer);
      if (follow.checked) timer = setTimeout(() => location.reload(), 5000);
    };
    follow.checked = location.hash === "#follow";
    follow.addEventListener("change", () => {
      history.replaceState(null, "", follow.checked ? "#follow" : "#");
      wait();
    });
    wait();
  }
  if (DATA.resumed) {
    byId("resumed").textContent = DATA.words_before > 0
      ? `This run goes on from another, which trained ${short(DATA.words_before)} words. Of these ` +
        "the mean losses of epochs are known, and nothing else."
      : "This run goes on from another, which had not yet trained.";
  }
  for (const [name, texts] of [["warnings", DATA.warnings], ["notes", MEASURED.notes]]) {
    byId(`${name}-section`).hidden = texts.length === 0;
    for (const text of texts) byId(name).append(element("li", { class: "word", text }));
  }
}

tellStatus();
showCurves();
showEpochs();
showWords();
showPhases();
showMachine();
showSettings();
