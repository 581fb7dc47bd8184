#include "engine/cluster/row_exchange.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>
#include <stdexcept>

#include "simd/prefetch.hpp"

namespace hogvec {
namespace {

constexpr std::uint32_t kNone = 0xffffffff;

// Rows of both models lie all over the memory, or in the caches of workers.
constexpr std::size_t kAhead = 4;

struct Header {
  std::array<std::uint32_t, 3> rows;  // of each matrix
};

/// Measured on 100 MB of Wikipedia, as WordSim-353 / analogies, 5 epochs but where it says 2.
std::size_t frequent_rows(const TrainPlan& plan, std::size_t ranks) noexcept {
  constexpr std::size_t kFew = 1024;  // pWord2Vec's number
  constexpr std::size_t kMany = 8192;
  // What is trained on the tree depends on many nodes, and its rows want them sooner: 2 epochs, 16
  // ranks, 0.622 / 0.270 with few and 0.646 / 0.283 with many; one rank 0.645 / 0.293. And a word
  // takes four times as long as with noise words.
  if (plan.hierarchical_softmax) return kMany;
  // The more ranks there are, the more happens between two exchanges. CBOW, three seeds: 16 ranks
  // 0.653 / 0.306 with few, 0.657 / 0.322 with many, one rank 0.653 / 0.319; 2 ranks 0.654 / 0.314
  // with few. Skip-gram, six seeds: 8 ranks 0.659 / 0.337 with few, 0.664 / 0.349 with four times
  // as many, one rank 0.670 / 0.352.
  return std::clamp(kFew * ranks / 2, kFew, kMany);
}

}  // namespace

/// Rows of the three matrices, one after the other: a number, and the values of each.
class RowExchange::Message {
 public:
  static void clear(Bytes& bytes) { bytes.assign(sizeof(Header), std::byte{0}); }

  /// Room for one more row. Its values are written behind its number.
  static float* add(Bytes& bytes, std::size_t matrix, std::uint32_t row, std::size_t dim) {
    const std::size_t begin = bytes.size();
    bytes.resize(begin + sizeof row + dim * sizeof(float));
    ++reinterpret_cast<Header*>(bytes.data())->rows[matrix];
    std::memcpy(bytes.data() + begin, &row, sizeof row);
    return reinterpret_cast<float*>(bytes.data() + begin + sizeof row);
  }
  static void take_back(Bytes& bytes, std::size_t matrix, std::size_t dim) {
    bytes.resize(bytes.size() - sizeof(std::uint32_t) - dim * sizeof(float));
    --reinterpret_cast<Header*>(bytes.data())->rows[matrix];
  }

  /// The rows of a matrix in a message.
  class Reader {
   public:
    Reader(const Bytes& bytes, std::size_t matrix, std::size_t dim) : step_(1 + dim) {
      if (bytes.size() < sizeof(Header)) return;
      const Header& header = *reinterpret_cast<const Header*>(bytes.data());
      std::size_t before = 0;
      for (std::size_t m = 0; m < matrix; ++m) before += header.rows[m];
      at_ = reinterpret_cast<const std::uint32_t*>(bytes.data() + sizeof(Header)) + before * step_;
      end_ = at_ + header.rows[matrix] * step_;
    }
    bool done() const noexcept { return at_ == end_; }
    std::uint32_t row() const noexcept { return *at_; }
    const float* values() const noexcept { return reinterpret_cast<const float*>(at_ + 1); }
    /// That so many rows on; this one where there is none.
    std::uint32_t row_ahead(std::size_t rows) const noexcept {
      const auto left = static_cast<std::size_t>(end_ - at_) / step_;
      return at_[rows < left ? rows * step_ : 0];
    }
    void next() noexcept { at_ += step_; }

   private:
    std::size_t step_;
    const std::uint32_t* at_ = nullptr;
    const std::uint32_t* end_ = nullptr;
  };
};

RowExchange::RowExchange(Ranks& ranks, const Vocabulary& vocabulary, const TrainPlan& plan,
                         const RunTables& tables, const Model& working, const Model& agreed,
                         double steps)
    : ranks_(ranks),
      size_(static_cast<std::size_t>(ranks.size())),
      rank_(static_cast<std::size_t>(ranks.rank())),
      touches_(expected_touches(vocabulary, plan, tables)),
      marks_{RowMarks(working.input.rows()), RowMarks(working.output.rows()),
             RowMarks(working.nodes.rows())},
      matrices_{Matrix{working.input, agreed.input, &marks_.input},
                Matrix{working.output, agreed.output, &marks_.output},
                Matrix{working.nodes, agreed.nodes, &marks_.nodes}},
      frequent_rows_(frequent_rows(plan, size_)),
      classes_(class_of(working.input.rows()) + 1),
      last_steps_(classes_, steps),
      out_(size_),
      place_of_(working.input.rows() / size_ + 1, kNone),
      values_(place_of_.size() * row_stride(working.input.dim())) {}

/// Rows of class 0 are in every exchange, those of class c in one of 2^c.
std::size_t RowExchange::class_of(std::size_t row) const noexcept {
  return static_cast<std::size_t>(std::bit_width(row / frequent_rows_));
}

/// Below which the rows of so many classes are.
std::size_t RowExchange::rows_of_classes(std::size_t classes) const noexcept {
  constexpr std::size_t kMost = 40;
  return frequent_rows_ << std::min(classes - 1, kMost);
}

std::size_t RowExchange::memory(const ModelShape& shape) {
  // Marks; and messages of all rows: differences that are sent, those that come, which of all ranks
  // together are as many, their sums and the changes made of them, and all ranks' changes.
  const std::size_t rows = shape.words + shape.output_rows() + shape.node_rows();
  return rows + 4 * rows * (shape.dim + 1) * sizeof(float);
}

void RowExchange::run(double steps) {
  const auto turn = static_cast<std::size_t>(std::countr_zero(++turn_));
  exchange(std::min(turn + 1, classes_), steps, false);
}

void RowExchange::run_all(double steps) { exchange(classes_, steps, true); }

void RowExchange::exchange(std::size_t classes, double steps, bool all) {
  // Changes since then would be summed, whatever they are.
  if (steps < last_steps_[0]) throw std::logic_error("an exchange of steps that were made before");
  const auto start = std::chrono::steady_clock::now();
  for (Bytes& message : out_) Message::clear(message);
  for (std::size_t m = 0; m < matrices_.size(); ++m) collect(m, rows_of_classes(classes), all);
  send({out_.begin(), out_.end()}, in_);
  look_at_other_sides();
  Message::clear(result_);
  for (std::size_t m = 0; m < matrices_.size(); ++m) {
    add_up(m);
    combine(m, steps);
  }
  send(std::vector<std::span<const std::byte>>(size_, result_), results_);
  results_[rank_].swap(result_);
  for (std::size_t m = 0; m < matrices_.size(); ++m) {
    for (std::size_t owner = 0; owner < size_; ++owner) apply(m, results_[owner], owner, all);
  }
  std::fill_n(last_steps_.begin(), classes, steps);
  ++totals_.exchanges;
  for (std::size_t r = 0; r < size_; ++r) {
    if (r == rank_) continue;
    totals_.bytes += out_[r].size() + in_[r].size() + results_[rank_].size() + results_[r].size();
  }
  totals_.seconds +=
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// What a rank has for itself stays where it is.
void RowExchange::send(std::vector<std::span<const std::byte>> out, std::vector<Bytes>& in) {
  out[rank_] = {};
  ranks_.exchange(out, in);
}

/// As this rank's workers have them: the agreed ones do not know yet where rows are going.
void RowExchange::look_at_other_sides() {
  const std::size_t outputs = matrices_[1].working.empty() ? 2 : 1;
  for (std::size_t m = 0; m < matrices_.size(); ++m) {
    const std::size_t other = m == 0 ? outputs : 0;
    if (matrices_[m].working.empty()) continue;
    other_sides_[m] = OtherSide(matrices_[other].working, touches_[other], touches_[m]);
  }
}

void RowExchange::prefetch(const Matrix& matrix, std::size_t row, bool to_write) noexcept {
  simd::prefetch_row(matrix.working.row(row), matrix.working.dim(), to_write);
  simd::prefetch_row(matrix.agreed.row(row), matrix.agreed.dim(), to_write);
}

void RowExchange::collect(std::size_t matrix, std::size_t limit, bool all) {
  const Matrix& m = matrices_[matrix];
  const std::size_t dim = m.working.dim();
  rows_.clear();
  for (std::size_t k = 0; k < std::min(limit, m.working.rows()); ++k) {
    if (m.marks->take(k) || all) rows_.push_back(static_cast<std::uint32_t>(k));
  }
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    prefetch(m, rows_[std::min(i + kAhead, rows_.size() - 1)], false);
    const std::uint32_t k = rows_[i];
    const float* const working = m.working.row(k);
    const float* const agreed = m.agreed.row(k);
    Bytes& message = out_[k % size_];
    float* const change = Message::add(message, matrix, k, dim);
    bool any = false;
    for (std::size_t d = 0; d < dim; ++d) {
      change[d] = working[d] - agreed[d];
      any |= change[d] != 0;
    }
    if (!any) Message::take_back(message, matrix, dim);  // of a word that is locked
  }
}

float* RowExchange::sum(std::size_t place, std::size_t dim) noexcept {
  return values_.data() + place * row_stride(dim);
}

void RowExchange::add_up(std::size_t matrix) {
  const std::size_t dim = matrices_[matrix].working.dim();
  sums_.clear();
  for (std::size_t rank = 0; rank < size_; ++rank) {
    const Bytes& message = rank == rank_ ? out_[rank_] : in_[rank];
    for (Message::Reader r(message, matrix, dim); !r.done(); r.next()) {
      std::uint32_t& place = place_of_[r.row() / size_];
      if (place == kNone) {
        place = static_cast<std::uint32_t>(sums_.size());
        sums_.push_back({r.row(), 1});
        float* const values = sum(place, dim);
        std::copy_n(r.values(), dim, values);  // the padding stays zero
        continue;
      }
      ++sums_[place].ranks;
      float* const values = sum(place, dim);
      for (std::size_t d = 0; d < dim; ++d) values[d] += r.values()[d];
    }
  }
}

/// In the order of the rows, as all look for them.
void RowExchange::combine(std::size_t matrix, double steps) {
  const std::size_t dim = matrices_[matrix].working.dim();
  std::sort(sums_.begin(), sums_.end(), [](const Sum& a, const Sum& b) { return a.row < b.row; });
  for (const Sum& s : sums_) {
    std::uint32_t& place = place_of_[s.row / size_];
    const double since = (steps - last_steps_[class_of(s.row)]) / static_cast<double>(size_);
    other_sides_[matrix].combine(sum(place, dim), s.ranks, touches_[matrix].each[s.row] * since,
                                 Message::add(result_, matrix, s.row, dim));
    place = kNone;
  }
}

void RowExchange::apply(std::size_t matrix, const Bytes& result, std::size_t owner, bool all) {
  const Matrix& m = matrices_[matrix];
  const std::size_t dim = m.working.dim();
  Message::Reader mine(out_[owner], matrix, dim);
  for (Message::Reader r(result, matrix, dim); !r.done(); r.next()) {
    ++totals_.rows;
    prefetch(m, r.row_ahead(kAhead), prefetch_to_write_);
    while (!mine.done() && mine.row() < r.row()) mine.next();
    const bool sent = !mine.done() && mine.row() == r.row();
    const float* const change = r.values();
    const float* const known = mine.values();
    float* const working = m.working.row(r.row());
    float* const agreed = m.agreed.row(r.row());
    if (sent) {
      for (std::size_t d = 0; d < dim; ++d) working[d] += change[d] - known[d];
    } else {
      for (std::size_t d = 0; d < dim; ++d) working[d] += change[d];
    }
    for (std::size_t d = 0; d < dim; ++d) agreed[d] += change[d];
    if (all) std::copy_n(agreed, dim, working);  // not only as near as sums are
  }
}

}  // namespace hogvec
