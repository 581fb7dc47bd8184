#include "engine/cluster/sharded_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "engine/kernels.hpp"
#include "engine/train/softmax/full_softmax.hpp"
#include "engine/train/softmax/shards.hpp"

namespace hogvec {
namespace {

// Rows that are sent at a time.
constexpr std::size_t kPieceBytes = std::size_t{64} << 20;

/// The rows of W' that a rank has, as its trainer cuts them.
SliceRange rows_of_rank(std::size_t rows, const TrainPlan& plan, std::size_t ranks,
                        std::size_t rank) {
  const SoftmaxSlices slices(rows, plan, least_slice_rows(has_exact_batches(plan)), 1, true);
  const SliceRange range = slices_of_rank(slices.count(), ranks, rank);
  const auto row = [&](std::size_t slice) {
    return slice == slices.count() ? rows : slices.begin(slice);
  };
  return {row(range.begin), row(range.end)};
}

/// How a batch is cut depends on last bits, in which kernels differ. Errors: Error, on all ranks.
void require_same_kernels(Ranks& ranks) {
  const std::string mine(active_kernels().name);
  std::string of_first = mine;
  broadcast(ranks, of_first);
  together(ranks, [&] {
    if (mine == of_first) return;
    throw Error(
        fmt::format("has the kernels {}, and the first rank {}; set HOGVEC_SIMD to the same "
                    "for all ranks",
                    mine, of_first));
  });
}

MatrixView rows_between(const MatrixView& rows, const SliceRange& range) noexcept {
  return {rows.row(range.begin), range.end - range.begin, rows.dim(), rows.stride()};
}

/// Rows without padding, in a message.
MatrixView packed_rows(Bytes& bytes, std::size_t dim) noexcept {
  return {reinterpret_cast<float*>(bytes.data()), bytes.size() / (dim * sizeof(float)), dim, dim};
}

}  // namespace

/// What ranks say before a chunk.
struct ShardedRun::Word {
  bool stop;
  bool diverged;
  bool pause;
};

ShardedRun::ShardedRun(Ranks& ranks, const ChunkPlan& chunks, CorpusView text,
                       const TrainPlan& plan, const RunTables& tables, const Model& model,
                       bool in_file, const PositionRecord& start, const Placement& placement)
    : ranks_(ranks),
      chunks_(chunks),
      plan_(plan),
      model_(model),
      working_(in_file ? Model(ModelShape(text.vocabulary.size(), plan)) : Model()),
      local_(start, plan),
      position_(start) {
  require_same_kernels(ranks);
  if (in_file) {
    copy_rows(model.input, working_.input);
  } else {
    working_.input = model.input;
    working_.output = model.output;
  }
  const std::span<float> input(working_.input.data(),
                               working_.input.rows() * working_.input.stride());
  ranks.broadcast(std::as_writable_bytes(input));
  send_rows(model, working_, false);
  run_ = std::make_unique<TrainingRun>(text, plan, tables, working_, *local_, Merging::kAtStops,
                                       placement, static_cast<RunShare*>(this));
}

ShardedRun::~ShardedRun() = default;

std::size_t ShardedRun::memory(const ModelShape& shape, bool in_file) {
  return in_file ? shape.bytes() : 0;
}

std::size_t ShardedRun::spared(const ModelShape& shape, const Ranks& ranks, bool in_file) {
  if (ranks.first() && !in_file) return 0;
  const std::size_t row = row_stride(shape.dim) * sizeof(float);
  return shape.output_rows() * row / static_cast<std::size_t>(ranks.size()) *
         static_cast<std::size_t>(ranks.size() - 1);
}

/// Rows of W' between the first rank and those that have them: values without padding, since a
/// file of the first rank may have another stride.
void ShardedRun::send_rows(const Model& from, const Model& to, bool to_first) {
  const auto size = static_cast<std::size_t>(ranks_.size());
  const auto mine = static_cast<std::size_t>(ranks_.rank());
  const std::size_t row_bytes = from.output.dim() * sizeof(float);
  const std::size_t piece = std::max<std::size_t>(kPieceBytes / row_bytes, 1);
  Bytes values;
  std::vector<Bytes> in;
  for (std::size_t rank = 0; rank < size; ++rank) {
    const SliceRange rows = rows_of_rank(from.output.rows(), plan_, size, rank);
    if (rank == 0) {  // which has them
      if (mine == 0 && from.output.data() != to.output.data()) {
        copy_rows(rows_between(from.output, rows), rows_between(to.output, rows));
      }
      continue;
    }
    for (std::size_t begin = rows.begin; begin < rows.end; begin += piece) {
      const SliceRange some{begin, std::min(rows.end, begin + piece)};
      const std::size_t sender = to_first ? rank : 0;
      const std::size_t receiver = to_first ? 0 : rank;
      std::vector<std::span<const std::byte>> out(size);
      if (mine == sender) {
        values.resize((some.end - some.begin) * row_bytes);
        copy_rows(rows_between(from.output, some), packed_rows(values, from.output.dim()));
        out[receiver] = values;
      }
      ranks_.exchange(out, in);
      if (mine == receiver) {
        copy_rows(packed_rows(in[sender], to.output.dim()), rows_between(to.output, some));
      }
    }
  }
}

/// All ranks say whether they go on, and come to the same answer.
bool ShardedRun::go_on(bool diverged) {
  const Word mine{stop_.load(std::memory_order_relaxed), diverged, ranks_.first() && wants_pause()};
  const std::vector<Word> all = values_of_all(ranks_, mine);
  paused_ = all[0].pause;
  over_ = paused_ || std::any_of(all.begin(), all.end(),
                                 [](const Word& word) { return word.stop || word.diverged; });
  return !over_;
}

/// By the worker, before every chunk.
bool ShardedRun::wait_beyond(std::uint64_t limit) {
  if (!go_on(false)) return false;
  limit_.store(limit + 1, std::memory_order_relaxed);
  return true;
}

RunEnd ShardedRun::run() { return run_until(plan_.epochs * chunks_.all()); }

RunEnd ShardedRun::run_epochs(std::size_t count) {
  return run_until(std::min<std::uint64_t>(plan_.epochs, epochs_done() + count) * chunks_.all());
}

RunEnd ShardedRun::run_until(std::uint64_t end) {
  // Batches follow each other in less than a millisecond, and wait for each other.
  ranks_.wait(Ranks::Waiting::kAwake);
  over_ = paused_ = false;
  limit_ = (*local_).read().next;
  const RunEnd how = run_->run_until(end);
  // Who has found its rows to grow beyond all use has not said so yet: before the next chunk.
  const bool diverged = how == RunEnd::kDiverged;
  if (!over_) go_on(diverged);
  ranks_.wait(Ranks::Waiting::kAsleep);
  divergence_ = divergence_of_all(ranks_, run_->divergence());
  send_rows(working_, model_, true);
  if (ranks_.first() && model_.input.data() != working_.input.data()) {
    copy_rows(working_.input, model_.input);
  }
  position_ = (*local_).read();
  if (divergence_) return RunEnd::kDiverged;
  const std::uint64_t first = position_.first();
  if (first >= plan_.epochs * chunks_.all()) return RunEnd::kFinished;
  if (first >= end) return RunEnd::kEpoch;
  return paused_ ? RunEnd::kPaused : RunEnd::kStopped;
}

}  // namespace hogvec
