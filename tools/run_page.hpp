// The page of a run, which is written again and again.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "tools/run_history.hpp"

namespace hogvec::tools {

/// Not thread-safe.
class RunPage {
 public:
  /// An empty name: there is none, and nothing is ever written.
  explicit RunPage(std::string path) : path_(std::move(path)) {}

  /// Replaces the page, whole. Where the last one cannot take its place, it is kept elsewhere, as
  /// the error says. Takes what it took into the history. Errors: it cannot be written.
  void write(RunHistory& run, bool last);

  /// The same where it is time for it: every three seconds, or more seldom where that would take
  /// more than half a percent of the time. What goes wrong is told once, and tried again.
  void write_when_due(RunHistory& run);
  /// It is time.
  void hurry() noexcept { next_ = {}; }

 private:
  using Clock = std::chrono::steady_clock;

  std::string path_;
  Clock::time_point next_{};
  bool told_ = false;  // that it cannot be written
};

}  // namespace hogvec::tools
