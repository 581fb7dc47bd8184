// What the threads of the full softmax pay for being several: a round of a Team with nothing to do,
// once a mini-batch, and once a center in an exact batch; and the sums over all slices of W', which
// each of them makes a part of.
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "bench/support.hpp"
#include "engine/team.hpp"
#include "engine/train/softmax/slices.hpp"
#include "engine/train/softmax/tree_sums.hpp"

namespace hogvec::bench {
namespace {

constexpr std::size_t kSlices = 16;

void bench_round(benchmark::State& state, int threads) {
  Team team(threads, kSlices);
  std::array<std::size_t, kSlices> visits{};
  const auto round = [&] {
    team.for_each_slice([&](std::size_t slice, std::size_t) { ++visits[slice]; });
  };
  std::size_t rounds = 0;
  for (auto _ : state) {
    round();
    ++rounds;
  }
  for (const std::size_t visited : visits) {
    if (visited != rounds) return state.SkipWithError("wrong result");
  }
  count(state, "rounds", 1);
}

/// The sums of a batch over slices that have nothing but a mark in them.
class MarkedSlices {
 public:
  MarkedSlices(int threads, std::size_t batch, std::size_t dim)
      : slices_(kRows, plan(threads), 128, threads),
        team_(slices_.threads(), slices_.parts()),
        sums_(slices_.thread_count(), slices_.parts(), slices_.parts_of_thread(),
              slices_.slices_of_part(), batch * simd::padded(dim)) {}

  std::size_t count() const noexcept { return slices_.count(); }

  /// As SoftmaxVisits does it, but for the kernel.
  void reduce() {
    team_.for_each_slice([this](std::size_t part, std::size_t thread) {
      for (std::size_t i = 0; i < slices_.slices_of_part(); ++i) {
        const std::size_t slice = slices_.first_slice(part) + i;
        float* const sums = sums_.begin_slice(thread, part, i);
        sums[slice] += static_cast<float>(slice + 1);
        sums[sums_.size() - 1] += 1;
        sums_.end_slice(thread, part, i);
      }
      sums_.end_part(part);
    });
    add_left(sums_, team_, slices_.parts());
  }

  /// Whether every mark is in the sums once, and nothing else.
  bool summed_right() const {
    std::vector<float> want(sums_.size());
    for (std::size_t slice = 0; slice < count(); ++slice) {
      want[slice] += static_cast<float>(slice + 1);
      want.back() += 1;
    }
    return std::equal(want.begin(), want.end(), sums_.total());
  }

 private:
  static constexpr std::size_t kRows = 70'000;  // V: enough for as many slices as there may be

  static TrainPlan plan(int threads) {
    return make_plan({.full_softmax = true, .negatives = 0, .threads = threads});
  }

  SoftmaxSlices slices_;
  Team team_;
  TreeSums<float> sums_;
};

void bench_reduce(benchmark::State& state, int threads, std::size_t batch, std::size_t dim) {
  MarkedSlices slices(threads, batch, dim);
  slices.reduce();
  if (!slices.summed_right()) return state.SkipWithError("wrong result");
  for (auto _ : state) slices.reduce();
  if (!slices.summed_right()) return state.SkipWithError("wrong result");
  count(state, "slices", slices.count());
}

}  // namespace

void register_team() {
  constexpr std::size_t kBatch = 32;
  constexpr std::size_t kDim = 100;
  for (const int threads : thread_counts(2)) {
    const std::string suffix = "/threads:" + std::to_string(threads);
    benchmark::RegisterBenchmark(("team_round" + suffix).c_str(), [threads](auto& state) {
      bench_round(state, threads);
    })->UseRealTime();
    const std::string reduce =
        "reduce_slices/D:" + std::to_string(kDim) + "/B:" + std::to_string(kBatch) + suffix;
    benchmark::RegisterBenchmark(reduce.c_str(), [threads](auto& state) {
      bench_reduce(state, threads, kBatch, kDim);
    })->UseRealTime();
  }
}

}  // namespace hogvec::bench
