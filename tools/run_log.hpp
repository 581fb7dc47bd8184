// The log of a run: a JSON object a line, for other programs. tools/README.md says what is in it.
#pragma once

#include <cstddef>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "io/line_log.hpp"
#include "tools/run_history.hpp"

namespace hogvec::tools {

/// Lines wait until the run begins to train, so that a run that cannot begin leaves the log of
/// another as it was; and where a disk is full, until it is not. Not thread-safe.
class RunLog {
 public:
  explicit RunLog(std::unique_ptr<io::LineLog> file) : file_(std::move(file)) {}

  /// The run begins, or goes on: from now on lines are written. `wall`, here and below: seconds
  /// since 1970.
  void begin(const RunHistory& run, double wall);

  void scalar(std::string_view tag, double value, std::uint64_t step, double wall);
  void look(const RunHistory& run, const WordsLook& look, std::uint64_t step, double wall);
  void note(const RunNote& note, std::uint64_t step, double wall);
  void end(const RunHistory& run, std::uint64_t step, double wall);

  /// Writes what waits. Empty, or why it still does.
  std::string flush();

 private:
  void line(const nlohmann::ordered_json& object);

  std::unique_ptr<io::LineLog> file_;
  bool begun_ = false;
  struct EarlyNote {
    RunNote note;
    double wall;
  };
  std::vector<EarlyNote> early_;  // of before the run begins
  std::string waiting_;           // lines
};

}  // namespace hogvec::tools
