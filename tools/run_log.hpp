// The log of a run: a JSON object a line, for other programs. tools/README.md says what is in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "io/line_log.hpp"
#include "tools/run_history.hpp"

namespace hogvec::tools {

/// Writes what is new in a history. Lines wait until the run begins to train, so that a run that
/// cannot begin leaves the log of another as it was, and where a disk is full, until it is not.
/// Their steps never fall. Not thread-safe.
class RunLog {
 public:
  explicit RunLog(std::unique_ptr<io::LineLog> file) : file_(std::move(file)) {}

  /// The run begins, or goes on: from now on there are lines.
  void begin(const RunHistory& run);

  /// The points of the curve that are not yet there, in groups that are always the same; in others
  /// where they are long in coming, or `all` are wanted.
  void points(const RunHistory& run, bool all);
  /// So many epochs have ended.
  void epoch(const RunHistory& run, std::size_t epochs_done);
  /// The last one of the history.
  void held_out(const RunHistory& run);
  /// The same.
  void look(const RunHistory& run);
  void note(const RunNote& note);
  void end(const RunHistory& run);

  /// Writes what waits. Empty, or why it still does.
  std::string flush();

 private:
  struct EarlyNote {
    RunNote note;
    double wall;
  };

  void scalar(std::string_view tag, double value, std::uint64_t words);
  void line(const nlohmann::ordered_json& object);

  std::unique_ptr<io::LineLog> file_;
  bool begun_ = false;
  std::uint64_t step_ = 0;        // of the last line
  std::vector<EarlyNote> early_;  // of before the run begins
  std::string waiting_;           // lines

  std::size_t points_ = 0;  // of the curve that have lines
  double seconds_ = 0;      // of training, when the last of them was
  double words_ = 0;        // that were done then
  double rate_ = 0;         // words a second since the one before
  std::size_t epochs_ = 0;  // that have lines
};

}  // namespace hogvec::tools
