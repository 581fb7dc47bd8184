// A file descriptor that closes itself.
#pragma once

#include <unistd.h>

#include <utility>

namespace hogvec::io {

/// Owns a descriptor, or none. Movable.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int file) noexcept : file_(file) {}
  Descriptor(Descriptor&& other) noexcept : file_(other.give()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    Descriptor old(std::exchange(file_, other.give()));
    return *this;
  }
  ~Descriptor() {
    if (file_ >= 0) ::close(file_);
  }

  int get() const noexcept { return file_; }
  explicit operator bool() const noexcept { return file_ >= 0; }
  /// The descriptor is the caller's to close.
  int give() noexcept { return std::exchange(file_, -1); }

 private:
  int file_ = -1;
};

}  // namespace hogvec::io
