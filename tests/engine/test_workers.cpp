// Workers: as many threads as asked for, also more than there are cores; every index once; an
// exception arrives.
#include <doctest/doctest.h>
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <atomic>
#include <chrono>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "engine/workers.hpp"

namespace {

using hogvec::for_each_index;
using hogvec::run_with_threads;
using hogvec::run_workers;

TEST_CASE("every worker has a thread of its own") {
  constexpr int kWorkers = 9;
  std::vector<std::thread::id> threads(kWorkers);
  std::atomic<int> arrived{0};
  // Each waits for all: were two of them one thread, none would get further. The limit turns that
  // into a failure instead of a hang. On a machine with more to do than cores, oneTBB's threads
  // have come seconds late.
  const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  run_workers(kWorkers, [&](int worker) {
    threads[static_cast<std::size_t>(worker)] = std::this_thread::get_id();
    ++arrived;
    while (arrived < kWorkers && std::chrono::steady_clock::now() < limit) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  CHECK(std::set<std::thread::id>(threads.begin(), threads.end()).size() == kWorkers);
}

TEST_CASE("what a worker throws arrives") {
  CHECK_THROWS_AS(run_workers(3,
                              [](int worker) {
                                if (worker == 1) throw std::runtime_error("x");
                              }),
                  std::runtime_error);
}

TEST_CASE("every index is visited once, by a worker that nobody else is meanwhile") {
  for (const int threads : {1, 3, 9}) {
    for (const std::size_t count : {0u, 1u, 2u, 1'000u}) {
      CAPTURE(threads);
      CAPTURE(count);
      std::vector<std::atomic<int>> visits(count);
      // Plain numbers, as a worker's scratch is: ThreadSanitizer would see two in one place.
      std::vector<std::size_t> of_worker(static_cast<std::size_t>(threads));
      for_each_index(threads, count, [&](std::size_t index, int worker) {
        ++visits.at(index);
        ++of_worker.at(static_cast<std::size_t>(worker));
      });
      for (const std::atomic<int>& number : visits) CHECK(number == 1);
      std::size_t all = 0;
      for (const std::size_t number : of_worker) all += number;
      CHECK(all == count);
    }
  }
}

TEST_CASE("one worker visits indices in ascending order") {
  std::vector<std::size_t> order;
  for_each_index(1, 5, [&](std::size_t index, int) { order.push_back(index); });
  CHECK(order == std::vector<std::size_t>{0, 1, 2, 3, 4});
}

TEST_CASE("what a visit throws arrives, and the work can be done again") {
  for (const int threads : {1, 4}) {
    CHECK_THROWS_AS(for_each_index(threads, 100,
                                   [](std::size_t index, int) {
                                     if (index == 50) throw std::runtime_error("x");
                                   }),
                    std::runtime_error);
    std::atomic<int> visits{0};
    for_each_index(threads, 100, [&](std::size_t, int) { ++visits; });
    CHECK(visits == 100);
  }
}

TEST_CASE("libraries that use oneTBB have the threads that are asked for, and what they throw") {
  for (const int threads : {1, 2, 7}) {
    int concurrency = 0;
    std::atomic<int> visits{0};
    run_with_threads(threads, [&] {
      concurrency = tbb::this_task_arena::max_concurrency();
      tbb::parallel_for(
          tbb::blocked_range<int>(0, 1'000),
          [&](const tbb::blocked_range<int>& range) { visits += range.end() - range.begin(); });
    });
#ifndef HOGVEC_STD_THREADS  // there all of oneTBB has one thread
    CHECK(concurrency == threads);
#endif
    CHECK(visits == 1'000);
    CHECK_THROWS_AS(run_with_threads(threads, [] { throw std::runtime_error("x"); }),
                    std::runtime_error);
  }
}

}  // namespace
