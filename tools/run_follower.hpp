// Follows a run from its first second to its last, and writes its page and its log meanwhile.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/ranks.hpp"
#include "engine/train/likelihood/held_out.hpp"
#include "engine/train/run.hpp"
#include "io/line_log.hpp"
#include "tools/command_line.hpp"
#include "tools/options.hpp"
#include "tools/run_history.hpp"
#include "tools/run_log.hpp"
#include "tools/run_page.hpp"

namespace hogvec::tools {

/// Where neither a page nor a log is asked for there is none. A thread of its own looks at the run
/// five times a second, at atomics that its workers write anyway. What goes wrong with a file is
/// told once, and tried again: the run goes on. Safe from any thread, but for its beginning and
/// end.
class RunFollower {
 public:
  RunFollower(const Word2vecOptions& options, const CommandLine& line, int ranks);
  RunFollower(const RunFollower&) = delete;
  RunFollower& operator=(const RunFollower&) = delete;
  ~RunFollower();

  /// What is told of the run: a note of its history, or with "warning: " in front a warning.
  void hear(std::string_view message);

  /// From now on there is a page. The log may be none. Errors: the page cannot be written.
  void begin(std::unique_ptr<io::LineLog> log);

  void enter(RunPhase phase);
  /// How to go on where a run is ended at once.
  void set_to_go_on(const std::string& command);
  void set_text(std::size_t vocabulary, std::uint64_t words, std::uint64_t unknown);
  void set_plan(const TrainPlan& plan, const Placement& placement);
  /// Of a run that has come to its end before.
  void set_trained(const TrainPlan& plan, const TrainResult& result);
  void set_watched(std::vector<WatchedWord> words, std::size_t epochs_between_looks);

  /// What the run begins with.
  void set_first_look(std::vector<WordLook> words);

  /// From now on, until stop_looking(), the run is looked at. Errors: the log cannot be written.
  void look_at(const Run& run);
  /// The run has come back.
  void came_back(const TrainResult& result, std::size_t epochs_done);
  void add_held_out(std::size_t epoch, const HeldOutLoss& loss);
  void add_look(WordsLook look);
  void stop_looking() noexcept;

  /// The state that fail() will say.
  void expect(RunState state);
  /// The last page, and the last line. Errors: one of them could not be written.
  void finish();
  /// The same of a run that has not come to its end; what cannot be written is told.
  void fail(RunState state, const std::string& message) noexcept;
  /// The same on another thread, of a process that is about to end, whatever else it does.
  void end_by_signal(int signal, const std::string& told) noexcept;

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  void look();
  void set_results(const TrainResult& result, std::size_t epochs_done);
  void take_notes();
  void take_points();
  void pass_time();
  std::uint64_t words_before_pass(std::uint64_t pass) const;
  std::string flush_log();
  std::string write_last();
  std::string end(RunState state, const std::string& message);
  void close();

  std::timed_mutex mutex_;  // of all below
  std::condition_variable_any wake_;
  bool begun_ = false;
  bool ended_ = false;
  RunHistory history_;
  RunPage page_;
  std::unique_ptr<RunLog> log_;
  RunState failure_ = RunState::kFailed;

  const Run* run_ = nullptr;
  std::size_t next_piece_ = 0;  // of its curve

  Clock::time_point start_ = Clock::now();
  Clock::time_point phase_start_ = start_;
  bool log_told_ = false;  // that it cannot be written

  std::mutex notes_mutex_;  // hear() is called with any lock held
  std::vector<RunNote> heard_;

  std::thread thread_;
};

}  // namespace hogvec::tools
