#include "tools/progress_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "tools/console.hpp"

namespace hogvec::tools {

ProgressLine::ProgressLine(const Progress& progress, std::uint64_t total_words, int threads)
    : progress_(progress),
      total_(static_cast<double>(total_words)),
      before_(static_cast<double>(progress.words.load(std::memory_order_relaxed))),
      threads_(threads),
      terminal_(isatty(STDERR_FILENO) == 1),
      thread_([this] { run(); }) {}

ProgressLine::~ProgressLine() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  wake_.notify_one();
  thread_.join();
  print();
  if (terminal_) std::fputc('\n', stderr);
}

void ProgressLine::note(const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (terminal_) std::fputc('\n', stderr);
  tools::note(text);
}

void ProgressLine::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, std::chrono::milliseconds(200), [this] { return done_; })) print();
}

void ProgressLine::print() const {
  const auto words = static_cast<double>(progress_.words.load(std::memory_order_relaxed));
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  const double seconds = elapsed.count();
  const double here = words - before_;
  if (here <= 0) return;
  // word2vec.c:382, with wall time times threads for the processor's time.
  say(fmt::format("\rAlpha: {:f}  Progress: {:.2f}%  Words/thread/sec: {:.2f}k  ",
                  progress_.alpha.load(std::memory_order_relaxed), words / (total_ + 1) * 100,
                  here / (seconds * threads_) / 1000));
  if (!terminal_) return;
  const auto left = static_cast<long>(seconds / here * (total_ - words));
  std::fputs(fmt::format("ETA {}:{:02}:{:02}  ", left / 3600, left / 60 % 60, left % 60).c_str(),
             stderr);
}

}  // namespace hogvec::tools
