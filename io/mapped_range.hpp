// Whose page it was that the system could not give: a mapped file that is cut short, or whose disk
// fails, answers with SIGBUS where it is read.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace hogvec::io {

/// Lists a range of mapped memory, with what to tell of it, while it lives. Movable.
class MappedRange {
 public:
  MappedRange() = default;
  MappedRange(const void* data, std::size_t bytes, std::string message);
  MappedRange(MappedRange&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}
  MappedRange& operator=(MappedRange&& other) noexcept {
    MappedRange old(std::move(*this));
    entry_ = std::exchange(other.entry_, nullptr);
    return *this;
  }
  ~MappedRange();

 private:
  struct Entry;
  friend const char* lost_page_message(const void* address) noexcept;

  Entry* entry_ = nullptr;
};

/// The message of the range that the address lies in; nullptr where it lies in none. For a handler
/// of SIGBUS: async-signal-safe, and right for the thread that reads there.
const char* lost_page_message(const void* address) noexcept;

}  // namespace hogvec::io
