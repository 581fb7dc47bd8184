// The visit of the full softmax on every table, against double loops.
//
// Sizes: every B of {1, 2, 3, 5, 8, 15, 16, 17, 32, 33, 64} with every row count of {1, 2, 11, 12,
// 13, 64, 65, 200} at every D of kDims.
// Tolerance: n roundings of the sum of the sizes of n terms, the bound of a float sum in any order;
// a term left out of 512 is 60 times that. All buffers lie between guards; z and max_score start
// from something, because the kernels add to them; exponentials start as NaN.
// Out of scope: the step that visits make together (test_softmax_step.cpp); visits that race
// (Hogwild).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "simd/blocks_in_memory.hpp"
#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"
#include "tests/simd/sweep_under_test.hpp"
#include "tests/simd/visit_under_test.hpp"

namespace {

using namespace hogvec::testing;  // NOLINT(google-build-using-namespace): one file, one subject
namespace simd = hogvec::simd;

constexpr std::size_t kBatches[] = {1, 2, 3, 5, 8, 15, 16, 17, 32, 33, 64};
constexpr std::size_t kRowCounts[] = {1, 2, 11, 12, 13, 64, 65, 200};

template <class Test>
void at_every_size(const Test& test) {
  for (const std::size_t dim : kDims) {
    for (const std::size_t batch : kBatches) {
      for (const std::size_t row_count : kRowCounts) {
        CAPTURE(dim);
        CAPTURE(batch);
        CAPTURE(row_count);
        test(row_count, batch, dim);
      }
    }
  }
}

/// Where the sums of the tests for z and max_score start.
double first_z(std::size_t b) { return 0.5 * static_cast<double>(b); }
float first_max(std::size_t b) { return b % 3 == 1 ? 50.0F : -kInfinity; }

}  // namespace

TEST_CASE("a visit: exp of the shifted scores, their sums, the largest score, the weighted rows") {
  Random random(1);
  at_every_size([&](std::size_t row_count, std::size_t batch, std::size_t dim) {
    const std::vector<float> rows = random_values(row_count * dim, element_size(dim), random);
    const std::vector<float> hidden = random_values(batch * dim, element_size(dim), random);
    const std::vector<float> shift = random_values(batch, 3.0, random);

    // The truth, with what each number may be off by.
    std::vector<double> want(row_count * batch), bound(row_count * batch);
    std::vector<double> want_z(batch), bound_z(batch), want_max(batch), bound_max(batch);
    std::vector<double> weighted(batch * dim), bound_weighted(batch * dim);
    for (std::size_t b = 0; b < batch; ++b) {
      want_z[b] = first_z(b);
      want_max[b] = first_max(b);
      double sum = 0.0;
      for (std::size_t j = 0; j < row_count; ++j) {
        Sum score;
        for (std::size_t d = 0; d < dim; ++d) {
          score.add(double{rows[j * dim + d]} * double{hidden[b * dim + d]});
        }
        const double score_bound = static_cast<double>(dim) * kRounding * score.size;
        const double x = score.value - shift[b];
        // The score's error, the rounding of the difference, and 2 ulp (4 roundings) of exp.
        const double relative = score_bound + (std::abs(x) + 4.0) * kRounding;
        want[j * batch + b] = std::exp(x);
        bound[j * batch + b] = 1.01 * relative * std::exp(x);
        sum += std::exp(x);
        bound_z[b] += bound[j * batch + b];
        want_max[b] = std::max(want_max[b], score.value);
        bound_max[b] = std::max(bound_max[b], score_bound);
        for (std::size_t d = 0; d < dim; ++d) {
          const double term = std::exp(x) * rows[j * dim + d];
          weighted[b * dim + d] += term;
          bound_weighted[b * dim + d] +=
              std::abs(term) * (1.01 * relative + static_cast<double>(row_count + 1) * kRounding);
        }
      }
      want_z[b] += sum;
      bound_z[b] += static_cast<double>(row_count) * kRounding * sum;  // float partial sums
    }

    on_every_table([&](const simd::KernelTable& kernels) {
      Visit visit(kernels.softmax, rows, row_count, batch, dim);
      visit.take_hidden(hidden, batch);
      std::copy(shift.begin(), shift.end(), visit.shift.begin());
      for (std::size_t b = 0; b < batch; ++b) {
        visit.z[b] = first_z(b);
        visit.max_score[b] = first_max(b);
      }
      visit.run();
      const auto check = [](const auto& got, const auto& wanted, const auto& bounds) {
        check_within(
            got, [&](std::size_t i) { return wanted[i]; },
            [&](std::size_t i) { return bounds[i]; });
      };
      {
        INFO("z");
        check(visit.z, want_z, bound_z);
      }
      {
        INFO("max_score");
        check(visit.max_score, want_max, bound_max);
      }
      {
        INFO("weighted rows");
        std::vector<float> all;
        for (std::size_t b = 0; b < batch; ++b) {
          const std::vector<float> row = visit.weighted_rows(b);
          all.insert(all.end(), row.begin(), row.end());
        }
        check(all, weighted, bound_weighted);
      }
      CHECK(packed_rows(visit.rows, dim) == rows);
      CHECK(same_bits(visit.shift, shift));
      {
        INFO("exp_scores, row-major row_count x B");
        check(visit.read_exp_scores(batch), want, bound);
      }
      CHECK(visit.intact());
    });
  });
}

TEST_CASE("a visit takes the update of the batch before, and then sees the new rows") {
  Random random(2);
  at_every_size([&](std::size_t row_count, std::size_t batch, std::size_t dim) {
    const std::vector<float> rows = random_values(row_count * dim, element_size(dim), random);
    const std::vector<float> first = random_values(batch * dim, element_size(dim), random);
    // A batch of another size, as the last of a chunk.
    const std::size_t next = 1 + batch / 2;
    const std::vector<float> second = random_values(next * dim, element_size(dim), random);
    // Together they move no score far.
    const double size = 0.1 / static_cast<double>(batch);
    const std::vector<float> scales = random_values(batch, size, random);
    on_every_table([&](const simd::KernelTable& kernels) {
      Visit visit(kernels.softmax, rows, row_count, batch, dim);
      visit.take_hidden(first, batch);
      visit.run();
      const std::vector<float> exp_scores = visit.read_exp_scores(batch);
      std::vector<Sum> updated(row_count * dim);
      for (std::size_t j = 0; j < row_count; ++j) {
        for (std::size_t d = 0; d < dim; ++d) {
          Sum& value = updated[j * dim + d];
          value.add(rows[j * dim + d]);
          for (std::size_t b = 0; b < batch; ++b) {
            value.add(-double{exp_scores[j * batch + b]} *
                      static_cast<double>(scales[b] * first[b * dim + d]));
          }
        }
      }
      visit.restart();
      visit.take_steps(first, scales);
      visit.take_hidden(second, next);
      visit.run();
      check_sums(packed_rows(visit.rows, dim), updated, batch + 2);

      // The same batch over rows that have the update already.
      Visit plain(kernels.softmax, packed_rows(visit.rows, dim), row_count, batch, dim);
      plain.take_hidden(second, next);
      plain.run();
      CHECK(std::equal(plain.z.begin(), plain.z.begin() + next, visit.z.begin()));
      CHECK(std::equal(plain.max_score.begin(), plain.max_score.begin() + next,
                       visit.max_score.begin()));
      for (std::size_t b = 0; b < next; ++b) {
        CHECK(plain.weighted_rows(b) == visit.weighted_rows(b));
      }
      CHECK(plain.read_exp_scores(next) == visit.read_exp_scores(next));

      // What is left of it may be taken by a visit of its own, and sums be left out.
      Visit alone(kernels.softmax, rows, row_count, batch, dim);
      alone.view.sums = nullptr;
      alone.take_hidden(first, batch);
      alone.run();
      alone.take_steps(first, scales);
      alone.view.count = 0;
      alone.run();
      CHECK(same_bits(alone.rows, visit.rows));
      CHECK((visit.intact() && plain.intact() && alone.intact()));
    });
  });
}

TEST_CASE("what is added to an exponential is in the update, and no other has it") {
  Random random(3);
  for (const std::size_t dim : {1, 50, 100}) {
    for (const std::size_t batch : {1, 5, 17, 33}) {
      constexpr std::size_t kRows = 65;
      const std::vector<float> rows = random_values(kRows * dim, element_size(dim), random);
      const std::vector<float> hidden = random_values(batch * dim, element_size(dim), random);
      on_every_table([&](const simd::KernelTable& kernels) {
        for (const auto* softmax :
             {&kernels.softmax, &kernels.softmax_bf16, &simd::blocks_in_memory(kernels)}) {
          const std::string softmax_name(softmax->name);
          CAPTURE(softmax_name);
          CAPTURE(dim);
          CAPTURE(batch);
          Visit visit(*softmax, rows, kRows, batch, dim);
          visit.take_hidden(hidden, batch);
          visit.run();
          std::vector<float> want = visit.read_exp_scores(batch);
          for (const std::size_t j : {std::size_t{0}, kRows / 2, kRows - 1}) {
            for (const std::size_t b : {std::size_t{0}, batch / 2, batch - 1}) {
              float& e = want[j * batch + b];
              softmax->add_to_exp_score(visit.shape, visit.exp_scores.data(), j, b, -e);
              e = -0.75F * static_cast<float>(1 + b);  // a few bits: any format has it
              softmax->add_to_exp_score(visit.shape, visit.exp_scores.data(), j, b, e);
            }
          }
          CHECK(visit.read_exp_scores(batch) == want);
          CHECK(visit.intact());
        }
      });
    }
  }
}

TEST_CASE("a visit shows by z that a shift was wrong and is right with the maximum") {
  // Rows 1, 0.5, 0.5, 1 of one element, so scores are exact and the redo is right within exp's own
  // 2 ulp. Column 2 has scores that are all too high, or all too low, for shift 0.
  constexpr std::size_t kColumn = 2;
  const std::vector<float> rows = {1.0F, 0.5F, 0.5F, 1.0F};
  for (const float extreme : {100.0F, 300.0F, 1e4F, -300.0F, -1e4F}) {
    const std::vector<float> hidden = {0.25F, 0.5F, extreme, -0.5F, 1.0F};
    const std::size_t batch = hidden.size();
    on_every_table([&](const simd::KernelTable& kernels) {
      CAPTURE(extreme);
      Visit visit(kernels.softmax, rows, rows.size(), batch, 1);
      visit.take_hidden(hidden, batch);
      visit.run();
      CHECK(visit.z[kColumn] == (extreme > 0.0F ? double{kInfinity} : 0.0));
      CHECK(visit.max_score[kColumn] == (extreme > 0.0F ? extreme : 0.5F * extreme));
      for (const std::size_t b : {0, 1, 3, 4}) {  // the other columns have not noticed
        const double want = 2.0 * std::exp(double{hidden[b]}) + 2.0 * std::exp(0.5 * hidden[b]);
        CHECK(visit.z[b] == doctest::Approx(want).epsilon(1e-6));  // 2 ulp and four roundings
      }

      const float largest = visit.max_score[kColumn];
      visit.restart();
      visit.shift[kColumn] = largest;
      visit.run();
      // Two rows at the maximum, two at least 50 below it: exp(-50) = 2e-22.
      CHECK(visit.z[kColumn] == doctest::Approx(2.0).epsilon(1e-7));
      CHECK(visit.max_score[kColumn] == largest);
      const std::vector<float> exp_scores = visit.read_exp_scores(batch);
      for (std::size_t j = 0; j < rows.size(); ++j) {
        const bool at_maximum = (rows[j] == 1.0F) == (extreme > 0.0F);
        const float e = exp_scores[j * batch + kColumn];
        CHECK((at_maximum ? e == 1.0F : e >= 0.0F && e < 1e-21F));
      }
      CHECK(visit.intact());
    });
  }
}

TEST_CASE("a visit of scores around 1e4 at every D") {
  // Integers: every score is exact in float. Rows 0 and 1 are the maximum and 1 below it.
  for (const std::size_t dim : kDims) {
    const std::vector<float> hidden(3 * dim, 2.0F);
    std::vector<float> rows(13 * dim, -8.0F);
    const auto d = static_cast<float>(dim);
    const float large = std::floor(5000.0F / d);
    std::fill_n(rows.begin(), 2 * dim, large);
    rows[dim] -= 0.5F;
    const float largest = 2.0F * large * d;
    on_every_table([&](const simd::KernelTable& kernels) {
      CAPTURE(dim);
      Visit visit(kernels.softmax, rows, 13, 3, dim);
      visit.take_hidden(hidden, 3);
      visit.run();
      for (std::size_t b = 0; b < 3; ++b) {
        CHECK(visit.max_score[b] == largest);
        CHECK(visit.z[b] == double{kInfinity});
        visit.shift[b] = largest;
        visit.z[b] = 0.0;
      }
      visit.run();
      for (std::size_t b = 0; b < 3; ++b) {
        // 2 ulp of exp(-1) and a float addition.
        CHECK(visit.z[b] == doctest::Approx(1.0 + std::exp(-1.0)).epsilon(2e-7));
      }
    });
  }
}
