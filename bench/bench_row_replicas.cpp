// The most frequent rows, which all workers write: in sets of replicas that are merged now and
// then, and in place.
#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "bench/support.hpp"
#include "engine/kernels.hpp"
#include "engine/model/matrix.hpp"
#include "engine/placement.hpp"
#include "engine/train/model_rows.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/row_replicas.hpp"

namespace hogvec::bench {
namespace {

constexpr std::size_t kDim = 100;
constexpr std::size_t kTouched = 10'000;  // rows, one after the other, as a text has them

int cores() { return std::max(static_cast<int>(std::thread::hardware_concurrency()), 2); }

/// Of negative sampling with a worker on every core.
ReplicaPolicy policy() {
  return replica_policy(make_plan({.threads = cores()}), Placement{.cores = cores()});
}

/// Rows with replicas in so many sets, or none of one, and which of them are touched.
struct HotRows {
  explicit HotRows(std::size_t sets)
      : shared(policy().output_rows, kDim),
        replicas(shared, sets, shared.rows(), policy().touches),
        touched(zipf_ids(zipf_vocabulary(shared.rows() + 1), kTouched)) {
    for (WordId& id : touched) --id;  // there is no word 0
  }

  Matrix shared;
  RowReplicas replicas;
  std::vector<WordId> touched;
};

/// Touches all, from place `first` on, and adds `step` to each element.
void train(const HotRows& rows, ReplicatedRows& worker, std::size_t first, float step,
           const Aligned<float>& ones) {
  const simd::KernelTable& kernels = active_kernels();
  const auto touch = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      kernels.axpy(step, ones.data(), worker.row(rows.touched[i]), worker.stride());
    }
  };
  touch(first, kTouched);
  touch(0, first);
}

/// Whether all that workers of different sets add in turns comes together in the shared rows.
bool adds_up(std::size_t sets) {
  HotRows rows(sets);
  const Aligned<float> ones(rows.shared.stride(), 1.0F);
  std::vector<ReplicatedRows> workers;
  for (std::size_t set = 0; set < sets; ++set) {
    workers.emplace_back(rows.replicas);
    if (sets > 1) workers.back().use_set(set);
    train(rows, workers.back(), 0, 1, ones);
  }
  for (ReplicatedRows& worker : workers) worker.merge();
  std::vector<double> want(rows.shared.rows() * kDim);
  for (const WordId row : rows.touched) {
    for (std::size_t i = 0; i < kDim; ++i) want[row * kDim + i] += static_cast<double>(sets);
  }
  return all_close(packed(rows.shared, rows.shared.rows()), want, 0, 0);
}

void bench_merge(benchmark::State& state, std::size_t sets) {
  if (state.thread_index() == 0 && !adds_up(sets)) return state.SkipWithError("wrong result");
  const HotRows& rows = kept<HotRows>(sets);
  const auto thread = static_cast<std::size_t>(state.thread_index());
  const std::size_t first = kTouched * thread / static_cast<std::size_t>(state.threads());
  ReplicatedRows worker(rows.replicas);
  if (sets > 1) worker.use_set(thread % sets);
  const Aligned<float> ones(worker.stride(), 1.0F);
  float step = 1;
  for (auto _ : state) {
    train(rows, worker, first, step, ones);
    step = -step;  // so that no row grows
  }
  count_of_thread(state, "rows", kTouched);
}

}  // namespace

void register_row_replicas() {
  // In place; in the sets that a run has; in one for each core.
  for (const std::size_t sets :
       std::set<std::size_t>{1, policy().sets, static_cast<std::size_t>(cores())}) {
    for_threads_at_once("merge_shared_row/sets:" + std::to_string(sets),
                        [sets](auto& state) { bench_merge(state, sets); });
  }
}

}  // namespace hogvec::bench
