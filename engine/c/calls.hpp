// What every function of the C interface is wrapped in: no exception leaves it.
#pragma once

#include <string>
#include <utility>

#include "engine/c/hogvec.h"
#include "io/error.hpp"

namespace hogvec::c {

/// An argument is none that the function takes.
class Invalid : public Error {
 public:
  using Error::Error;
};

/// Errors: Invalid, with the message, where `good` is false.
inline void require(bool good, const char* message) {
  if (!good) throw Invalid(message);
}

/// Errors: Invalid, where the pointer is NULL, which is named.
void require_given(const void* pointer, const char* name);

/// Threads as a caller gives them, 0 being all cores. Errors: Invalid.
int threads_of(int threads);

/// In a handler: keeps the exception as the last error of this thread.
hogvec_status failed() noexcept;

/// What work() returns, or the status of what it throws.
template <class Work>
hogvec_status guarded(const Work& work) noexcept {
  try {
    return work();
  } catch (...) {
    return failed();
  }
}

/// The same of work() that returns a pointer; NULL where it throws.
template <class Work>
auto guarded_pointer(const Work& work) noexcept -> decltype(work()) {
  try {
    return work();
  } catch (...) {
    failed();
    return nullptr;
  }
}

}  // namespace hogvec::c
