// The one exception type of hogvec, and a kind of it that readers tell apart.
#pragma once

#include <stdexcept>
#include <string>

namespace hogvec {

/// What went wrong, where, and what to do about it, in one line without a newline.
/// Thrown at the borders (settings, files, memory); workers and kernels are noexcept.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(message) {}
};

/// The same of a file that ends too early.
class CutOff : public Error {
 public:
  using Error::Error;
};

/// An Error for a failed system call: "PATH: WHAT: strerror(errno)".
Error system_error(const std::string& path, const std::string& what);

}  // namespace hogvec
