// The reference's progress line.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "engine/train/run.hpp"

namespace hogvec::tools {

/// Prints to stdout how far a run is, in the reference's words, while it lives; on a terminal the
/// time that is left follows on stderr. A reader who has gone does not end a run.
class ProgressLine {
 public:
  ProgressLine(const Progress& progress, std::uint64_t total_words, int threads);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine();

  /// A line on stderr that does not run into the progress.
  void note(const std::string& text);

 private:
  void run();
  void print() const;

  const Progress& progress_;
  double total_;
  double before_;  // words that an earlier run has done
  int threads_;
  bool terminal_;
  bool done_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace hogvec::tools
