// Position: who takes which chunk, and what a reader sees meanwhile. 1 to 4 workers, some thousand
// chunks, 1 to 7 of them an epoch. Out of scope: what a chunk is (test_schedule), processes that
// die (test_position_deaths), damaged memory (test_position_damage), files (test_stored_model).
#include <doctest/doctest.h>

#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

#include "tests/engine/position_under_test.hpp"

namespace {

using namespace hogvec;           // NOLINT(google-build-using-namespace): one file, one subject
using namespace hogvec::testing;  // NOLINT(google-build-using-namespace)

TEST_CASE("chunks are taken in ascending order, those that are to be trained again first") {
  const PositionRecord start{.next = 8, .redo = {2, 3, 6}, .epochs = {}, .seconds = 1.5};
  Run run(start, 2, 12, 4);
  std::vector<std::uint64_t> taken;
  for (std::size_t turn = 0;; ++turn) {
    const std::size_t worker = turn % 2;
    const auto chunk = run.take(worker);
    if (!chunk) break;
    taken.push_back(*chunk);
    run.finish(worker, *chunk);
  }
  CHECK(taken == std::vector<std::uint64_t>{2, 3, 6, 8, 9, 10, 11});
  CHECK(run.position().read().first() == 12);
  run.position().add_seconds(2);
  CHECK(run.position().read().seconds == 3.5);
}

TEST_CASE("chunks from the end on stay, and what was in hand before them is done") {
  Run run({.next = 4, .redo = {1}, .epochs = {}, .seconds = 0}, 1, 12, 4);
  CHECK(run.position().read().first() == 1);
  CHECK(run.position().take(0, 1) == std::nullopt);
  CHECK(run.position().take(0, 2) == 1);
  run.finish(0, 1);
  CHECK(run.position().take(0, 2) == std::nullopt);
  const PositionRecord record = run.position().read();
  CHECK(record.next == 4);
  CHECK(record.redo.empty());
}

TEST_CASE("many threads take every chunk once, each thread in ascending order") {
  constexpr std::uint64_t kTotal = 20'000;
  constexpr std::size_t kWorkers = 4;
  Run run({}, kWorkers, kTotal, 7);
  std::vector<std::vector<std::uint64_t>> taken(kWorkers);
  std::vector<std::thread> threads;
  for (std::size_t worker = 0; worker < kWorkers; ++worker) {
    threads.emplace_back([&, worker] {
      while (const auto chunk = run.take(worker)) {
        taken[worker].push_back(*chunk);
        run.finish(worker, *chunk);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<std::uint64_t> all;
  for (const std::vector<std::uint64_t>& of_worker : taken) {
    CHECK(std::is_sorted(of_worker.begin(), of_worker.end()));
    all.insert(all.end(), of_worker.begin(), of_worker.end());
  }
  std::sort(all.begin(), all.end());
  std::vector<std::uint64_t> expected(kTotal);
  std::iota(expected.begin(), expected.end(), 0);
  CHECK(all == expected);
  const PositionRecord end = run.position().read();
  CHECK(equal(end, {.next = kTotal,
                    .redo = {},
                    .epochs = tallies_of(std::vector<bool>(kTotal, true), 7),
                    .seconds = 0}));
}

/// A chunk's work: none of every other one, so that several are done while a reader looks, or many
/// times as long as a look at all lines, also where these are instrumented and the work is not, so
/// that it finds moments in which none is taken.
void work(std::uint64_t chunk) {
  for (volatile int i = 0; chunk % 2 == 0 && i < 10'000;) i = i + 1;
}

/// Workers train while this thread reads. Every snapshot has what it says to be done behind it:
/// plain bytes that the workers wrote before finish(), so that ThreadSanitizer sees them ordered.
/// The workers are the last of sixteen, before whose lines those of the idle ones are read.
void read_meanwhile(std::size_t workers, std::uint64_t total, std::uint64_t chunks_of_epoch) {
  constexpr std::size_t kLines = 16;
  CAPTURE(workers);
  CAPTURE(chunks_of_epoch);
  Run run({}, kLines, total, chunks_of_epoch);
  std::vector<char> written(total, 0);
  std::atomic<std::size_t> at_work{workers};
  std::vector<std::thread> threads;
  for (std::size_t worker = kLines - workers; worker < kLines; ++worker) {
    threads.emplace_back([&, worker] {
      while (const auto chunk = run.take(worker)) {
        work(*chunk);
        written[*chunk] = 1;
        run.finish(worker, *chunk);
      }
      --at_work;
    });
  }
  std::size_t wrong = 0;
  std::size_t unwritten = 0;
  std::size_t tallies = 0;
  std::uint64_t before = 0;
  do {
    const PositionRecord now = run.position().read();
    const std::vector<bool> done = done_chunks(now, total);
    wrong += now.next < before || now.redo.size() > workers;
    before = now.next;
    for (std::uint64_t chunk = 0; chunk < total; ++chunk) {
      unwritten += done[chunk] && !written[chunk];
    }
    // Of several workers one may have said that it takes what another has done since.
    if (workers == 1) {
      const PositionRecord expected{now.next, now.redo, tallies_of(done, chunks_of_epoch), 0};
      tallies += !equal(now, expected);
    }
  } while (at_work != 0);
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(unwritten == 0);
  CHECK(tallies == 0);
  CHECK(run.position().read().first() == total);
}

TEST_CASE("who reads meanwhile sees no chunk done that is not, and none lost") {
  for (int round = 0; round < 20; ++round) {
    // Epochs of one chunk, which a worker may leave behind while it is looked at.
    for (const std::uint64_t chunks_of_epoch : {1u, 7u}) {
      read_meanwhile(1, 2'000, chunks_of_epoch);
      read_meanwhile(3, 2'000, chunks_of_epoch);
    }
  }
}

TEST_CASE("a position of its own begins where it is told") {
  TrainPlan plan = make_plan({.epochs = 3, .threads = 2});
  LocalPosition local({.next = 4, .redo = {3}, .epochs = {tally_of(1)}, .seconds = 2}, plan);
  CHECK((*local).take(1, 100) == 3);
  CHECK((*local).epoch(0).kept == 1);
  CHECK((*local).seconds() == 2);
}

}  // namespace
