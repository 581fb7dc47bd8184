#include "tools/run_history.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace hogvec::tools {
namespace {

using nlohmann::json;

constexpr std::size_t kMostPoints = 512;  // of a curve: a screen has no more places for them
constexpr std::size_t kMostEpochs = 1000;

/// What is not a number has no form in JSON but null.
json number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

/// With so many digits behind the point: no more than can be seen.
json rounded(double value, int digits) {
  const double scale = std::pow(10.0, digits);
  return number(std::round(value * scale) / scale);
}

json rounded_loss(const ChunkLoss& loss) {
  const auto mean = mean_loss(loss);
  return mean ? rounded(*mean, 6) : json(nullptr);
}

/// Points side by side become one, always the same ones, so that a curve does not tremble as it
/// grows.
json curve_json(const std::vector<CurvePoint>& curve) {
  std::size_t together = 1;
  while (curve.size() > kMostPoints * together) together *= 2;
  json words = json::array();
  json alpha = json::array();
  json loss = json::array();
  for (std::size_t begin = 0; begin < curve.size(); begin += together) {
    const std::size_t end = std::min(curve.size(), begin + together);
    ChunkLoss sum;
    for (std::size_t k = begin; k < end; ++k) sum += curve[k].loss;
    words.push_back(curve[end - 1].words);
    alpha.push_back(rounded(curve[begin].alpha, 9));
    loss.push_back(rounded_loss(sum));
  }
  return {{"words", std::move(words)}, {"alpha", std::move(alpha)}, {"loss", std::move(loss)}};
}

json epochs_json(const RunHistory& run) {
  json rows = json::array();
  const std::size_t step = (run.epochs.size() + kMostEpochs - 1) / kMostEpochs;
  for (std::size_t k = 0; k < run.epochs.size(); ++k) {
    if ((k + 1) % step != 0 && k + 1 != run.epochs.size()) continue;
    const EpochRow& epoch = run.epochs[k];
    json row{{"epoch", k + 1}, {"loss", number(epoch.loss)}, {"whole", epoch.whole}};
    if (epoch.perplexity) row["perplexity"] = number(*epoch.perplexity);
    rows.push_back(std::move(row));
  }
  return rows;
}

json held_out_json(const std::vector<HeldOutRow>& held_out) {
  json rows = json::array();
  for (const HeldOutRow& row : held_out) {
    rows.push_back(
        {{"epoch", row.epoch}, {"loss", number(row.loss)}, {"perplexity", number(row.perplexity)}});
  }
  return rows;
}

json look_json(const WordLook& look) {
  json near = json::array();
  for (const NearWord& word : look.near) near.push_back({word.word, rounded(word.cosine, 4)});
  json one{{"near", std::move(near)}};
  if (look.moved) one["moved"] = rounded(*look.moved, 4);
  return one;
}

json words_json(const RunHistory& run) {
  json words = json::array();
  for (std::size_t k = 0; k < run.watched.size(); ++k) {
    json looks = json::array();
    for (const WordsLook& look : run.looks) {
      json one = look_json(look.words[k]);
      one["epoch"] = look.epoch;
      looks.push_back(std::move(one));
    }
    words.push_back({{"word", run.watched[k].word},
                     {"count", run.watched[k].count},
                     {"looks", std::move(looks)}});
  }
  return words;
}

json settings_json(const std::vector<Setting>& settings) {
  json rows = json::array();
  for (const Setting& setting : settings) {
    json row{{"flag", setting.flag}, {"value", setting.value}, {"from", name_of(setting.from)}};
    if (setting.given) row["given"] = *setting.given;
    rows.push_back(std::move(row));
  }
  return rows;
}

json notes_json(const std::vector<RunNote>& notes, bool warnings) {
  json texts = json::array();
  for (const RunNote& note : notes) {
    if (note.warning == warnings) texts.push_back(note.text);
  }
  return texts;
}

json machine_json(const RunHistory& run) {
  const Machine& machine = run.machine;
  json all{{"processor", machine.processor}, {"system", machine.system},
           {"cores", machine.cores},         {"usable_cores", machine.usable},
           {"memory_bytes", machine.memory}, {"ranks", run.ranks}};
  if (!run.kernel.empty()) all["kernel"] = run.kernel;
  if (!run.softmax_kernel.empty()) all["softmax_kernel"] = run.softmax_kernel;
  return all;
}

json placement_json(const Placement& placement) {
  return {{"cores", placement.cores},
          {"domains", placement.domains},
          {"pinned", placement.pin},
          {"memory_nodes", placement.memory_nodes},
          {"round_trip_ns", rounded(placement.round_trip, 1)}};
}

/// All that depends on clocks, on memory and on what else the machine does.
json measured_json(const RunHistory& run, double wall) {
  json phases = json::array();
  for (std::size_t k = 0; k < kRunPhases; ++k) {
    phases.push_back({{"phase", name_of(static_cast<RunPhase>(k))},
                      {"seconds", rounded(run.phase_seconds[k], 3)}});
  }
  json seconds = json::array();
  json words = json::array();
  json memory = json::array();
  for (const RunSample& sample : run.samples) {
    seconds.push_back(rounded(sample.seconds, 3));
    words.push_back(std::round(sample.words));
    memory.push_back(sample.memory);
  }
  json all{{"written", rounded(wall, 3)},
           {"began", rounded(run.wall_begin, 3)},
           {"seconds", rounded(run.seconds, 3)},
           {"page_seconds", rounded(run.page_seconds, 4)},
           {"peak_bytes", run.peak_memory},
           {"phases", std::move(phases)},
           {"samples", {{"seconds", seconds}, {"words", words}, {"memory", memory}}},
           {"notes", notes_json(run.notes, false)}};
  if (run.placement) all["placement"] = placement_json(*run.placement);
  if (run.trained_seconds > 0) {
    all["train_seconds"] = rounded(run.trained_seconds, 3);
    all["words_per_second"] =
        rounded(static_cast<double>(run.trained_words) / run.trained_seconds, 1);
  }
  return all;
}

}  // namespace

const char* name_of(RunState state) noexcept {
  constexpr std::array<const char*, 5> kNames{"running", "finished", "stopped", "diverged",
                                              "failed"};
  return kNames[static_cast<std::size_t>(state)];
}

const char* name_of(RunPhase phase) noexcept {
  constexpr std::array<const char*, kRunPhases> kNames{
      "reading", "preparing", "training", "held-out", "neighbors", "keeping", "writing"};
  return kNames[static_cast<std::size_t>(phase)];
}

double wall_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

double training_seconds(const RunHistory& run) noexcept {
  return run.phase_seconds[static_cast<std::size_t>(RunPhase::kTraining)];
}

std::optional<double> mean_loss(const ChunkLoss& loss) {
  if (loss.examples == 0) return std::nullopt;
  const double mean = loss.sum / static_cast<double>(loss.examples);
  return std::isfinite(mean) ? std::optional(mean) : std::nullopt;
}

json page_data(const RunHistory& run, double wall) {
  json data{{"version", HOGVEC_VERSION},
            {"state", name_of(run.state)},
            {"phase", name_of(run.phase)},
            {"message", run.message},
            {"to_go_on", run.to_go_on},
            {"command", run.command},
            {"resumed", run.resumed},
            {"text",
             {{"name", run.text},
              {"words", run.text_words},
              {"unknown", run.unknown_words},
              {"vocabulary", run.vocabulary}}},
            {"words", run.words},
            {"words_before", run.words_before},
            {"words_done", std::round(run.words_done)},
            {"alpha", rounded(run.alpha, 9)},
            {"curve", curve_json(run.curve)},
            {"epochs", epochs_json(run)},
            {"held_out", held_out_json(run.held_out)},
            {"watched", words_json(run)},
            {"epochs_between_looks", run.epochs_between_looks},
            {"settings", settings_json(run.settings)},
            {"machine", machine_json(run)},
            {"warnings", notes_json(run.notes, true)},
            {"measured", measured_json(run, wall)}};
  if (run.plan) {
    data["epochs_planned"] = run.plan->epochs;
    data["loss_of"] = run.plan->full_softmax || run.plan->cbow() ? "center" : "pair";
  }
  return data;
}

}  // namespace hogvec::tools
