// XXH3_64bits (seed 0) of bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace hogvec::io {

std::uint64_t checksum_of(const void* bytes, std::size_t size) noexcept;

/// The same of bytes that come in parts.
class RunningChecksum {
 public:
  RunningChecksum();
  ~RunningChecksum();

  void add(const void* bytes, std::size_t size) noexcept;
  /// Of all that was added so far.
  std::uint64_t value() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hogvec::io
