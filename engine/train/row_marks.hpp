// Which rows of a model have been trained: for who has to tell others of them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace hogvec {

/// A mark for each row of a matrix. Any thread marks; one takes.
class RowMarks {
 public:
  explicit RowMarks(std::size_t rows)
      : marks_(std::make_unique<std::atomic<std::uint8_t>[]>(rows)) {}

  /// What the thread has written to the row before is seen by who takes the mark, if it was not
  /// there. A change that is made as a mark is taken may wait for the row's next one: who looks for
  /// all that has changed compares rows.
  void mark(std::size_t k) noexcept {
    // Many are there already, in lines that all workers share as long as none is written.
    if (marks_[k].load(std::memory_order_relaxed) == 0) {
      marks_[k].store(1, std::memory_order_release);
    }
  }
  /// Whether the row was marked since this was last asked.
  bool take(std::size_t k) noexcept {
    if (marks_[k].load(std::memory_order_relaxed) == 0) return false;
    return marks_[k].exchange(0, std::memory_order_acquire) != 0;
  }

 private:
  std::unique_ptr<std::atomic<std::uint8_t>[]> marks_;
};

/// Those of a model.
struct ModelMarks {
  RowMarks input;
  RowMarks output;
  RowMarks nodes;
};

}  // namespace hogvec
