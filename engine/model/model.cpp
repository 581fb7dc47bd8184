#include "engine/model/model.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "engine/memory_nodes.hpp"
#include "engine/workers.hpp"

namespace hogvec {
namespace {

/// The reference's generator, r <- r * multiplier + increment mod 2^64, which can jump ahead.
struct Lcg {
  static constexpr std::uint64_t kMultiplier = 25214903917u;
  static constexpr std::uint64_t kIncrement = 11;

  std::uint64_t state;

  std::uint64_t next() noexcept { return state = state * kMultiplier + kIncrement; }

  /// As `steps` calls of next(): squares the map r -> a r + c for every binary digit.
  void jump(std::uint64_t steps) noexcept {
    std::uint64_t a = kMultiplier;
    std::uint64_t c = kIncrement;
    for (; steps != 0; steps >>= 1) {
      if (steps & 1) state = state * a + c;
      c = (a + 1) * c;
      a *= a;
    }
  }
};

/// Rows [begin, end), by the reference's formula (word2vec.c:361). Errors: std::bad_alloc.
void initialize_rows(MatrixView input, std::size_t begin, std::size_t end, std::uint64_t seed) {
  if (begin == end) return;
  const std::size_t dim = input.dim();
  Lcg random{seed};
  random.jump(std::uint64_t{begin} * dim);
  // Of a number the formula takes the last 16 bits, which follow from those of the number before:
  // after 2^16 values the same ones come again.
  constexpr std::size_t kPeriod = 1 << 16;
  std::vector<float> values(std::min(kPeriod, (end - begin) * dim));
  for (float& value : values) {
    const double uniform = static_cast<double>(random.next() & 0xffff) / kPeriod - 0.5;
    value = static_cast<float>(uniform / static_cast<double>(dim));
  }
  std::size_t next = 0;
  for (std::size_t k = begin; k < end; ++k) {
    float* row = input.row(k);
    for (std::size_t left = dim; left != 0;) {
      const std::size_t count = std::min(left, values.size() - next);
      row = std::copy_n(values.data() + next, count, row);
      left -= count;
      next = next + count == values.size() ? 0 : next + count;
    }
  }
}

}  // namespace

std::size_t ModelShape::bytes() const {
  return Matrix::bytes(words, dim) + Matrix::bytes(output_rows(), dim) +
         Matrix::bytes(node_rows(), dim);
}

Model::Model(const ModelShape& shape)
    : memory_{Matrix(shape.words, shape.dim), Matrix(shape.output_rows(), shape.dim),
              Matrix(shape.node_rows(), shape.dim)} {
  input = memory_[0];
  output = memory_[1];
  nodes = memory_[2];
}

void copy_rows(const MatrixView& from, const MatrixView& to) noexcept {
  for (std::size_t k = 0; k < from.rows(); ++k) {
    std::memcpy(to.row(k), from.row(k), from.dim() * sizeof(float));
  }
}

void copy_rows(const Model& from, const Model& to) noexcept {
  for (std::size_t m = 0; m < from.matrices().size(); ++m) {
    copy_rows(from.matrices()[m], to.matrices()[m]);
  }
}

void initialize(const Model& model, std::uint64_t seed, int threads) {
  const auto parts = static_cast<std::size_t>(threads);
  if (threads > 1) {
    for (const MatrixView matrix : {model.input, model.output, model.nodes}) {
      interleave_rows(matrix);
    }
  }
  run_workers(threads, [&](int worker_number) {
    std::optional<InterleavedThread> interleaved;  // for a model in a file
    if (threads > 1) interleaved.emplace();
    const auto worker = static_cast<std::size_t>(worker_number);
    const std::size_t words = model.input.rows();
    initialize_rows(model.input, words * worker / parts, words * (worker + 1) / parts, seed);
    // W' is zero already; touched here, its pages do not have to be fetched while training.
    for (const MatrixView matrix : {model.output, model.nodes}) {
      const std::size_t begin = matrix.rows() * worker / parts;
      const std::size_t end = matrix.rows() * (worker + 1) / parts;
      if (end > begin) {
        std::memset(matrix.row(begin), 0, (end - begin) * matrix.stride() * sizeof(float));
      }
    }
  });
}

Model initial_model(std::size_t vocabulary_size, const TrainSettings& settings) {
  Model model(ModelShape(vocabulary_size, make_plan(settings)));
  initialize(model, settings.seed, settings.threads);
  return model;
}

}  // namespace hogvec
