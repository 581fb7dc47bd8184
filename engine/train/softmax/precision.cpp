#include "engine/train/softmax/precision.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <mutex>
#include <vector>

#include "engine/model/matrix.hpp"

namespace hogvec {
namespace {

using Clock = std::chrono::steady_clock;

// About what a core does in 0.1 ms with a batch of the usual size.
constexpr std::size_t kRows = 480;
constexpr std::size_t kMostCenters = 64;  // more of them take longer, and are as fast
constexpr std::size_t kUsualDim = 100;
constexpr std::size_t kUsualBatch = 32;
constexpr int kTries = 5;

/// Of the fastest of some visits of a batch, whose numbers do not matter.
Clock::duration time_of_visit(const simd::SoftmaxKernels& kernels, std::size_t dim,
                              std::size_t batch) {
  const Matrix rows(kRows, dim);
  const Matrix hidden(batch, dim);
  const simd::SoftmaxShape shape{hidden.stride(), dim, batch};
  const auto floats = [](std::size_t size) { return Matrix(1, std::max<std::size_t>(size, 1)); };
  const Matrix packed = floats(kernels.hidden_size(shape));
  const Matrix steps = floats(kernels.steps_size(shape));
  const Matrix exp_scores = floats(kernels.exp_scores_size(shape, kRows));
  const Matrix sums = floats(kernels.sums_size(shape));
  const Matrix scratch = floats(kernels.scratch_size(shape));
  const std::vector<float> zeros(batch);
  std::vector<double> z(batch);
  std::vector<float> max_score(batch);
  kernels.pack_hidden(shape, hidden.data(), batch, packed.data());
  kernels.pack_steps(shape, hidden.data(), zeros.data(), batch, steps.data());
  simd::SoftmaxVisit visit{.shape = shape,
                           .rows = rows.data(),
                           .row_count = kRows,
                           .count_before = 0,
                           .steps = steps.data(),
                           .count = batch,
                           .hidden = packed.data(),
                           .shift = zeros.data(),
                           .exp_scores = exp_scores.data(),
                           .z = z.data(),
                           .max_score = max_score.data(),
                           .sums = sums.data(),
                           .scratch = scratch.data()};
  kernels.visit(visit);
  visit.count_before = batch;
  Clock::duration least = Clock::duration::max();
  for (int k = 0; k < kTries; ++k) {
    const Clock::time_point start = Clock::now();
    kernels.visit(visit);
    least = std::min(least, Clock::now() - start);
  }
  return least;
}

const simd::SoftmaxKernels& fastest(const std::vector<const simd::SoftmaxKernels*>& kernels) {
  // The bits of a run must not hang on a stopwatch: tiles, which sum in another order, are far
  // ahead of all others where there are some, and all others have the same bits.
  if (kernels.size() == 1 || kernels[0]->name == "amx-bf16") return *kernels[0];
  std::vector<Clock::duration> times(kernels.size());
  std::transform(kernels.begin(), kernels.end(), times.begin(),
                 [](const auto* one) { return time_of_visit(*one, kUsualDim, kUsualBatch); });
  return *kernels[static_cast<std::size_t>(std::min_element(times.begin(), times.end()) -
                                           times.begin())];
}

}  // namespace

const simd::SoftmaxKernels& softmax_kernels(SoftmaxPrecision precision,
                                            const simd::KernelTable& table) {
  if (precision == SoftmaxPrecision::kFp32) return table.softmax;
  static std::mutex mutex;
  static std::map<std::string_view, const simd::SoftmaxKernels*> chosen;  // by the table's name
  const std::lock_guard lock(mutex);
  const simd::SoftmaxKernels*& of_table = chosen[table.name];
  if (of_table == nullptr) of_table = &fastest(simd::bf16_softmax_kernels(table));
  return *of_table;
}

double softmax_gain(const TrainPlan& plan, const simd::KernelTable& table) {
  const simd::SoftmaxKernels& kernels = softmax_kernels(plan.softmax_precision, table);
  const std::size_t batch = std::min(plan.softmax_batch, kMostCenters);
  const std::chrono::duration<double> single = time_of_visit(table.softmax, plan.dim, batch);
  return single / time_of_visit(kernels, plan.dim, batch);
}

}  // namespace hogvec
