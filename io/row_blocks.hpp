// Rows that are made by many threads and taken in their order.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace hogvec::io {

/// Calls make(first, last) for blocks of at most `block` rows (at least 1) that cover [0, rows), on
/// the calling thread's oneTBB arena, and take() with what it gave, one block at a time in the
/// order of rows. A few blocks a thread are in memory at once. Throws what take() throws, or make()
/// of the first block in that order.
void for_each_block(std::size_t rows, std::size_t block,
                    const std::function<std::string(std::size_t first, std::size_t last)>& make,
                    const std::function<void(const std::string& made)>& take);

}  // namespace hogvec::io
