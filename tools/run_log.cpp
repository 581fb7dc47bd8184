#include "tools/run_log.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "io/error.hpp"

namespace hogvec::tools {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostWaiting = 64 << 20;  // bytes for a disk that is full: days of a run

ordered_json number(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

double milliseconds(double seconds) { return std::round(seconds * 1e3) / 1e3; }

ordered_json object_of(const char* kind, std::uint64_t step, double wall) {
  return {{"kind", kind}, {"step", step}, {"wall_time", milliseconds(wall)}};
}

}  // namespace

void RunLog::line(const ordered_json& object) {
  // Words and names may be any bytes; escaped, a line is a line for every reader.
  const std::string text =
      object.dump(-1, ' ', true, ordered_json::error_handler_t::replace) + "\n";
  waiting_ += text;
}

void RunLog::begin(const RunHistory& run, double wall) {
  begun_ = true;
  ordered_json object = object_of("run", run.words_before, wall);
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
  line(object);
  for (const EarlyNote& one : early_) note(one.note, run.words_before, one.wall);
  early_.clear();
}

void RunLog::scalar(std::string_view tag, double value, std::uint64_t step, double wall) {
  ordered_json object = object_of("scalar", step, wall);
  object["tag"] = tag;
  object["value"] = number(value);
  line(object);
}

void RunLog::look(const RunHistory& run, const WordsLook& look, std::uint64_t step, double wall) {
  for (std::size_t k = 0; k < look.words.size(); ++k) {
    ordered_json object = object_of("neighbors", step, wall);
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

void RunLog::note(const RunNote& note, std::uint64_t step, double wall) {
  if (!begun_) {
    early_.push_back({note, wall});
    return;
  }
  ordered_json object = object_of(note.warning ? "warning" : "note", step, wall);
  object["text"] = note.text;
  line(object);
}

void RunLog::end(const RunHistory& run, std::uint64_t step, double wall) {
  if (!begun_) return;
  ordered_json object = object_of("end", step, wall);
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
