// A position whose memory or bytes are damaged, and what it takes of memory: an error, or a
// position that such memory can hold.
#include <doctest/doctest.h>

#include <cstring>
#include <new>
#include <random>
#include <vector>

#include "tests/engine/position_under_test.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;           // NOLINT(google-build-using-namespace): one file, one subject
using namespace hogvec::testing;  // NOLINT(google-build-using-namespace)

constexpr const char* kDamaged = "the position of the run is damaged";

/// Either a position that such memory can hold, or an Error.
void require_sane(std::span<const std::byte> memory) {
  PositionRecord record;
  if (error_of([&] { record = Position::recover(memory); }) == kDamaged) return;
  CHECK(record.redo.size() <= memory.size() / 8);
  CHECK(record.epochs.size() <= memory.size() / 32);
}

TEST_CASE("damaged memory gives a position or an error, and takes no more memory than there is") {
  const PositionRecord start{.next = 9, .redo = {0, 4, 5}, .epochs = {}, .seconds = 0};
  Run run(start, 2, 30, 3);
  run.take(0);
  CHECK(equal(Position::recover(run.memory()), start));
  for (std::size_t size = 0; size < run.memory().size(); size += 8) {
    const Bytes cut(run.memory().first(size));
    CHECK(error_of([&] { Position::recover(cut.span()); }) == kDamaged);
  }
  const Bytes other(run.memory());
  other.span()[0] ^= std::byte{1};
  CHECK(error_of([&] { Position::recover(other.span()); }) == kDamaged);
  std::mt19937_64 random(3);
  for (int round = 0; round < 20'000; ++round) {
    const Bytes damaged(run.memory());
    for (std::uint64_t k = 1 + random() % 4; k > 0; --k) {
      // Half of them in the head, whose numbers say how large all else is.
      const std::size_t range = random() % 2 == 0 ? 256 : damaged.span().size();
      const std::size_t place = random() % (range / 8) * 8;
      const std::uint64_t values[] = {random(), random() % 64, ~std::uint64_t{0},
                                      std::uint64_t{1} << (random() % 64)};
      std::memcpy(damaged.span().data() + place, &values[random() % 4], 8);
    }
    require_sane(damaged.span());
  }
}

TEST_CASE("a run that would fill the address space is refused") {
  CHECK_THROWS_AS(Position::bytes({}, 1, std::size_t{1} << 32), std::bad_alloc);
  CHECK_THROWS_AS(Position::bytes({}, std::size_t{1} << 21, 1), std::bad_alloc);
  CHECK_THROWS_AS(Position::bytes({}, 1, ~std::size_t{0}), std::bad_alloc);
}

TEST_CASE("a record comes back from its bytes, whatever follows them") {
  const PositionRecord records[] = {
      {},
      {.next = 5, .redo = {}, .epochs = {}, .seconds = 0.25},
      {.next = ~std::uint64_t{0}, .redo = {1, 2, 9}, .epochs = {}, .seconds = 1e300},
      {.next = 7,
       .redo = {6},
       .epochs = {tally_of(3), {}, {.loss = {-0.5, 1, 2}, .kept = ~std::uint64_t{0}}},
       .seconds = 3}};
  for (const PositionRecord& record : records) {
    std::vector<std::byte> bytes = record.encode();
    CHECK(bytes.size() == PositionRecord::most_bytes(record.redo.size(), record.epochs.size()));
    CHECK(equal(PositionRecord::decode(bytes), record));
    bytes.resize(bytes.size() + 13, std::byte{0xff});
    CHECK(equal(PositionRecord::decode(bytes), record));
  }
}

TEST_CASE("bytes that end too early, or say that there are more, are an error") {
  const PositionRecord record{.next = 7, .redo = {5, 6}, .epochs = {tally_of(1)}, .seconds = 3};
  const std::vector<std::byte> bytes = record.encode();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<long>(size));
    CHECK(error_of([&] { PositionRecord::decode(cut); }) == kDamaged);
  }
  // Sizes whose products, or sums, are small again modulo 2^64.
  for (const std::size_t place : {2u, 3u}) {
    for (const std::uint64_t huge : {~std::uint64_t{0}, std::uint64_t{1} << 62,
                                     std::uint64_t{1} << 63, std::uint64_t{1} << 40}) {
      std::vector<std::byte> damaged = bytes;
      std::memcpy(damaged.data() + 8 * place, &huge, 8);
      CHECK(error_of([&] { PositionRecord::decode(damaged); }) == kDamaged);
    }
  }
}

}  // namespace
