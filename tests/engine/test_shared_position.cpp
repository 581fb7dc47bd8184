// The position of a run that ranks share: parts of it are the whole, for any number of ranks.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include "engine/cluster/shared_position.hpp"

namespace {

using namespace hogvec;

TEST_CASE("the passes of all ranks are those of the run, each once and in order") {
  for (const std::size_t chunks : {1u, 2u, 5u, 12u}) {
    for (const std::size_t ranks : {1u, 2u, 3u, 7u}) {
      CAPTURE(chunks);
      CAPTURE(ranks);
      std::set<std::uint64_t> all;
      const std::uint64_t total = 3 * chunks;
      for (std::size_t rank = 0; rank < ranks; ++rank) {
        const PassNumbers numbers(chunks, {rank, ranks});
        std::uint64_t last = 0;
        for (std::uint64_t own = 0; own < numbers.before(total); ++own) {
          const std::uint64_t pass = numbers.in_whole(own);
          CHECK(pass % chunks % ranks == rank);
          CHECK((own == 0 || pass > last));
          CHECK(numbers.before(pass) == own);
          CHECK(numbers.before(pass + 1) == own + 1);
          CHECK(all.insert(pass).second);
          last = pass;
        }
      }
      CHECK(all.size() == total);
      if (!all.empty()) CHECK(*all.rbegin() == total - 1);
    }
  }
}

std::set<std::uint64_t> done(const PositionRecord& position) {
  std::set<std::uint64_t> passes;
  for (std::uint64_t pass = 0; pass < position.next; ++pass) passes.insert(pass);
  for (const std::uint64_t pass : position.redo) passes.erase(pass);
  return passes;
}

TEST_CASE("a position is parted and put together, by any number of ranks, and nothing is lost") {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    const std::size_t chunks = 1 + random() % 20;
    PositionRecord whole;
    whole.next = random() % (4 * chunks);
    for (std::uint64_t pass = 0; pass < whole.next; ++pass) {
      if (random() % 5 == 0) whole.redo.push_back(pass);
    }
    whole.epochs.resize((whole.next + chunks - 1) / chunks);
    for (EpochTally& epoch : whole.epochs) epoch.kept = 1 + random() % 100;
    whole.seconds = 7;
    for (const std::size_t ranks : {1u, 2u, 3u, 8u}) {
      std::vector<PositionRecord> parts;
      parts.reserve(ranks);
      for (std::size_t rank = 0; rank < ranks; ++rank) {
        parts.push_back(part_of(whole, chunks, {rank, ranks}));
      }
      const PositionRecord again = whole_of(parts, chunks);
      CHECK(done(again) == done(whole));
      CHECK(std::is_sorted(again.redo.begin(), again.redo.end()));
      CHECK(again.seconds == 7);
      REQUIRE(again.epochs.size() == whole.epochs.size());
      for (std::size_t e = 0; e < whole.epochs.size(); ++e) {
        CHECK(again.epochs[e].kept == whole.epochs[e].kept);
      }
    }
  }
}

TEST_CASE("a rank that is ahead leaves the others' passes to be trained") {
  // Two ranks of a text of four chunks: the first has trained 0, 2 and 4, the second nothing.
  const std::vector<PositionRecord> parts{{.next = 3, .redo = {}, .epochs = {}, .seconds = 2},
                                          {.next = 0, .redo = {}, .epochs = {}, .seconds = 1}};
  const PositionRecord whole = whole_of(parts, 4);
  CHECK(whole.next == 5);
  CHECK(whole.redo == std::vector<std::uint64_t>{1, 3});
  CHECK(whole.seconds == 2);
}

}  // namespace
