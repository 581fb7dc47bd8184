// run_workers: as many threads as asked for, also more than there are cores.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "engine/workers.hpp"

namespace {

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

}  // namespace
