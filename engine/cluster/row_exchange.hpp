// What ranks with a model each tell each other of the rows that they have trained.
//
// Every rank has the rows twice: those that all ranks agree on, the same bytes everywhere, and
// those that its workers train. The difference is what others do not know yet. In an exchange each
// row that was touched goes, as a difference, to the rank that owns it; the owner makes one change
// of those that it gets; and all add that to the agreed row, and to their own what is new in it.
// What workers change meanwhile is a difference still: it goes with the next exchange.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/cluster/combination.hpp"
#include "engine/model/model.hpp"
#include "engine/ranks.hpp"
#include "engine/train/row_marks.hpp"
#include "engine/train/scratch.hpp"
#include "simd/prefetch.hpp"

namespace hogvec {

/// What exchanges came to, on this rank.
struct ExchangeTotals {
  std::uint64_t exchanges = 0;
  std::uint64_t rows = 0;   // that were agreed on
  std::uint64_t bytes = 0;  // sent and received
  double seconds = 0;
};

/// One thread, beside workers that train `working` without locks.
class RowExchange {
 public:
  /// Both have the same values, the same on all ranks, when `steps` have been made: words of the
  /// text that all ranks have trained, each times its learning rate. All that is passed must
  /// outlive it. Errors: std::bad_alloc.
  RowExchange(Ranks& ranks, const Vocabulary& vocabulary, const TrainPlan& plan,
              const RunTables& tables, const Model& working, const Model& agreed, double steps);

  /// What workers mark is exchanged.
  ModelMarks& marks() noexcept { return marks_; }

  /// Exchanges rows that were marked: of the most frequent ones of each matrix always, and of twice
  /// as many every second time, and so on (pWord2Vec's order); the others stay marked. `steps` so
  /// far are the same on all ranks, and do not fall. Errors: those of Ranks; std::bad_alloc.
  void run(double steps);
  /// All rows that differ, marked or not, while nobody trains: working and agreed rows are then the
  /// same, on all ranks.
  void run_all(double steps);

  const ExchangeTotals& totals() const noexcept { return totals_; }
  /// Bytes beside the models that it takes with full messages.
  static std::size_t memory(const ModelShape& shape);

 private:
  class Message;
  struct Matrix {
    MatrixView working;
    MatrixView agreed;
    RowMarks* marks;
  };
  /// A change of a row that this rank owns, by all that have sent one.
  struct Sum {
    std::uint32_t row;
    std::uint32_t ranks;
  };

  std::size_t class_of(std::size_t row) const noexcept;
  std::size_t rows_of_classes(std::size_t classes) const noexcept;
  void exchange(std::size_t classes, double steps, bool all);
  void send(std::vector<std::span<const std::byte>> out, std::vector<Bytes>& in);
  void look_at_other_sides();
  static void prefetch(const Matrix& matrix, std::size_t row, bool to_write) noexcept;
  void collect(std::size_t matrix, std::size_t limit, bool all);
  float* sum(std::size_t place, std::size_t dim) noexcept;
  void add_up(std::size_t matrix);
  void combine(std::size_t matrix, double steps);
  void apply(std::size_t matrix, const Bytes& result, std::size_t owner, bool all);

  Ranks& ranks_;
  std::size_t size_;
  std::size_t rank_;
  bool prefetch_to_write_ = simd::can_prefetch_to_write();
  std::array<RowTouches, 3> touches_;
  ModelMarks marks_;
  std::array<Matrix, 3> matrices_;
  std::array<OtherSide, 3> other_sides_;  // of each matrix
  std::size_t frequent_rows_;             // of a matrix, that are in every exchange
  std::size_t classes_;                   // of rows, by how often they are exchanged
  std::vector<double> last_steps_;        // when each class was
  std::uint64_t turn_ = 0;                // exchanges so far
  std::vector<std::uint32_t> rows_;       // of a matrix, that are collected
  std::vector<Bytes> out_;                // differences, to each owner
  std::vector<Bytes> in_;                 // of each other rank, of rows that this one owns
  std::vector<std::uint32_t> place_of_;   // of each of these, in sums_; kNone
  std::vector<Sum> sums_;
  Scratch<float> values_;       // of the sums, padded rows
  Bytes result_;                // what is made of them
  std::vector<Bytes> results_;  // of each other rank
  ExchangeTotals totals_;
};

}  // namespace hogvec
