// What is left of a position when the process dies at any moment. Tolerance: none with one worker;
// with several, a chunk that two have said that they take may be trained twice.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "tests/engine/position_under_test.hpp"

namespace {

using namespace hogvec;           // NOLINT(google-build-using-namespace): one file, one subject
using namespace hogvec::testing;  // NOLINT(google-build-using-namespace)

/// Processes that train in shared memory, a worker each, until they are killed when about
/// `chunks` are written.
void train_and_die(Run& run, std::size_t workers, std::atomic<std::uint32_t>* written,
                   std::atomic<std::uint64_t>& count, std::uint64_t chunks) {
  std::vector<pid_t> children;
  for (std::size_t worker = 0; worker < workers; ++worker) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      while (const auto chunk = run.take(worker)) {
        ++written[*chunk];
        run.finish(worker, *chunk);
        ++count;
      }
      for (;;) pause();
    }
    children.push_back(child);
  }
  while (count < chunks) std::this_thread::yield();
  for (const pid_t child : children) kill(child, SIGKILL);
  for (const pid_t child : children) waitpid(child, nullptr, 0);
}

template <class T>
class SharedArray {
 public:
  explicit SharedArray(std::size_t size) : bytes_(size * sizeof(T)) {
    memory_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory_ != MAP_FAILED);
  }
  SharedArray(const SharedArray&) = delete;
  SharedArray& operator=(const SharedArray&) = delete;
  ~SharedArray() { munmap(memory_, bytes_); }
  T* data() const { return static_cast<T*>(memory_); }

 private:
  std::size_t bytes_;
  void* memory_;
};

/// Three processes after another are killed, and a last one ends.
void die_and_go_on(std::size_t workers, std::uint64_t chunks_of_epoch, std::mt19937& random) {
  constexpr std::uint64_t kTotal = 400;
  constexpr int kDeaths = 3;
  CAPTURE(workers);
  CAPTURE(chunks_of_epoch);
  const SharedArray<std::atomic<std::uint32_t>> written(kTotal);
  const SharedArray<std::atomic<std::uint64_t>> count(1);
  PositionRecord position;
  for (int death = 0; death < kDeaths; ++death) {
    Run run(position, workers, kTotal, chunks_of_epoch);
    train_and_die(run, workers, written.data(), *count.data(), 1 + death * 100 + random() % 100);
    position = Position::recover(run.memory());
    const std::vector<bool> done = done_chunks(position, kTotal);
    std::uint64_t counted = 0;
    for (const EpochTally& epoch : position.epochs) counted += epoch.kept;
    std::uint64_t all = 0;
    for (std::uint64_t chunk = 0; chunk < kTotal; ++chunk) {
      if (done[chunk]) CHECK(written.data()[chunk] > 0);
      // None is passed over: what was begun is behind the position, or is to be trained again.
      if (written.data()[chunk] > 0) CHECK(chunk < position.next);
      all += done[chunk];
    }
    CHECK(position.redo.size() <= workers);
    if (workers == 1) {
      const PositionRecord expected{position.next, position.redo, tallies_of(done, chunks_of_epoch),
                                    0};
      CHECK(equal(position, expected));
    } else {
      CHECK(counted >= all);
      // A chunk that a worker has finished another may have said that it takes.
      CHECK(counted <= all + (death + 1) * workers);
    }
  }
  Run last(position, workers, kTotal, chunks_of_epoch);
  while (const auto chunk = last.take(0)) {
    ++written.data()[*chunk];
    last.finish(0, *chunk);
  }
  CHECK(last.position().read().first() == kTotal);
  std::uint64_t again = 0;
  for (std::uint64_t chunk = 0; chunk < kTotal; ++chunk) {
    REQUIRE(written.data()[chunk] > 0);
    again += written.data()[chunk] - 1;
  }
  CHECK(again <= kDeaths * workers);
}

TEST_CASE("processes that are killed at any moment lose no chunk, and few are trained twice") {
  std::mt19937 random(1);
  for (int round = 0; round < 40; ++round) {
    for (const std::uint64_t chunks_of_epoch : {1u, 7u}) {
      die_and_go_on(1, chunks_of_epoch, random);
      die_and_go_on(3, chunks_of_epoch, random);
    }
  }
}

/// The numbers that an operation has changed, in the order in which it stores them: tallies of
/// epochs left behind, a record of the worker's line, the line's version, the next ticket.
std::vector<std::size_t> stores(std::span<const std::byte> before, std::span<const std::byte> after,
                                std::size_t workers) {
  constexpr std::size_t kLine = 128;
  constexpr std::size_t kTicket = kLine;  // behind what does not change
  constexpr std::size_t kLines = 2 * kLine;
  const auto stage = [&](std::size_t place) {
    if (place == kTicket) return 3;
    if (place >= kLines + workers * kLine) return 0;
    return place % kLine == 0 ? 2 : 1;
  };
  std::vector<std::size_t> places;
  for (std::size_t place = 0; place < before.size(); place += 8) {
    if (std::memcmp(before.data() + place, after.data() + place, 8) != 0) places.push_back(place);
  }
  std::stable_sort(places.begin(), places.end(),
                   [&](std::size_t a, std::size_t b) { return stage(a) < stage(b); });
  return places;
}

/// A run whose workers take and finish chunks in any order, with what its position must be.
class Interleaved {
 public:
  static constexpr std::uint64_t kTotal = 60;
  static constexpr std::size_t kWorkers = 3;

  Interleaved()
      : done_(done_chunks(start(), kTotal)),
        next_(start().next),
        run_(start(), kWorkers, kTotal, 3) {}

  static PositionRecord start() {
    PositionRecord start{.next = 9, .redo = {0, 4, 5, 7}, .epochs = {}, .seconds = 0};
    start.epochs = tallies_of(done_chunks(start, kTotal), 3);
    return start;
  }

  /// The worker takes a chunk, or finishes the one that it has.
  void step(std::size_t worker) {
    if (in_hand_[worker]) {
      run_.finish(worker, *in_hand_[worker]);
      done_[*in_hand_[worker]] = true;
      in_hand_[worker].reset();
      return;
    }
    in_hand_[worker] = run_.take(worker);
    if (in_hand_[worker]) next_ = std::max(next_, *in_hand_[worker] + 1);
  }

  PositionRecord expected() const {
    PositionRecord expected{next_, {}, tallies_of(done_, 3), 0};
    for (std::uint64_t chunk = 0; chunk < next_; ++chunk) {
      if (!done_[chunk]) expected.redo.push_back(chunk);
    }
    return expected;
  }

  Run& run() { return run_; }

 private:
  std::vector<bool> done_;
  std::uint64_t next_;
  std::optional<std::uint64_t> in_hand_[kWorkers];
  Run run_;
};

TEST_CASE("a process that dies between any two stores leaves the position before or after them") {
  std::mt19937 random(2);
  for (int round = 0; round < 50; ++round) {
    Interleaved workers;
    // Each of 55 chunks is taken and finished, but for the last of some.
    for (std::uint64_t operation = 0; operation < 2 * Interleaved::kTotal; ++operation) {
      const PositionRecord before = workers.expected();
      const Bytes cut(workers.run().memory());
      workers.step(random() % Interleaved::kWorkers);
      const PositionRecord after = workers.expected();
      for (const std::size_t place :
           stores(cut.span(), workers.run().memory(), Interleaved::kWorkers)) {
        // An operation counts with its last store.
        REQUIRE(equal(Position::recover(cut.span()), before));
        std::memcpy(cut.span().data() + place, workers.run().memory().data() + place, 8);
      }
      REQUIRE(equal(Position::recover(cut.span()), after));
      CHECK(equal(workers.run().position().read(), after));
    }
  }
}

}  // namespace
