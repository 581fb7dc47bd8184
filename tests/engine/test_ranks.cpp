// Ranks: what each sends arrives where it belongs, and what goes wrong on one ends all. Ranks that
// are threads; those of MPI are tested by tests/tools/test_mpi.sh.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <numeric>
#include <string>

#include "engine/cluster/local_ranks.hpp"
#include "engine/message.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;
using testing::error_of;

Bytes bytes_of(const std::string& text) {
  const auto view = std::as_bytes(std::span(text));
  return {view.begin(), view.end()};
}

std::string message(int from, int to) {
  return std::string(static_cast<std::size_t>(from * 3 + to), static_cast<char>('a' + from));
}

TEST_CASE("messages of any length arrive by rank, again and again") {
  for (const int size : {1, 2, 5}) {
    run_local_ranks(size, [&](Ranks& ranks) {
      REQUIRE(ranks.size() == size);
      std::vector<Bytes> in;
      for (int round = 0; round < 3; ++round) {
        std::vector<Bytes> messages;
        messages.reserve(static_cast<std::size_t>(size));
        for (int to = 0; to < size; ++to) messages.push_back(bytes_of(message(ranks.rank(), to)));
        const std::vector<std::span<const std::byte>> out(messages.begin(), messages.end());
        ranks.exchange(out, in);
        for (int from = 0; from < size; ++from) {
          CHECK(in[static_cast<std::size_t>(from)] == bytes_of(message(from, ranks.rank())));
        }
      }
    });
  }
}

TEST_CASE("a message is read as it was written, and one that is cut off is told") {
  Bytes message;
  append(message, std::uint64_t{7});
  append(message, std::uint16_t{3});
  const std::array<float, 3> values{1, 2, 3};
  append(message, values.data(), values.size());
  append(message, values.data(), 0);
  const auto read = [](std::span<const std::byte> bytes) {
    MessageReader reader(bytes);
    const auto first = reader.value<std::uint64_t>();  // here: what CHECK sees throw it keeps
    CHECK(first == 7);
    std::vector<float> got(reader.value<std::uint16_t>());
    reader.read(got.data(), got.size());
    CHECK(got == std::vector<float>{1, 2, 3});
    CHECK(reader.done());
  };
  read(message);
  for (std::size_t size = 0; size < message.size(); ++size) {
    CHECK(error_of([&] { read(std::span(message).first(size)); }) ==
          "a message of another rank is cut off");
  }
  // More values than any message has, whatever their bytes come to.
  MessageReader reader(message);
  CHECK_THROWS_AS(reader.require(std::size_t{1} << 62, 8), Error);
}

TEST_CASE("values of all ranks, and of the first one") {
  run_local_ranks(4, [](Ranks& ranks) {
    const std::vector<int> all = values_of_all(ranks, 10 * ranks.rank());
    CHECK(all == std::vector<int>{0, 10, 20, 30});
    std::vector<float> values;
    if (ranks.first()) values = {1, 2, 3};
    broadcast(ranks, values);
    CHECK(values == std::vector<float>{1, 2, 3});
    std::vector<Bytes> gathered;
    gather(ranks, bytes_of(std::to_string(ranks.rank())), gathered);
    CHECK(gathered[3] == bytes_of("3"));
  });
}

TEST_CASE("what goes wrong on a rank is told by the first one, and ends all") {
  std::atomic<int> others = 0;
  const std::string told = error_of([&] {
    run_local_ranks(3, [&](Ranks& ranks) {
      together(ranks, [] {});
      try {
        together(ranks, [&] {
          if (ranks.rank() == 2) throw Error("no such text");
        });
      } catch (const OtherRankFailed&) {
        CHECK(ranks.failed_together());
        ++others;
        return;
      }
    });
  });
  CHECK(told == "rank 2: no such text");
  CHECK(others == 2);
  // Its own has no number.
  CHECK(error_of([] {
          run_local_ranks(2, [](Ranks& ranks) {
            try {
              together(ranks, [&] {
                if (ranks.first()) throw Error("no room");
              });
            } catch (const OtherRankFailed&) {
            }
          });
        }) == "no room");
}

TEST_CASE("a rank that gives up lets nobody wait") {
  const std::string told = error_of([] {
    run_local_ranks(3, [](Ranks& ranks) {
      if (ranks.rank() == 1) throw Error("gone");
      values_of_all(ranks, 1);
    });
  });
  CHECK(told == "gone");
}

}  // namespace
