// A round of a Team with nothing to do: what the threads of the full softmax pay to meet, once a
// mini-batch, and once a center in an exact batch.
#include <array>
#include <cstddef>
#include <string>

#include "bench/support.hpp"
#include "engine/team.hpp"

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

}  // namespace

void register_team() {
  for (const int threads : thread_counts()) {
    benchmark::RegisterBenchmark(("team_round/threads:" + std::to_string(threads)).c_str(),
                                 [threads](auto& state) { bench_round(state, threads); })
        ->UseRealTime();
  }
}

}  // namespace hogvec::bench
