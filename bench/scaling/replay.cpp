#include "bench/scaling/replay.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "bench/cpus.hpp"
#include "engine/topology.hpp"
#include "simd/prefetch.hpp"

namespace hogvec::bench {

Replay::Replay(const Touches& touches, std::size_t dim,
               const std::function<float*(std::uint32_t row)>& place,
               const std::vector<bool>* not_fetched)
    : touches_(touches),
      kernels_(*simd::wanted_kernels()),
      stride_(simd::padded(dim)),
      to_write_(simd::can_prefetch_to_write()),
      hidden_(stride_) {
  rows_.reserve(touches.rows.size());
  touches.for_each_block([&](std::span<const Call>, std::span<const std::uint32_t> rows) {
    for (const std::uint32_t row : rows) {
      rows_.push_back(place(row));
      if (not_fetched == nullptr || !(*not_fetched)[row]) fetched_.push_back(rows_.back());
    }
    fetched_end_.push_back(fetched_.size());
  });
  std::size_t pairs = 0;
  std::size_t scratch = 0;
  for (const Call& call : touches.calls) {
    if (is_logistic(call.kernel)) pairs = std::max(pairs, call.pairs());
    scratch = std::max(scratch, simd::logistic_scratch(call.inputs, call.outputs));
  }
  scratch_.resize(scratch);
  positives_.resize(pairs + 2 * simd::kRowPadding);
  trials_.resize(pairs + 2 * simd::kRowPadding, 1.0F);
  for (std::size_t i = 0; i < positives_.size(); i += 5) positives_[i] = 1;
}

void Replay::fetch(std::size_t block) const noexcept {
  for (std::size_t i = block == 0 ? 0 : fetched_end_[block - 1]; i < fetched_end_[block]; ++i) {
    simd::prefetch_row(fetched_[i], stride_, to_write_);
  }
}

void Replay::call(const Call& call, float* const* rows) noexcept {
  constexpr float kAlpha = 1e-6F;
  const bool own = call.kernel == Kernel::kOwnBlock;
  switch (call.kernel) {
    case Kernel::kLogisticBlock:
    case Kernel::kOwnBlock:
      kernels_.logistic_block({.inputs = rows,
                               .own = own ? rows + call.inputs : nullptr,
                               .outputs = rows + call.rows() - call.shared(),
                               .positives = positives_.data(),
                               .trials = trials_.data(),
                               .scratch = scratch_.data(),
                               .input_count = call.inputs,
                               .output_count = call.shared(),
                               .stride = stride_,
                               .alpha = kAlpha,
                               .gains = own});
      break;
    case Kernel::kMeanRow:
      kernels_.mean_row(rows, call.inputs, stride_, hidden_.data());
      break;
    case Kernel::kAddToRows:
      kernels_.add_to_rows(kAlpha, hidden_.data(), rows, call.inputs, stride_);
      break;
    case Kernel::kMergeRow:
      kernels_.merge_row(rows[0], rows[1], rows[2], stride_);
      break;
  }
}

void Replay::block() noexcept {
  const std::size_t after = next_ + 1 == blocks() ? 0 : next_ + 1;
  fetch(after);
  const BlockTouches begin = next_ == 0 ? BlockTouches{0, 0} : touches_.blocks[next_ - 1];
  float* const* rows = rows_.data() + begin.row_end;
  for (std::uint32_t c = begin.call_end; c < touches_.blocks[next_].call_end; ++c) {
    call(touches_.calls[c], rows);
    rows += touches_.calls[c].rows();
  }
  next_ = after;
}

double time_blocks(Replay& replay, double seconds) {
  using Clock = std::chrono::steady_clock;
  constexpr std::size_t kLook = 100;  // blocks between two looks at the clock
  double took = 0;
  std::thread worker([&] {  // of its own, which is bound
    if (const std::vector<int> cpus = usable_cpus(); !cpus.empty()) run_on({cpus.data(), 1});
    for (std::size_t b = 0; b < replay.blocks(); ++b) replay.block();
    const Clock::time_point begin = Clock::now();
    std::chrono::duration<double> elapsed{};
    std::size_t blocks = 0;
    while (elapsed.count() < seconds) {
      for (std::size_t b = 0; b < kLook; ++b) replay.block();
      blocks += kLook;
      elapsed = Clock::now() - begin;
    }
    took = elapsed.count() / static_cast<double>(blocks) * 1e9;
  });
  worker.join();
  return took;
}

}  // namespace hogvec::bench
