// What goes wrong in one of several threads, for the one that waits for them.
#pragma once

#include <exception>
#include <mutex>
#include <utility>

namespace hogvec {

/// The first exception of several threads.
class FirstException {
 public:
  template <typename Work>
  void guard(const Work& work) noexcept {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (first_ == nullptr) first_ = std::current_exception();
    }
  }

  /// When all have ended: throws it, if there is one, and forgets it.
  void rethrow() {
    if (first_ != nullptr) std::rethrow_exception(std::exchange(first_, nullptr));
  }

 private:
  std::mutex mutex_;
  std::exception_ptr first_;
};

}  // namespace hogvec
