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

// About what a core does in 0.1 ms, of the sizes that people train.
constexpr std::size_t kRows = 480;
constexpr std::size_t kDim = 100;
constexpr std::size_t kBatch = 32;
constexpr int kTries = 5;

/// Of the fastest of some visits, whose numbers do not matter.
Clock::duration time_of_visit(const simd::SoftmaxKernels& kernels) {
  const Matrix rows(kRows, kDim);
  const Matrix hidden(kBatch, kDim);
  const simd::SoftmaxShape shape{hidden.stride(), kDim, kBatch};
  const auto floats = [](std::size_t size) { return Matrix(1, std::max<std::size_t>(size, 1)); };
  const Matrix packed = floats(kernels.hidden_size(shape));
  const Matrix steps = floats(kernels.steps_size(shape));
  const Matrix exp_scores = floats(kernels.exp_scores_size(shape, kRows));
  const Matrix sums = floats(kernels.sums_size(shape));
  const Matrix scratch = floats(kernels.scratch_size(shape));
  const std::vector<float> zeros(kBatch);
  std::vector<double> z(kBatch);
  std::vector<float> max_score(kBatch);
  kernels.pack_hidden(shape, hidden.data(), kBatch, packed.data());
  kernels.pack_steps(shape, hidden.data(), zeros.data(), kBatch, steps.data());
  simd::SoftmaxVisit visit{.shape = shape,
                           .rows = rows.data(),
                           .row_count = kRows,
                           .count_before = 0,
                           .steps = steps.data(),
                           .count = kBatch,
                           .hidden = packed.data(),
                           .shift = zeros.data(),
                           .exp_scores = exp_scores.data(),
                           .z = z.data(),
                           .max_score = max_score.data(),
                           .sums = sums.data(),
                           .scratch = scratch.data()};
  kernels.visit(visit);
  visit.count_before = kBatch;
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
  return **std::min_element(kernels.begin(), kernels.end(), [](const auto* a, const auto* b) {
    return time_of_visit(*a) < time_of_visit(*b);
  });
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

}  // namespace hogvec
