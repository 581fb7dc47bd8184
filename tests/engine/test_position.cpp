// Position: who takes which chunk, what a reader sees meanwhile, what is left when the process dies
// at any moment, and damaged memory. 1 to 4 workers, some thousand chunks, 1 to 7 of them an epoch.
// Tolerance: none with one worker; with several, a chunk that two have said that they take may be
// trained twice. Out of scope: what a chunk is (test_schedule), files (test_stored_model).
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <new>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include "engine/train/position.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;
using testing::error_of;

/// What a pass over a chunk adds, so that the sums say which chunks are in them: kept counts the
/// chunks, examples adds their numbers.
EpochTally tally_of(std::uint64_t chunk) {
  return {.loss = {.sum = 0.5, .examples = chunk, .panels = 2 * chunk}, .kept = 1};
}

bool equal(const EpochTally& a, const EpochTally& b) {
  return a.kept == b.kept && a.loss.sum == b.loss.sum && a.loss.examples == b.loss.examples &&
         a.loss.panels == b.loss.panels;
}

bool equal(const PositionRecord& a, const PositionRecord& b) {
  return a.next == b.next && a.redo == b.redo && a.seconds == b.seconds &&
         std::equal(a.epochs.begin(), a.epochs.end(), b.epochs.begin(), b.epochs.end(),
                    [](const EpochTally& x, const EpochTally& y) { return equal(x, y); });
}

/// Chunks that a position has behind it, of `total`.
std::vector<bool> done_chunks(const PositionRecord& position, std::uint64_t total) {
  std::vector<bool> done(total, false);
  std::fill_n(done.begin(), std::min(position.next, total), true);
  for (const std::uint64_t chunk : position.redo) done.at(chunk) = false;
  return done;
}

/// The tallies of these chunks, each counted once, as a position without later epochs has them.
std::vector<EpochTally> tallies_of(const std::vector<bool>& done, std::uint64_t chunks_of_epoch) {
  std::vector<EpochTally> epochs((done.size() + chunks_of_epoch - 1) / chunks_of_epoch);
  for (std::uint64_t chunk = 0; chunk < done.size(); ++chunk) {
    if (done[chunk]) epochs[chunk / chunks_of_epoch] += tally_of(chunk);
  }
  while (!epochs.empty() && epochs.back().kept == 0) epochs.pop_back();
  return epochs;
}

/// Memory of a run, and the position in it. Shared with processes that are forked later.
class Run {
 public:
  Run(const PositionRecord& start, std::size_t workers, std::uint64_t total,
      std::uint64_t chunks_of_epoch)
      : total_(total),
        chunks_of_epoch_(chunks_of_epoch),
        size_(Position::bytes(start, workers, (total + chunks_of_epoch - 1) / chunks_of_epoch)) {
    void* const memory =
        mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    memory_ = static_cast<std::byte*>(memory);
    std::memset(memory_, 0xee, size_);  // what lay there before
    position_ =
        Position({memory_, size_}, start, workers, (total + chunks_of_epoch - 1) / chunks_of_epoch);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() { munmap(memory_, size_); }

  Position& position() { return position_; }
  std::span<const std::byte> memory() const { return {memory_, size_}; }

  std::optional<std::uint64_t> take(std::size_t worker) { return position_.take(worker, total_); }
  void finish(std::size_t worker, std::uint64_t chunk) {
    position_.finish(worker, chunk / chunks_of_epoch_, tally_of(chunk));
  }

 private:
  std::uint64_t total_;
  std::uint64_t chunks_of_epoch_;
  std::size_t size_;
  std::byte* memory_;
  Position position_;
};

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

/// A chunk's work: none of every other one, so that several are done while a reader looks, or ten
/// times as long as a look at all lines, so that it finds moments in which none is taken.
void work(std::uint64_t chunk) {
  for (volatile int i = 0; chunk % 2 == 0 && i < 1'000;) i = i + 1;
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

/// Bytes on a line's border, as the memory of a position is, and nothing behind them.
class Bytes {
 public:
  explicit Bytes(std::span<const std::byte> bytes)
      : size_(bytes.size()), data_(new (std::align_val_t{128}) std::byte[bytes.size()]) {
    std::copy(bytes.begin(), bytes.end(), data_.get());
  }
  std::span<std::byte> span() const { return {data_.get(), size_}; }

 private:
  struct Delete {
    void operator()(std::byte* data) const { ::operator delete[](data, std::align_val_t{128}); }
  };
  std::size_t size_;
  std::unique_ptr<std::byte[], Delete> data_;
};

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

TEST_CASE("a position of its own begins where it is told") {
  TrainPlan plan = make_plan({.epochs = 3, .threads = 2});
  LocalPosition local({.next = 4, .redo = {3}, .epochs = {tally_of(1)}, .seconds = 2}, plan);
  CHECK((*local).take(1, 100) == 3);
  CHECK((*local).epoch(0).kept == 1);
  CHECK((*local).seconds() == 2);
}

}  // namespace
