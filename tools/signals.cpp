#include "tools/signals.hpp"

#include <pthread.h>

#include <chrono>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

#include "io/temporaries.hpp"
#include "tools/console.hpp"

namespace hogvec::tools {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
constexpr std::chrono::milliseconds kSameSignal{300};

/// What the watching thread and the program share.
struct Watch {
  std::string program;
  std::mutex mutex;
  const std::string* line = nullptr;                 // to be told before the process ends
  const std::function<void()>* stop = nullptr;       // none: a signal ends the process
  const BeforeSignalEnds::Action* before = nullptr;  // the end of the process
  int signal = 0;                                    // that has called stop()
  std::chrono::steady_clock::time_point since;       // when it came
};

/// Never destroyed: the thread outlives everything.
Watch& watch() {
  static Watch* const shared = new Watch;
  return *shared;
}

[[noreturn]] void end_by(int signal, const std::string* line) {
  if (watch().before != nullptr) (*watch().before)(signal, line != nullptr ? *line : "");
  io::remove_temporaries();
  if (line != nullptr) complain(watch().program, *line);
  std::signal(signal, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  std::raise(signal);
  std::_Exit(128 + signal);
}

void wait_for(sigset_t signals) {
  for (;;) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    Watch& shared = watch();
    const std::lock_guard lock(shared.mutex);
    const auto now = std::chrono::steady_clock::now();
    // timeout(1) and terminals send the process a signal, and then its group: that is one.
    if (shared.signal != 0 && now - shared.since < kSameSignal) continue;
    if (shared.stop == nullptr || shared.signal != 0) {
      end_by(signal, shared.signal == 0 ? shared.line : nullptr);
    }
    shared.signal = signal;
    shared.since = now;
    (*shared.stop)();
  }
}

}  // namespace

void watch_signals(std::string_view program) {
  sigset_t watched;
  sigemptyset(&watched);
  for (const int signal : kSignals) {
    struct sigaction action;
    // nohup, and a shell's background, leave signals ignored: so they stay.
    if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) {
      sigaddset(&watched, signal);
    }
  }
  pthread_sigmask(SIG_BLOCK, &watched, nullptr);
  watch().program = program;
  std::thread(wait_for, watched).detach();
}

SayOnSignal::SayOnSignal(std::string line) : line_(std::move(line)) {
  const std::lock_guard lock(watch().mutex);
  watch().line = &line_;
}

SayOnSignal::~SayOnSignal() {
  const std::lock_guard lock(watch().mutex);
  watch().line = nullptr;
}

BeforeSignalEnds::BeforeSignalEnds(Action action) : action_(std::move(action)) {
  const std::lock_guard lock(watch().mutex);
  watch().before = &action_;
}

BeforeSignalEnds::~BeforeSignalEnds() {
  const std::lock_guard lock(watch().mutex);
  watch().before = nullptr;
}

StopOnSignal::StopOnSignal(std::function<void()> stop) : stop_(std::move(stop)) {
  Watch& shared = watch();
  const std::lock_guard lock(shared.mutex);
  shared.stop = &stop_;
  shared.signal = 0;
}

StopOnSignal::~StopOnSignal() {
  Watch& shared = watch();
  const std::lock_guard lock(shared.mutex);
  shared.stop = nullptr;
  shared.signal = 0;
}

int StopOnSignal::signal() const {
  Watch& shared = watch();
  const std::lock_guard lock(shared.mutex);
  return shared.signal;
}

}  // namespace hogvec::tools
