// Processes that work on one run together, numbered as MPI numbers them, and what they send each
// other. Written for several machines; what is sent, and when, is the same among threads.
#pragma once

#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <vector>

#include "io/error.hpp"

namespace hogvec {

/// Of a vector whose values are all written before they are read: where it grows, they are not made
/// zero first.
template <class T>
struct Unwritten : std::allocator<T> {
  Unwritten() = default;
  template <class U>
  explicit Unwritten(const Unwritten<U>&) noexcept {}
  template <class U>
  void construct(U* place) noexcept {
    ::new (static_cast<void*>(place)) U;
  }
};

/// A message.
using Bytes = std::vector<std::byte, Unwritten<std::byte>>;

/// One of them. All ranks call the same functions in the same order, each from one thread at a
/// time; a call returns when this rank has what the others send it. Errors, of all functions: what
/// carries the messages says; Error where another rank has given up.
class Ranks {
 public:
  Ranks() = default;
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;
  virtual ~Ranks() = default;

  /// 0 to size() - 1.
  virtual int rank() const noexcept = 0;
  virtual int size() const noexcept = 0;
  bool alone() const noexcept { return size() == 1; }
  /// The one that owns the files, and speaks.
  bool first() const noexcept { return rank() == 0; }

  /// in[r] becomes what rank r has as out[rank()]. Both have size() entries, of any length; the
  /// memory of `in` is used again.
  virtual void exchange(std::span<const std::span<const std::byte>> out,
                        std::vector<Bytes>& in) = 0;

  /// The same where every message has `bytes` bytes, side by side: one round of latency.
  virtual void exchange_equal(const std::byte* out, std::byte* in, std::size_t bytes) = 0;

  /// Bytes of the first rank go to all.
  virtual void broadcast(std::span<std::byte> bytes) = 0;

  /// How a call waits: awake, for rounds that follow each other in microseconds, or asleep in
  /// between, where other threads want the core.
  enum class Waiting { kAsleep, kAwake };
  virtual void wait(Waiting waiting) noexcept = 0;

  /// Whether all ranks know that the run is over: together() has thrown.
  bool failed_together() const noexcept { return failed_together_; }

 private:
  friend void together(Ranks& ranks, const std::function<void()>& work);
  bool failed_together_ = false;
};

/// A rank that is alone.
class SingleRank final : public Ranks {
 public:
  int rank() const noexcept override { return 0; }
  int size() const noexcept override { return 1; }
  void exchange(std::span<const std::span<const std::byte>> out, std::vector<Bytes>& in) override {
    in.resize(1);
    in[0].assign(out[0].begin(), out[0].end());
  }
  void exchange_equal(const std::byte* out, std::byte* in, std::size_t bytes) override {
    std::memcpy(in, out, bytes);
  }
  void broadcast(std::span<std::byte>) override {}
  void wait(Waiting) noexcept override {}
};

/// What each rank has, by rank.
template <class Value>
requires std::is_trivially_copyable_v<Value> std::vector<Value> values_of_all(Ranks& ranks,
                                                                              const Value& mine) {
  const auto size = static_cast<std::size_t>(ranks.size());
  const std::vector<Value> out(size, mine);
  std::vector<Value> in(size, mine);
  ranks.exchange_equal(reinterpret_cast<const std::byte*>(out.data()),
                       reinterpret_cast<std::byte*>(in.data()), sizeof(Value));
  return in;
}

/// The sum of what all ranks have.
template <class Value>
Value sum_of_all(Ranks& ranks, Value mine) {
  Value sum = 0;
  for (const Value of_rank : values_of_all(ranks, mine)) sum += of_rank;
  return sum;
}

/// Ranks::exchange() of messages that lie in memory of their own.
void exchange(Ranks& ranks, std::span<const Bytes> out, std::vector<Bytes>& in);

/// A message of any length that each rank has, by rank.
void gather(Ranks& ranks, std::span<const std::byte> mine, std::vector<Bytes>& all);

/// What the first rank has goes to all, whatever its length.
template <class Values>
void broadcast(Ranks& ranks, Values& values) {
  const std::size_t size = values_of_all(ranks, values.size())[0];
  values.resize(size);
  ranks.broadcast(std::as_writable_bytes(std::span(values)));
}

/// What went wrong on another rank, which the first rank tells.
class OtherRankFailed : public Error {
 public:
  using Error::Error;
};

/// Calls work(), which sends nothing, and comes back when all ranks have. Errors: where it throws
/// on some ranks, all throw: the first rank what went wrong on the first of them, with its number
/// where that is another; the others OtherRankFailed.
void together(Ranks& ranks, const std::function<void()>& work);

}  // namespace hogvec
