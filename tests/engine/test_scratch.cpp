// Scratch, its Meter and its Pages, run_workers' loops apart: what is counted is what is taken, so
// that a run's memory is known before it. Out of scope: what a whole process takes
// (tools/test_memory.sh).
#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "engine/train/run.hpp"
#include "engine/train/scratch.hpp"
#include "tests/engine/small_runs.hpp"

namespace {

using namespace hogvec;

TEST_CASE("scratch is zeroed, on cache lines of its own, and moves") {
  constexpr std::size_t kLine = 64;
  for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 1'000u}) {
    Scratch<float> one(size);
    const Scratch<float> two(size);
    CHECK(one.size() == size);
    CHECK(reinterpret_cast<std::uintptr_t>(one.data()) % kLine == 0);
    // A whole register may be read at the last element.
    for (std::size_t i = 0; i < size + kLine / sizeof(float); ++i) CHECK(one.data()[i] == 0);
    for (std::size_t i = 0; i < size; ++i) one[i] = 1;
    for (std::size_t i = 0; i < size; ++i) CHECK(two[i] == 0);
    float* const data = one.data();
    const Scratch<float> moved = std::move(one);
    CHECK(moved.data() == data);
    CHECK(moved.size() == size);
    CHECK(one.size() == 0);  // NOLINT(bugprone-use-after-move): it says so
  }
}

TEST_CASE("a meter counts what is made of scratch while it lives, and nothing is made") {
  std::size_t counted = 0;
  {
    const scratch::Meter meter;
    const Scratch<float> a(100);
    const Scratch<std::uint64_t> b(7);
    CHECK(a.data() == nullptr);
    CHECK(a.size() == 0);
    counted = meter.bytes();
    // Each in whole lines, with one behind it: 400 bytes are 7 of 64, 56 are one.
    CHECK(counted == (7 + 1 + 1 + 1) * 64);
    std::size_t elsewhere = 1;
    std::thread([&] { elsewhere = Scratch<float>(10).size(); }).join();
    CHECK(elsewhere == 10);  // another thread's is made
    CHECK(meter.bytes() == counted);
  }
  CHECK(Scratch<float>(3).size() == 3);
}

TEST_CASE("meters nest: the inner one counts what is made while it lives, the outer one the rest") {
  const scratch::Meter outer;
  const Scratch<char> a(64);
  const std::size_t before = outer.bytes();
  {
    const scratch::Meter inner;
    CHECK(inner.bytes() == 0);
    const Scratch<char> b(640);
    CHECK(inner.bytes() == 11 * 64);
  }
  CHECK(outer.bytes() == before);
  const Scratch<char> c(64);
  CHECK(outer.bytes() == 2 * before);
}

TEST_CASE("pages hold what is made while they are filled, each whole pages apart from others") {
  std::size_t counted = 0;
  {
    const scratch::Meter meter;
    const Scratch<float> a(100);
    const Scratch<float> b(3'000);
    counted = meter.bytes();
  }
  constexpr std::size_t kPage = 4096;
  CHECK(scratch::Pages::bytes(counted) % kPage == 0);
  CHECK(scratch::Pages::bytes(counted) - counted < kPage);
  scratch::Pages pages(counted);
  scratch::Pages others(counted);
  std::vector<Scratch<float>> made;
  for (scratch::Pages* const some : {&pages, &others}) {
    const scratch::Pages::Filling filling(*some);
    made.emplace_back(100);
    made.emplace_back(3'000);
  }
  const auto page = [](const float* place) {
    return reinterpret_cast<std::uintptr_t>(place) / kPage;
  };
  CHECK(page(made[0].data()) * kPage == reinterpret_cast<std::uintptr_t>(made[0].data()));
  CHECK(made[1].data() == made[0].data() + (7 + 1) * 16);  // 7 lines, and one behind them
  // Neither begins in a page of the other's.
  const bool in_order = made[0].data() < made[2].data();
  const Scratch<float>& last_of_first = made[in_order ? 1 : 3];
  const Scratch<float>& first_of_last = made[in_order ? 2 : 0];
  CHECK(page(last_of_first.data() + last_of_first.size()) < page(first_of_last.data()));
  for (const Scratch<float>& scratch : made) {
    for (std::size_t i = 0; i < scratch.size(); ++i) {
      CHECK(scratch[i] == 0);
      scratch[i] = 1;
    }
  }
}

TEST_CASE("what has no room in the pages, or is made later or elsewhere, has memory of its own") {
  scratch::Pages pages(64 * 4);
  auto inside = [first = std::uintptr_t{0}](const Scratch<char>& scratch) mutable {
    const auto place = reinterpret_cast<std::uintptr_t>(scratch.data());
    if (first == 0) first = place;
    return place >= first && place < first + scratch::Pages::bytes(64 * 4);
  };
  std::vector<Scratch<char>> made;
  {
    const scratch::Pages::Filling filling(pages);
    made.emplace_back(64);
    CHECK(inside(made.back()));
    made.emplace_back(10'000);
    CHECK_FALSE(inside(made.back()));
    bool elsewhere = true;
    std::thread([&] { elsewhere = inside(Scratch<char>(64)); }).join();
    CHECK_FALSE(elsewhere);
    made.emplace_back(64);
    CHECK(inside(made.back()));
  }
  made.emplace_back(64);
  CHECK_FALSE(inside(made.back()));
}

TEST_CASE("a run's memory grows with its workers by what one worker's sample takes at least") {
  const Corpus corpus = testing::small_corpus(30'000);
  const auto memory = [&](TrainSettings settings) {
    const TrainPlan plan = make_plan(settings);
    return TrainingRun::memory(corpus, plan, RunTables(corpus.vocabulary, plan));
  };
  const ChunkPlan chunks(corpus.text);
  // Each kept word has at least an id, a reach and a repeat.
  const std::size_t sample = chunks.longest() * 3 * sizeof(std::uint32_t);
  TrainSettings one{.dim = 50};
  TrainSettings three = one;
  three.threads = 3;
  CHECK(memory(three) >= memory(one) + 2 * sample);
  // Noise rows are scratch of the worker: each of a block's centers with each row.
  TrainSettings noisy = one;
  noisy.noise_rows = 2'000;
  CHECK(memory(noisy) >= memory(one) + (2'000 - 5) * 50 * sizeof(float));
  // Beside the matrices there is little in one worker.
  const ModelShape shape(corpus.vocabulary.size(), make_plan(one));
  CHECK(memory(one) > shape.bytes());
}

}  // namespace
