// Where memory lies on machines whose processors have memory of their own: a core waits longer for
// that of another, and one processor's memory cannot feed the cores of all. On a machine with one
// node none of this does anything. Nothing that is computed depends on it.
#pragma once

#include <cstddef>
#include <vector>

#include "io/matrix_view.hpp"

namespace hogvec {

/// Nodes near the cores that this process may use. 1 where nobody knows, and where whoever started
/// it has chosen its memory (numactl), which then stays as chosen.
int memory_nodes();

/// Whole pages of an array that all workers use lie on the nodes in turn, but for those that are
/// touched already: on whichever of the nodes these are, the kernel finds them right.
void interleave(const void* data, std::size_t bytes) noexcept;

/// The same for rows of a mapped matrix, the most used first: many of these would lie in one huge
/// page, so that there pages are small.
void interleave_rows(MatrixView rows) noexcept;

/// While it lives, memory that this thread is the first to touch lies on the nodes in turn: pages
/// of a file too, which no other way reaches.
class InterleavedThread {
 public:
  InterleavedThread() noexcept;
  InterleavedThread(const InterleavedThread&) = delete;
  InterleavedThread& operator=(const InterleavedThread&) = delete;
  ~InterleavedThread();

 private:
  bool changed_ = false;
};

/// Whole pages of an array lie on the node of these cpus, whoever has touched them.
void move_near(const std::vector<int>& cpus, const void* data, std::size_t bytes) noexcept;

}  // namespace hogvec
