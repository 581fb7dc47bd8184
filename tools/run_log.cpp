#include "tools/run_log.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "io/error.hpp"

namespace hogvec::tools {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostWaiting = 64 << 20;  // bytes for a disk that is full: days of a run

// Points of a run, as many as a chart can show, and those of a slow one every ten seconds.
constexpr std::size_t kPoints = 512;
constexpr double kLate = 10;

ordered_json number(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

double milliseconds(double seconds) { return std::round(seconds * 1e3) / 1e3; }

ordered_json object_of(const char* kind, std::uint64_t step, double wall) {
  return {{"kind", kind}, {"step", step}, {"wall_time", milliseconds(wall)}};
}

ordered_json note_json(const RunNote& note, std::uint64_t step, double wall) {
  ordered_json object = object_of(note.warning ? "warning" : "note", step, wall);
  object["text"] = note.text;
  return object;
}

}  // namespace

void RunLog::line(const ordered_json& object) {
  // Words and names may be any bytes; escaped, a line is a line for every reader.
  waiting_ += object.dump(-1, ' ', true, ordered_json::error_handler_t::replace) + "\n";
}

void RunLog::begin(const RunHistory& run) {
  begun_ = true;
  step_ = run.words_before;
  words_ = run.words_done;
  seconds_ = training_seconds(run);
  epochs_ = run.epochs_before;
  ordered_json object = object_of("run", step_, wall_now());
  object["version"] = HOGVEC_VERSION;
  object["command"] = run.command;
  object["resumed"] = run.resumed;
  object["text"] = run.text;
  object["text_words"] = run.text_words;
  object["vocabulary"] = run.vocabulary;
  object["words"] = run.words;
  object["kernel"] = run.kernel;
  object["processor"] = run.machine.processor;
  object["cores"] = run.machine.usable;
  object["ranks"] = run.ranks;
  for (const Setting& setting : run.settings) object["settings"][setting.flag] = setting.value;
  // Not before what was said before.
  if (!early_.empty()) object["wall_time"] = milliseconds(early_.front().wall);
  line(object);
  for (const EarlyNote& one : early_) line(note_json(one.note, step_, one.wall));
  early_.clear();
  if (!run.looks.empty()) look(run);
}

void RunLog::scalar(std::string_view tag, double value, std::uint64_t words) {
  // A rank of several knows how many words all have trained but for some.
  step_ = std::max(step_, words);
  ordered_json object = object_of("scalar", step_, wall_now());
  object["tag"] = tag;
  object["value"] = number(value);
  line(object);
}

void RunLog::points(const RunHistory& run, bool all) {
  const double seconds = training_seconds(run);
  const double passed = seconds - seconds_;
  const std::size_t group = std::max<std::size_t>(run.pieces / kPoints, 1);
  const bool late = passed >= kLate;
  bool any = false;
  while (points_ < run.curve.size()) {
    const std::size_t begin = points_;
    const std::size_t whole = (run.first_piece + begin) / group * group + group - run.first_piece;
    if (whole > run.curve.size() && !all && !late) break;
    points_ = std::min(whole, run.curve.size());
    ChunkLoss sum;
    for (std::size_t k = begin; k < points_; ++k) sum += run.curve[k].loss;
    // What came a moment ago tells no speed.
    constexpr double kLeast = 0.05;
    if (!any && passed >= kLeast) rate_ = (run.words_done - words_) / passed;
    any = true;
    const std::uint64_t words = run.curve[points_ - 1].words;
    if (const auto loss = mean_loss(sum)) scalar("train/loss", *loss, words);
    scalar("train/alpha", run.curve[begin].alpha, words);
    if (rate_ > 0) scalar("train/words_per_second", rate_, words);
  }
  if (!any) return;
  seconds_ = seconds;
  words_ = run.words_done;
}

void RunLog::epoch(const RunHistory& run, std::size_t epochs_done) {
  // Of several epochs at once the others lie behind what has its lines already.
  const std::uint64_t words = epochs_done * run.text_words;
  if (epochs_done > epochs_ && words >= step_) {
    epochs_ = epochs_done;
    const EpochRow& row = run.epochs[epochs_done - 1];
    scalar("epoch/loss", row.loss, words);
    if (row.perplexity) scalar("epoch/perplexity", *row.perplexity, words);
  }
  scalar("memory/peak_bytes", static_cast<double>(run.peak_memory), step_);
}

void RunLog::held_out(const RunHistory& run) {
  const HeldOutRow& row = run.held_out.back();
  const std::uint64_t words = row.epoch * run.text_words;
  scalar("held_out/loss", row.loss, words);
  scalar("held_out/perplexity", row.perplexity, words);
}

void RunLog::look(const RunHistory& run) {
  const WordsLook& look = run.looks.back();
  const double wall = wall_now();
  for (std::size_t k = 0; k < look.words.size(); ++k) {
    ordered_json object = object_of("neighbors", step_, wall);
    object["epoch"] = look.epoch;
    object["word"] = run.watched[k].word;
    if (look.words[k].moved) object["moved"] = number(*look.words[k].moved);
    object["neighbors"] = ordered_json::array();
    for (const NearWord& near : look.words[k].near) {
      object["neighbors"].push_back(
          ordered_json::array({near.word, std::round(near.cosine * 1e6) / 1e6}));
    }
    line(object);
  }
}

void RunLog::note(const RunNote& note) {
  if (!begun_) {
    early_.push_back({note, wall_now()});
  } else {
    line(note_json(note, step_, wall_now()));
  }
}

void RunLog::end(const RunHistory& run) {
  if (!begun_) return;
  ordered_json object = object_of("end", step_, wall_now());
  object["state"] = name_of(run.state);
  object["message"] = run.message;
  for (std::size_t k = 0; k < kRunPhases; ++k) {
    object["seconds"][name_of(static_cast<RunPhase>(k))] = milliseconds(run.phase_seconds[k]);
  }
  object["peak_bytes"] = run.peak_memory;
  line(object);
}

std::string RunLog::flush() {
  if (waiting_.empty()) return "";
  try {
    file_->append(waiting_);
    waiting_.clear();
    return "";
  } catch (const Error& error) {
    // Lines of long ago are worth no more memory.
    if (waiting_.size() > kMostWaiting) waiting_.clear();
    return error.what();
  }
}

}  // namespace hogvec::tools
