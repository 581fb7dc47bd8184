#include "engine/train/divergence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "engine/kernels.hpp"
#include "engine/workers.hpp"
#include "simd/kernels.hpp"

namespace hogvec {
namespace {

// Of a chunk of 8,000 kept words some thirty are looked at.
constexpr std::size_t kEveryWord = 256;
// The first rows are in most chunks, and in the nearest cache.
constexpr std::size_t kFirstRows = 8;

constexpr std::size_t kBlockRows = 4096;

bool is_sane(MatrixView matrix, std::size_t k) noexcept {
  const float* const row = matrix.row(k);
  // Not where it is no number.
  return active_kernels().dot(row, row, matrix.stride()) <= kLongestRow * kLongestRow;
}

/// The first row that is not sane; the number of rows where all are.
std::size_t first_insane(MatrixView matrix, int threads) {
  const std::size_t rows = matrix.rows();
  std::atomic<std::size_t> first{rows};
  for_each_index(threads, (rows + kBlockRows - 1) / kBlockRows, [&](std::size_t block, int) {
    const std::size_t end = std::min((block + 1) * kBlockRows, rows);
    for (std::size_t k = block * kBlockRows; k < end; ++k) {
      if (is_sane(matrix, k)) continue;
      std::size_t known = first.load();
      while (k < known && !first.compare_exchange_weak(known, k)) {
      }
      return;
    }
  });
  return first;
}

}  // namespace

std::string Divergence::message(const Vocabulary& vocabulary) const {
  const std::string what =
      word   ? fmt::format("the vector of \"{}\" has grown beyond a length of {:.0f}",
                           vocabulary.word(*word), kLongestRow)
      : node ? fmt::format("a node of the tree has grown beyond a length of {:.0f}", kLongestRow)
             : std::string("the loss is no number any more");
  return fmt::format("{} in epoch {}, at alpha {:.6g}: training diverges; use a smaller -alpha",
                     what, epoch + 1, alpha);
}

bool has_diverged(const Model& model, const ChunkSample& sample, const ChunkLoss& loss) noexcept {
  if (!std::isfinite(loss.sum)) return true;
  for (const MatrixView matrix : model.matrices()) {
    for (std::size_t k = 0; k < std::min(kFirstRows, matrix.rows()); ++k) {
      if (!is_sane(matrix, k)) return true;
    }
  }
  for (std::size_t i = 0; i < sample.size(); i += kEveryWord) {
    const WordId word = sample.ids()[i];
    if (!is_sane(model.input, word)) return true;
    if (!model.output.empty() && !is_sane(model.output, word)) return true;
  }
  return false;
}

std::optional<Divergence> find_divergence(const Model& model, int threads) {
  for (const MatrixView matrix : {model.input, model.output}) {
    const std::size_t row = first_insane(matrix, threads);
    if (row < matrix.rows()) return Divergence{.word = static_cast<WordId>(row)};
  }
  if (first_insane(model.nodes, threads) < model.nodes.rows()) {
    return Divergence{.word = std::nullopt, .node = true};
  }
  return std::nullopt;
}

}  // namespace hogvec
