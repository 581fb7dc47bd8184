// Signals that ask a program to end: it ends at once and leaves no half file, or stops what it does
// and keeps it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace hogvec::tools {

/// From here on SIGINT, SIGTERM and SIGHUP, where they were not ignored, are waited for by a thread
/// of their own: temporary files are removed, and the process ends by the signal. To be called
/// once, before other threads are started.
/// Errors: std::system_error, no more threads. `program` is who tells what is told.
void watch_signals(std::string_view program);

/// While it lives, a signal that ends the process has this line told on stderr before.
class SayOnSignal {
 public:
  explicit SayOnSignal(std::string line);
  SayOnSignal(const SayOnSignal&) = delete;
  SayOnSignal& operator=(const SayOnSignal&) = delete;
  ~SayOnSignal();

 private:
  std::string line_;
};

/// While it lives, this is called on the watching thread before a signal ends the process, with
/// what is told then: empty where nothing is.
class BeforeSignalEnds {
 public:
  using Action = std::function<void(int signal, const std::string& told)>;
  explicit BeforeSignalEnds(Action action);
  BeforeSignalEnds(const BeforeSignalEnds&) = delete;
  BeforeSignalEnds& operator=(const BeforeSignalEnds&) = delete;
  ~BeforeSignalEnds();

 private:
  Action action_;
};

/// While it lives, the first signal calls stop() instead, on the watching thread; the next one ends
/// the process as ever.
class StopOnSignal {
 public:
  explicit StopOnSignal(std::function<void()> stop);
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;
  ~StopOnSignal();

  /// The signal that came, 0 where none has.
  int signal() const;

 private:
  std::function<void()> stop_;
};

}  // namespace hogvec::tools
