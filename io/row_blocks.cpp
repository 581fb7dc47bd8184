#include "io/row_blocks.hpp"

#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <utility>

namespace hogvec::io {

namespace {

struct Block {
  std::string made;
  std::exception_ptr problem;
};

}  // namespace

void for_each_block(std::size_t rows, std::size_t block,
                    const std::function<std::string(std::size_t, std::size_t)>& make,
                    const std::function<void(const std::string&)>& take) {
  const auto tokens = 2 * static_cast<std::size_t>(tbb::this_task_arena::max_concurrency());
  std::size_t next = 0;
  // Nothing is thrown through the pipeline, which would forget the blocks that are on their way.
  std::exception_ptr first_problem;
  std::atomic<bool> over{false};
  const auto ranges = tbb::make_filter<void, std::size_t>(
      tbb::filter_mode::serial_in_order, [&](tbb::flow_control& control) {
        if (next >= rows || over) control.stop();
        return std::exchange(next, next + std::min(block, rows - std::min(next, rows)));
      });
  const auto makers = tbb::make_filter<std::size_t, Block>(
      tbb::filter_mode::parallel, [&](std::size_t first) -> Block {
        // Kept for its turn: of several rows with a problem the first is told.
        try {
          return {make(first, std::min(first + block, rows)), nullptr};
        } catch (...) {
          return {{}, std::current_exception()};
        }
      });
  const auto taker =
      tbb::make_filter<Block, void>(tbb::filter_mode::serial_in_order, [&](const Block& one) {
        if (over) return;
        first_problem = one.problem;
        try {
          if (!one.problem) take(one.made);
        } catch (...) {
          first_problem = std::current_exception();
        }
        over = first_problem != nullptr;
      });
  tbb::parallel_pipeline(tokens, ranges & makers & taker);
  if (first_problem) std::rethrow_exception(first_problem);
}

}  // namespace hogvec::io
