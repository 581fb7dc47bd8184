// The kernels of exact batches on every table: softmax_tile_scores, softmax_tile_update,
// softmax_correct and softmax_column, each alone against double loops.
//
// Sizes: B of {1, 3, 8, 9, 16, 17, 24, 40} with row counts around a tile of 96 and around the 16
// tiles that are summed in single precision, at D around the lane counts. Tolerance: n roundings of
// the sum of the sizes of n terms; what a term left out would change is hundreds of times that. All
// buffers lie between guards. Out of scope: the trainer that puts them together
// (tests/engine/test_full_softmax.cpp).
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

constexpr std::size_t kBatches[] = {1, 3, 8, 9, 16, 17, 24, 40};
constexpr std::size_t kRowCounts[] = {1, 95, 96, 97, 200};

double rounding(double terms) { return 2 * terms * kRounding; }

}  // namespace

TEST_CASE("softmax_tile_scores: scores of all rows, -infinity for what fills the last tile") {
  Random random(1);
  for (const std::size_t dim : {1, 17, 100}) {
    for (const std::size_t batch : kBatches) {
      for (const std::size_t row_count : kRowCounts) {
        CAPTURE(dim);
        CAPTURE(batch);
        CAPTURE(row_count);
        const std::vector<float> rows = random_values(row_count * dim, 1.0, random);
        const std::vector<float> hidden = random_values(batch * dim, 1.0, random);
        on_every_table([&](const simd::KernelTable& kernels) {
          Sweep sweep(rows, hidden, row_count, batch, dim);
          kernels.softmax_tile_scores(sweep.view);
          bool good = true;
          for (std::size_t b = 0; b < batch; ++b) {
            float largest = -kInfinity;
            for (std::size_t j = 0; j < row_count; ++j) {
              double want = 0;
              for (std::size_t d = 0; d < dim; ++d) {
                want += double{rows[j * dim + d]} * double{hidden[b * dim + d]};
              }
              const float got = sweep.tiles[simd::score_place(j, b, batch)];
              const auto terms = static_cast<double>(dim);  // each of size 1 at most
              good &= std::abs(got - want) <= rounding(terms) * terms;
              largest = std::max(largest, got);
            }
            good &= sweep.max_score[b] == largest;
            for (std::size_t j = row_count; j % simd::kScoreTileRows != 0; ++j) {
              good &= sweep.tiles[simd::score_place(j, b, batch)] == -kInfinity;
            }
          }
          CHECK(good);
          CHECK(sweep.intact());
        });
      }
    }
  }
}

TEST_CASE("softmax_tile_update: the weighted sum of the old rows, and the new rows") {
  Random random(2);
  for (const std::size_t dim : {1, 17, 100, 300}) {
    for (const std::size_t batch : kBatches) {
      for (const std::size_t row_count : kRowCounts) {
        CAPTURE(dim);
        CAPTURE(batch);
        CAPTURE(row_count);
        const std::vector<float> rows = random_values(row_count * dim, 1.0, random);
        const std::vector<float> step = random_values(batch * dim, 0.2, random);
        const std::vector<float> errors = random_values(row_count * batch, 1.0, random);
        std::vector<Sum> weighted(batch * dim);
        std::vector<Sum> updated(row_count * dim);
        for (std::size_t i = 0; i < updated.size(); ++i) updated[i].add(rows[i]);
        for (std::size_t j = 0; j < row_count; ++j) {
          for (std::size_t b = 0; b < batch; ++b) {
            const double error = errors[j * batch + b];
            for (std::size_t d = 0; d < dim; ++d) {
              weighted[b * dim + d].add(error * rows[j * dim + d]);
              updated[j * dim + d].add(error * step[b * dim + d]);
            }
          }
        }
        on_every_table([&](const simd::KernelTable& kernels) {
          Sweep sweep(rows, step, row_count, batch, dim);
          for (std::size_t j = 0; j < row_count; ++j) {
            for (std::size_t b = 0; b < batch; ++b) {
              sweep.tiles[simd::score_place(j, b, batch)] = errors[j * batch + b];
            }
          }
          kernels.softmax_tile_update(sweep.view);
          check_sums(packed_rows(sweep.weighted_rows, dim), weighted, row_count + 2);
          check_sums(packed_rows(sweep.rows, dim), updated, batch + 2);
          CHECK(sweep.intact());
        });
      }
    }
  }
}

TEST_CASE("softmax_correct and softmax_column: scores, errors, z and overlaps of one center") {
  Random random(3);
  for (const std::size_t row_count : {1, 96, 200, 1536, 1700}) {
    for (const std::size_t center : {0, 1, 7, 15}) {
      CAPTURE(row_count);
      CAPTURE(center);
      constexpr std::size_t kBatch = 16;
      std::vector<float> tiles(simd::score_tiles_size(row_count, kBatch), 0.0F);
      for (std::size_t j = 0; j < tiles.size() / kBatch; ++j) {
        for (std::size_t b = 0; b < kBatch; ++b) {
          const float filler = b == center ? -kInfinity : 0.0F;
          tiles[simd::score_place(j, b, kBatch)] =
              j < row_count ? random.signed_value(1.0) : filler;
        }
      }
      const std::vector<float> coefficients = random_values(kBatch, 0.3, random);
      constexpr float kShift = 0.5F;
      on_every_table([&](const simd::KernelTable& kernels) {
        Guarded<float> corrected{std::span<const float>(tiles)};
        Guarded<float> finished{std::span<const float>(tiles)};
        double z = 2;
        float max_score = -3;
        Guarded<double> overlaps(center);
        std::fill(overlaps.begin(), overlaps.end(), 1.0);
        simd::SoftmaxColumn column{corrected.data(),    row_count, kBatch, center,
                                   coefficients.data(), kShift,    &z,     &max_score,
                                   overlaps.data()};
        kernels.softmax_correct(column);
        CHECK(z == 2);
        column.tiles = finished.data();
        kernels.softmax_column(column);
        double want_z = 2;
        double largest = -3;
        std::vector<double> want_overlaps(center, 1.0);
        bool good = true;
        for (std::size_t j = 0; j < row_count; ++j) {
          const auto value = [&](std::size_t b) {
            return double{tiles[simd::score_place(j, b, kBatch)]};
          };
          double u = value(center);
          for (std::size_t a = 0; a < center; ++a) u -= double{coefficients[a]} * value(a);
          const double error = std::exp(u - kShift);
          // 16 terms of size 0.3 at most, and exp of up to 6 times that off.
          const std::size_t place = simd::score_place(j, center, kBatch);
          good &= std::abs(corrected[place] - u) < rounding(16) * 6;
          good &= std::abs(finished[place] - error) < rounding(16) * 6 * error;
          largest = std::max(largest, u);
          want_z += error;
          for (std::size_t a = 0; a < center; ++a) want_overlaps[a] += value(a) * error;
        }
        CHECK(good);
        CHECK(max_score == doctest::Approx(largest).epsilon(1e-5));
        CHECK(z == doctest::Approx(want_z).epsilon(1e-5));
        for (std::size_t a = 0; a < center; ++a) {
          // Of both signs: off by what z, the sum of their sizes at most, is.
          CHECK(std::abs(overlaps[a] - want_overlaps[a]) < 1e-5 * want_z);
        }
        CHECK((corrected.intact() && finished.intact() && overlaps.intact()));
      });
    }
  }
}
