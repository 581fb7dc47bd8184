// What the workers of a run touch: the rows that the engine's own trainers give to their kernels,
// in order, replicas and merges among them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/corpus/corpus.hpp"
#include "engine/train/model_rows.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/run_tables.hpp"
#include "simd/kernels.hpp"

namespace hogvec::bench {

/// A kernel, as far as it touches rows.
enum class Kernel : std::uint8_t {
  kLogisticBlock,  // updates its inputs and outputs
  kOwnBlock,       // likewise; the first outputs are those of one input each
  kMeanRow,        // reads its inputs
  kAddToRows,      // updates its inputs
  kMergeRow,       // updates a shared row, a replica, and what they last had in common
};

constexpr bool is_logistic(Kernel kernel) noexcept {
  return kernel == Kernel::kLogisticBlock || kernel == Kernel::kOwnBlock;
}

constexpr bool updates(Kernel kernel) noexcept { return kernel != Kernel::kMeanRow; }
/// Whether it is called before a block is trained, while its rows are gathered.
constexpr bool gathers(Kernel kernel) noexcept {
  return kernel == Kernel::kMeanRow || kernel == Kernel::kMergeRow;
}

struct Call {
  Kernel kernel;
  std::uint16_t inputs;
  std::uint16_t outputs;

  std::size_t rows() const noexcept { return std::size_t{inputs} + outputs; }
  /// Outputs that all inputs meet.
  std::size_t shared() const noexcept {
    return kernel == Kernel::kOwnBlock ? std::size_t{outputs} - inputs : outputs;
  }
  /// Of a logistic block: pairs of an input and an output.
  std::size_t pairs() const noexcept {
    return inputs * (shared() + (kernel == Kernel::kOwnBlock ? 1 : 0));
  }
};

/// Calls [begin, end) and their rows: one block.
struct BlockTouches {
  std::uint32_t call_end;
  std::uint32_t row_end;
};

/// Of one worker.
struct Touches {
  std::vector<Call> calls;
  std::vector<std::uint32_t> rows;   // of all calls, inputs first: names of RowNames
  std::vector<BlockTouches> blocks;  // where each ends
  std::size_t words = 0;             // of the text

  void end_block() {
    blocks.push_back(
        {static_cast<std::uint32_t>(calls.size()), static_cast<std::uint32_t>(rows.size())});
  }

  /// Forgets what comes behind so many blocks; the words go with them.
  void keep(std::size_t count) {
    if (count >= blocks.size()) return;
    words = words * count / blocks.size();
    blocks.resize(count);
    calls.resize(blocks.back().call_end);
    rows.resize(blocks.back().row_end);
  }

  /// Visits the blocks in order: visit(calls, rows).
  template <class Visit>
  void for_each_block(const Visit& visit) const {
    BlockTouches begin{0, 0};
    for (const BlockTouches& end : blocks) {
      visit(std::span(calls).subspan(begin.call_end, end.call_end - begin.call_end),
            std::span(rows).subspan(begin.row_end, end.row_end - begin.row_end));
      begin = end;
    }
  }
};

/// Cache lines of a row of `dim` floats.
constexpr std::size_t lines_of_row(std::size_t dim) noexcept {
  return simd::padded(dim) * sizeof(float) / 64;
}

/// Workers who share rows.
struct Workers {
  std::vector<Touches> touches;
  std::size_t dim = 0;
  std::size_t rows = 0;                  // that have names
  std::vector<std::size_t> matrix_rows;  // the first of them: those of each matrix
  std::vector<bool> not_fetched;         // by name: trainers do not ask for it before its block

  std::size_t lines() const noexcept { return lines_of_row(dim); }
};

/// Numbers for rows, by where they lie: 0, 1, ...
class RowNames {
 public:
  std::uint32_t of(const float* row) {
    return names_.try_emplace(row, static_cast<std::uint32_t>(names_.size())).first->second;
  }
  std::size_t size() const noexcept { return names_.size(); }

 private:
  std::unordered_map<const float*, std::uint32_t> names_;
};

/// A run whose workers train, one after the other, `chunks` chunks each, by kernels that only note
/// what they are given: nothing is computed, and what is touched does not depend on any value. The
/// rows of the matrices have the names 0, 1, ... in the order W, W', nodes.
class TouchedRun {
 public:
  /// All by reference must outlive it.
  TouchedRun(const Corpus& corpus, const TrainPlan& plan, const RunTables& tables,
             const Model& model);

  /// Workers are spread over the sets in their order.
  Workers record(const ReplicaPolicy& policy, int workers, std::size_t chunks);

  /// Seconds that one worker takes for each word of the text beside its kernels of rows: drawing,
  /// gathering, counting.
  double seconds_beside_kernels(std::size_t chunks);

 private:
  const Corpus& corpus_;
  const TrainPlan& plan_;
  const RunTables& tables_;
  const Model& model_;
  RowNames names_;
};

}  // namespace hogvec::bench
