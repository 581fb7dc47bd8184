// softmax_scores and softmax_update on every table, each alone against double loops.
//
// Sizes: every B of {1, 2, 3, 5, 8, 15, 16, 17, 32, 33, 64} with every row count of {1, 2, 11, 12,
// 13, 64, 65, 200} at every D of kDims.
// Tolerance: n roundings of the sum of the sizes of n terms, the bound of a float sum in any order;
// a term left out of 512 is 60 times that. All buffers lie between guards; z, max_score and
// weighted_rows start from something, because the kernels add to them; exp_scores starts as NaN.
// Out of scope: the step that the two make together (test_softmax_step.cpp); sweeps that race
// (Hogwild).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"
#include "tests/simd/sweep_under_test.hpp"

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

TEST_CASE("softmax_scores: exp of the shifted scores, their sums and the largest score") {
  Random random(1);
  at_every_size([&](std::size_t row_count, std::size_t batch, std::size_t dim) {
    const std::vector<float> rows = random_values(row_count * dim, element_size(dim), random);
    const std::vector<float> hidden = random_values(batch * dim, element_size(dim), random);
    const std::vector<float> shift = random_values(batch, 3.0, random);

    // The truth, with what each number may be off by.
    std::vector<double> want(row_count * batch), bound(row_count * batch);
    std::vector<double> want_z(batch), bound_z(batch), want_max(batch), bound_max(batch);
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
      }
      want_z[b] += sum;
      bound_z[b] += static_cast<double>(row_count) * kRounding * sum;  // float partial sums
    }

    on_every_table([&](const simd::KernelTable& kernels) {
      Sweep sweep(rows, hidden, row_count, batch, dim);
      std::copy(shift.begin(), shift.end(), sweep.shift.begin());
      for (std::size_t b = 0; b < batch; ++b) {
        sweep.z[b] = first_z(b);
        sweep.max_score[b] = first_max(b);
      }
      kernels.softmax_scores(sweep.view);
      const auto check = [](const auto& got, const auto& wanted, const auto& bounds) {
        check_within(
            got, [&](std::size_t i) { return wanted[i]; },
            [&](std::size_t i) { return bounds[i]; });
      };
      {
        INFO("exp_scores, row-major row_count x B");
        check(sweep.exp_scores, want, bound);
      }
      {
        INFO("z");
        check(sweep.z, want_z, bound_z);
      }
      {
        INFO("max_score");
        check(sweep.max_score, want_max, bound_max);
      }
      CHECK(packed_rows(sweep.rows, dim) == rows);
      CHECK(packed_rows(sweep.hidden, dim) == hidden);
      CHECK(same_bits(sweep.shift, shift));
      CHECK(sweep.intact());
    });
  });
}

TEST_CASE("softmax_update: the weighted sum of the old rows, and the new rows") {
  Random random(2);
  at_every_size([&](std::size_t row_count, std::size_t batch, std::size_t dim) {
    const std::vector<float> rows = random_values(row_count * dim, 1.0, random);
    const std::vector<float> step = random_values(batch * dim, 0.2, random);
    const std::vector<float> before = random_values(batch * dim, 1.0, random);
    std::vector<float> exp_scores = random_values(row_count * batch, 1.0, random);
    for (float& e : exp_scores) e = std::abs(e);

    std::vector<Sum> weighted(batch * dim);
    for (std::size_t i = 0; i < weighted.size(); ++i) weighted[i].add(before[i]);
    std::vector<Sum> updated(row_count * dim);
    for (std::size_t i = 0; i < updated.size(); ++i) updated[i].add(rows[i]);
    for (std::size_t j = 0; j < row_count; ++j) {
      for (std::size_t b = 0; b < batch; ++b) {
        const double e = exp_scores[j * batch + b];
        for (std::size_t d = 0; d < dim; ++d) {
          weighted[b * dim + d].add(e * rows[j * dim + d]);
          updated[j * dim + d].add(-e * step[b * dim + d]);
        }
      }
    }

    on_every_table([&](const simd::KernelTable& kernels) {
      Sweep sweep(rows, before, row_count, batch, dim);
      sweep.step = padded_rows(step, batch, dim);
      sweep.weighted_rows = padded_rows(before, batch, dim);
      sweep.view.step = sweep.step.data();
      sweep.view.weighted_rows = sweep.weighted_rows.data();
      std::copy(exp_scores.begin(), exp_scores.end(), sweep.exp_scores.begin());
      kernels.softmax_update(sweep.view);
      {
        INFO("weighted_rows");
        check_sums(packed_rows(sweep.weighted_rows, dim), weighted, row_count + 2);
      }
      {
        INFO("rows");
        check_sums(packed_rows(sweep.rows, dim), updated, batch + 2);
      }
      CHECK(packed_rows(sweep.step, dim) == step);
      CHECK(same_bits(sweep.exp_scores, exp_scores));
      CHECK(sweep.intact());
    });
  });
}

TEST_CASE("softmax_scores shows by z that a shift was wrong and is right with the maximum") {
  // Rows 1, 0.5, 0.5, 1 of one element, so scores are exact and the redo is right within exp's own
  // 2 ulp. Column 2 has scores that are all too high, or all too low, for shift 0.
  constexpr std::size_t kColumn = 2;
  const std::vector<float> rows = {1.0F, 0.5F, 0.5F, 1.0F};
  for (const float extreme : {100.0F, 300.0F, 1e4F, -300.0F, -1e4F}) {
    const std::vector<float> hidden = {0.25F, 0.5F, extreme, -0.5F, 1.0F};
    const std::size_t batch = hidden.size();
    on_every_table([&](const simd::KernelTable& kernels) {
      CAPTURE(extreme);
      Sweep sweep(rows, hidden, rows.size(), batch, 1);
      kernels.softmax_scores(sweep.view);
      CHECK(sweep.z[kColumn] == (extreme > 0.0F ? double{kInfinity} : 0.0));
      CHECK(sweep.max_score[kColumn] == (extreme > 0.0F ? extreme : 0.5F * extreme));
      for (const std::size_t b : {0, 1, 3, 4}) {  // the other columns have not noticed
        const double want = 2.0 * std::exp(double{hidden[b]}) + 2.0 * std::exp(0.5 * hidden[b]);
        CHECK(sweep.z[b] == doctest::Approx(want).epsilon(1e-6));  // 2 ulp and four roundings
      }

      Sweep redo(rows, hidden, rows.size(), batch, 1);
      redo.shift[kColumn] = sweep.max_score[kColumn];
      kernels.softmax_scores(redo.view);
      // Two rows at the maximum, two at least 50 below it: exp(-50) = 2e-22.
      CHECK(redo.z[kColumn] == doctest::Approx(2.0).epsilon(1e-7));
      CHECK(redo.max_score[kColumn] == sweep.max_score[kColumn]);
      for (std::size_t j = 0; j < rows.size(); ++j) {
        const bool at_maximum = (rows[j] == 1.0F) == (extreme > 0.0F);
        const float e = redo.exp_scores[j * batch + kColumn];
        CHECK((at_maximum ? e == 1.0F : e >= 0.0F && e < 1e-21F));
      }
      CHECK((sweep.intact() && redo.intact()));
    });
  }
}

TEST_CASE("softmax_scores of scores around 1e4 at every D") {
  // Integers: every score is exact in float. Rows 0 and 1 are the maximum and 1 below it.
  Random random(3);
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
      Sweep sweep(rows, hidden, 13, 3, dim);
      kernels.softmax_scores(sweep.view);
      for (std::size_t b = 0; b < 3; ++b) {
        CHECK(sweep.max_score[b] == largest);
        CHECK(sweep.z[b] == double{kInfinity});
        sweep.shift[b] = largest;
        sweep.z[b] = 0.0;
      }
      kernels.softmax_scores(sweep.view);
      for (std::size_t b = 0; b < 3; ++b) {
        // 2 ulp of exp(-1) and a float addition.
        CHECK(sweep.z[b] == doctest::Approx(1.0 + std::exp(-1.0)).epsilon(2e-7));
      }
    });
  }
}
