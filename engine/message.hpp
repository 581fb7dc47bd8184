// What ranks write into a message, and read from it: values one after the other, as they lie in
// memory. All machines of a job are alike.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

#include "engine/ranks.hpp"
#include "io/error.hpp"

namespace hogvec {

template <class Value>
void append(Bytes& message, const Value* values, std::size_t count) {
  static_assert(std::is_trivially_copyable_v<Value>);
  const std::size_t begin = message.size();
  message.resize(begin + count * sizeof(Value));
  if (count > 0) std::memcpy(message.data() + begin, values, count * sizeof(Value));
}

template <class Value>
void append(Bytes& message, const Value& value) {
  append(message, &value, 1);
}

/// Reads what append() wrote, which must outlive it. Errors, of what reads: Error where there is
/// less.
class MessageReader {
 public:
  MessageReader() = default;
  explicit MessageReader(std::span<const std::byte> message) : rest_(message) {}

  bool done() const noexcept { return rest_.empty(); }
  template <class Value>
  void read(Value* values, std::size_t count) {
    static_assert(std::is_trivially_copyable_v<Value>);
    require(count, sizeof(Value));
    if (count > 0) std::memcpy(values, take(count * sizeof(Value)).data(), count * sizeof(Value));
  }
  /// That there are so many more values of that size: before room is made for them.
  void require(std::size_t count, std::size_t size) const {
    if (count > rest_.size() / size) throw Error("a message of another rank is cut off");
  }
  template <class Value>
  Value value() {
    Value value;
    read(&value, 1);
    return value;
  }
  /// A view of the message.
  std::string_view text(std::size_t size) {
    return {reinterpret_cast<const char*>(take(size).data()), size};
  }

 private:
  std::span<const std::byte> take(std::size_t size) {
    require(size, 1);
    const std::span<const std::byte> taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  std::span<const std::byte> rest_;
};

}  // namespace hogvec
