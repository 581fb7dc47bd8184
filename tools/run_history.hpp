// What there is to tell of a run, from its first second on: its page and its log are made of this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/placement.hpp"
#include "engine/train/loss.hpp"
#include "engine/train/plan.hpp"
#include "tools/machine.hpp"
#include "tools/run_settings.hpp"
#include "tools/watched_words.hpp"

namespace hogvec::tools {

/// How a run stands, or has ended.
enum class RunState { kRunning, kFinished, kStopped, kDiverged, kFailed };

/// What a run does at a moment.
enum class RunPhase { kReading, kPreparing, kTraining, kHeldOut, kNeighbors, kKeeping, kWriting };
inline constexpr std::size_t kRunPhases = 7;

/// A part of a run that is trained.
struct CurvePoint {
  std::uint64_t words;  // of the run, at its end
  double alpha;         // at its beginning
  ChunkLoss loss;
};

/// How far a run was at a moment.
struct RunSample {
  double seconds;      // of this process
  double words;        // of the run
  std::size_t memory;  // bytes that the process holds
};

/// The loss of an epoch, as TrainResult has it.
struct EpochRow {
  double loss;
  std::optional<double> perplexity;
  bool whole;
};

struct HeldOutRow {
  std::size_t epoch;  // from 1 on
  double loss;
  double perplexity;
};

/// What was seen of all watched words.
struct WordsLook {
  std::size_t epoch;  // that has ended, from 1 on; 0: what the run begins with
  std::vector<WordLook> words;
};

struct RunNote {
  std::string text;
  bool warning;
};

struct WatchedWord {
  std::string word;
  std::uint64_t count;
};

/// All of it is values; who has it to himself may change it.
struct RunHistory {
  // From the beginning:
  std::string command;
  std::string text;  // its name
  std::vector<Setting> settings;
  Machine machine;
  double wall_begin = 0;  // seconds since 1970
  int ranks = 1;
  bool resumed = false;

  // When the text is read:
  std::size_t vocabulary = 0;
  std::uint64_t text_words = 0;
  std::uint64_t unknown_words = 0;  // of the text, left out

  // When it begins to train:
  std::optional<TrainPlan> plan;
  std::optional<Placement> placement;
  std::string kernel;
  std::string softmax_kernel;      // empty: not of this run
  std::uint64_t words = 0;         // of all epochs
  std::uint64_t words_before = 0;  // that another process has trained
  std::vector<WatchedWord> watched;
  std::size_t epochs_between_looks = 1;
  std::size_t pieces = 0;       // of the curve of the whole run (LossCurve)
  std::size_t first_piece = 0;  // of the curve here
  std::size_t epochs_before = 0;

  // As it goes on:
  RunState state = RunState::kRunning;
  RunPhase phase = RunPhase::kReading;
  std::string message;  // how it has ended
  std::string to_go_on;
  double seconds = 0;                              // of this process
  std::array<double, kRunPhases> phase_seconds{};  // of these, each
  double page_seconds = 0;                         // what page and log have taken
  double words_done = 0;                           // of the run
  double alpha = 0;                                // now
  double trained_seconds = 0;                      // as TrainResult has it, at the last stop
  std::uint64_t trained_words = 0;
  std::size_t peak_memory = 0;
  std::vector<CurvePoint> curve;
  std::vector<RunSample> samples;
  std::vector<EpochRow> epochs;
  std::vector<HeldOutRow> held_out;
  std::vector<WordsLook> looks;
  std::vector<RunNote> notes;
};

/// "running", "finished", "stopped", "diverged", "failed".
const char* name_of(RunState state) noexcept;
/// "reading", "preparing", "training", "held-out", "neighbors", "keeping", "writing".
const char* name_of(RunPhase phase) noexcept;

/// Seconds since 1970.
double wall_now();

/// Of this process, in the training itself.
double training_seconds(const RunHistory& run) noexcept;

/// The mean loss of an example; none where there are none, or it is no number.
std::optional<double> mean_loss(const ChunkLoss& loss);

/// What the page shows. What clocks and memory have a say in is in "measured", and nothing else is:
/// two runs of the same command with one thread differ in that alone. `wall`: seconds since 1970.
nlohmann::json page_data(const RunHistory& run, double wall);

}  // namespace hogvec::tools
