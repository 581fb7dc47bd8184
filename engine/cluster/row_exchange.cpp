#include "engine/cluster/row_exchange.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace hogvec {
namespace {

constexpr std::uint32_t kNone = 0xffffffff;

struct Header {
  std::array<std::uint32_t, 3> rows;  // of each matrix
};

std::size_t frequent_rows(const TrainPlan& plan) noexcept {
  // pWord2Vec's number. What is trained on the tree depends on many nodes, and its rows want it
  // sooner: of 100 MB of Wikipedia, 2 epochs, 16 ranks, the vectors have 0.622 / 0.270 with 1024
  // rows and 0.646 / 0.283 with 8192 (WordSim-353 / analogies; one rank 0.645 / 0.293), and a word
  // takes four times as long as with noise words.
  return plan.hierarchical_softmax ? 8192 : 1024;
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
      frequent_rows_(frequent_rows(plan)),
      classes_(class_of(working.input.rows()) + 1),
      last_steps_(classes_, steps),
      out_(size_),
      place_of_(working.input.rows() / size_ + 1, kNone) {}

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
  hogvec::exchange(ranks_, out_, in_);
  // They change slowly when they have begun to be something, and looking at them takes as long as
  // half of an exchange. (Always every eighth time only: 16 ranks diverge.)
  constexpr std::uint64_t kFirstLooks = 64;
  constexpr std::uint64_t kBetweenLooks = 8;
  if (all || turn_ <= kFirstLooks || turn_ % kBetweenLooks == 0) look_at_other_sides();
  Message::clear(result_);
  for (std::size_t m = 0; m < matrices_.size(); ++m) {
    add_up(m);
    combine(m, steps);
  }
  gather(ranks_, result_, results_);
  for (std::size_t m = 0; m < matrices_.size(); ++m) {
    for (std::size_t owner = 0; owner < size_; ++owner) apply(m, results_[owner], owner, all);
  }
  std::fill_n(last_steps_.begin(), classes, steps);
  ++totals_.exchanges;
  for (std::size_t r = 0; r < size_; ++r) {
    if (r == rank_) continue;
    totals_.bytes += out_[r].size() + in_[r].size() + result_.size() + results_[r].size();
  }
  totals_.seconds +=
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
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

void RowExchange::collect(std::size_t matrix, std::size_t limit, bool all) {
  const Matrix& m = matrices_[matrix];
  const std::size_t dim = m.working.dim();
  for (std::size_t k = 0; k < std::min(limit, m.working.rows()); ++k) {
    if (!m.marks->take(k) && !all) continue;
    Bytes& message = out_[k % size_];
    float* const change = Message::add(message, matrix, static_cast<std::uint32_t>(k), dim);
    const float* const working = m.working.row(k);
    const float* const agreed = m.agreed.row(k);
    bool any = false;
    for (std::size_t d = 0; d < dim; ++d) {
      change[d] = working[d] - agreed[d];
      any |= change[d] != 0;
    }
    if (!any) Message::take_back(message, matrix, dim);  // of a word that is locked
  }
}

void RowExchange::add_up(std::size_t matrix) {
  const std::size_t dim = matrices_[matrix].working.dim();
  sums_.clear();
  values_.clear();
  for (const Bytes& message : in_) {
    for (Message::Reader r(message, matrix, dim); !r.done(); r.next()) {
      std::uint32_t& place = place_of_[r.row() / size_];
      if (place == kNone) {
        place = static_cast<std::uint32_t>(sums_.size());
        sums_.push_back({r.row(), 1});
        values_.insert(values_.end(), r.values(), r.values() + dim);
        continue;
      }
      ++sums_[place].ranks;
      float* const values = values_.data() + place * dim;
      for (std::size_t d = 0; d < dim; ++d) values[d] += r.values()[d];
    }
  }
}

/// In the order of the rows, as all look for them.
void RowExchange::combine(std::size_t matrix, double steps) {
  const std::size_t dim = matrices_[matrix].working.dim();
  std::sort(sums_.begin(), sums_.end(), [](const Sum& a, const Sum& b) { return a.row < b.row; });
  for (const Sum& sum : sums_) {
    std::uint32_t& place = place_of_[sum.row / size_];
    const double since = (steps - last_steps_[class_of(sum.row)]) / static_cast<double>(size_);
    other_sides_[matrix].combine(values_.data() + place * dim, sum.ranks,
                                 touches_[matrix].each[sum.row] * since,
                                 Message::add(result_, matrix, sum.row, dim));
    place = kNone;
  }
}

void RowExchange::apply(std::size_t matrix, const Bytes& result, std::size_t owner, bool all) {
  const Matrix& m = matrices_[matrix];
  const std::size_t dim = m.working.dim();
  Message::Reader mine(out_[owner], matrix, dim);
  for (Message::Reader r(result, matrix, dim); !r.done(); r.next()) {
    ++totals_.rows;
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
