// softmax_scores and softmax_update on every table: alone against double loops, and together as one
// step of full softmax against the double reference (engine/reference/full_softmax.cpp).
//
// Sizes: every B of {1, 2, 3, 5, 8, 15, 16, 17, 32, 33, 64} with every row count of {1, 2, 11, 12,
// 13, 64, 65, 200} at every D of kDims.
// Tolerances: alone, n roundings of the sum of the sizes of n terms, the bound of a float sum in
// any order; a term left out of 512 is 100 times that. The whole step: see check_model. All buffers
// lie between guards; z, max_score and weighted_rows start from something, because the kernels add
// to them; exp_scores starts as NaN. Out of scope: sweeps that race (Hogwild).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/reference/reference.hpp"
#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"

namespace {

using namespace hogvec::testing;  // NOLINT(google-build-using-namespace): one file, one subject
namespace reference = hogvec::reference;
namespace simd = hogvec::simd;

constexpr std::size_t kBatches[] = {1, 2, 3, 5, 8, 15, 16, 17, 32, 33, 64};
constexpr std::size_t kRowCounts[] = {1, 2, 11, 12, 13, 64, 65, 200};
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Element (d, b) at d * padded(B) + b.
Guarded<float> transposed(const Guarded<float>& rows, std::size_t batch, std::size_t stride) {
  Guarded<float> result(stride * simd::padded(batch));
  std::fill(result.begin(), result.end(), 0.0F);
  for (std::size_t b = 0; b < batch; ++b) {
    for (std::size_t d = 0; d < stride; ++d) {
      result[d * simd::padded(batch) + b] = rows[b * stride + d];
    }
  }
  return result;
}

Guarded<float> copy(const Guarded<float>& values, std::size_t offset = 0) {
  return {std::span(values.data(), values.size()), offset};
}

/// All that a sweep works on. Vectors of B and the scores are not aligned, rows are.
struct Sweep {
  Sweep(std::span<const float> packed_rows, std::span<const float> packed_hidden,
        std::size_t row_count, std::size_t batch, std::size_t dim)
      : rows(padded_rows(packed_rows, row_count, dim)),
        hidden(padded_rows(packed_hidden, batch, dim)),
        hidden_transposed(transposed(hidden, batch, simd::padded(dim))),
        shift(batch, 1),
        step(copy(hidden)),
        exp_scores(row_count * batch, 3),
        z(batch, 1),
        max_score(batch, 1),
        weighted_rows(copy(hidden)),
        view{.rows = rows.data(),
             .row_count = row_count,
             .stride = simd::padded(dim),
             .dim = dim,
             .batch = batch,
             .hidden = hidden.data(),
             .hidden_transposed = hidden_transposed.data(),
             .shift = shift.data(),
             .step = step.data(),
             .exp_scores = exp_scores.data(),
             .z = z.data(),
             .max_score = max_score.data(),
             .weighted_rows = weighted_rows.data()} {
    std::fill(shift.begin(), shift.end(), 0.0F);
    std::fill(z.begin(), z.end(), 0.0);
    std::fill(max_score.begin(), max_score.end(), -kInfinity);
    std::fill(weighted_rows.begin(), weighted_rows.end(), 0.0F);
  }

  bool intact() const {
    return rows.intact() && hidden.intact() && hidden_transposed.intact() && shift.intact() &&
           step.intact() && exp_scores.intact() && z.intact() && max_score.intact() &&
           weighted_rows.intact();
  }

  Guarded<float> rows, hidden, hidden_transposed, shift, step, exp_scores;
  Guarded<double> z;
  Guarded<float> max_score, weighted_rows;
  simd::SoftmaxSweep view;
};

std::vector<float> random_values(std::size_t n, double size, Random& random) {
  std::vector<float> values(n);
  for (float& x : values) x = random.signed_value(size);
  return values;
}

/// Scores of about 1.5 at every D.
double element_size(std::size_t dim) { return 1.9 / std::pow(static_cast<double>(dim), 0.25); }

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

struct Center {
  std::uint32_t word;
  std::vector<std::uint32_t> context;
};

/// W and W' as the engine holds them.
struct Matrices {
  explicit Matrices(const reference::Model& model)
      : vocabulary_size(model.vocabulary_size),
        dim(model.dim),
        stride(simd::padded(dim)),
        input(rows_of(model.input)),
        output(rows_of(model.output)) {}

  std::size_t vocabulary_size, dim, stride;
  Guarded<float> input, output;

 private:
  Guarded<float> rows_of(const std::vector<double>& values) const {
    return padded_rows(std::vector<float>(values.begin(), values.end()), vocabulary_size, dim);
  }
};

float length(const simd::KernelTable& kernels, const float* row, std::size_t stride) {
  return std::sqrt(kernels.dot(row, row, stride));
}

/// Trains a block of centers, all from the old W and W', by two sweeps over W' in tiles, as the
/// caller of the kernels does. Returns the loss before it.
double train_block(const simd::KernelTable& kernels, Matrices& model,
                   const std::vector<Center>& centers, float alpha) {
  constexpr std::size_t kTile = 64;
  const std::size_t batch = centers.size();
  const std::size_t stride = model.stride;
  std::vector<float> hidden_values;
  for (const Center& center : centers) {  // h_b, Rong eq. (24)
    const float* const row = &model.input[center.word * stride];
    hidden_values.insert(hidden_values.end(), row, row + model.dim);
  }
  const std::vector<float> no_rows(model.vocabulary_size * model.dim);
  Sweep sweep(no_rows, hidden_values, model.vocabulary_size, batch, model.dim);
  const auto on_tiles = [&](auto kernel) {
    for (std::size_t first = 0; first < model.vocabulary_size; first += kTile) {
      simd::SoftmaxSweep tile = sweep.view;
      tile.rows = &model.output[first * stride];
      tile.row_count = std::min(kTile, model.vocabulary_size - first);
      tile.exp_scores = &sweep.exp_scores[first * batch];
      kernel(tile);
    }
  };
  const auto hidden = [&](std::size_t b) { return &sweep.hidden[b * stride]; };
  const auto output = [&](std::uint32_t word) { return &model.output[word * stride]; };

  // First sweep, with a bound on the scores as the shift: Z_b.
  float longest = 0.0F;
  for (std::size_t j = 0; j < model.vocabulary_size; ++j) {
    longest = std::max(longest, length(kernels, &model.output[j * stride], stride));
  }
  for (std::size_t b = 0; b < batch; ++b) {
    sweep.shift[b] = longest * length(kernels, hidden(b), stride);
  }
  on_tiles(kernels.softmax_scores);

  // The loss, T_b from the old rows, and the steps.
  double loss = 0.0;
  Guarded<float> truth(batch * stride);
  std::fill(truth.begin(), truth.end(), 0.0F);
  std::vector<float> per_z(batch);  // C_b / Z_b
  for (std::size_t b = 0; b < batch; ++b) {
    const std::vector<std::uint32_t>& context = centers[b].context;
    const auto count = static_cast<double>(context.size());
    per_z[b] = static_cast<float>(count / sweep.z[b]);
    loss += count * (sweep.shift[b] + std::log(sweep.z[b]));  // Rong eq. (29)
    for (const std::uint32_t word : context) {
      loss -= kernels.dot(output(word), hidden(b), stride);
      kernels.axpy(1.0F, output(word), &truth[b * stride], stride);
    }
    for (std::size_t d = 0; d < stride; ++d) {
      sweep.step[b * stride + d] = alpha * per_z[b] * sweep.hidden[b * stride + d];
    }
  }

  // Second sweep, then the sparse part of W' and the rows of W.
  on_tiles(kernels.softmax_update);
  for (std::size_t b = 0; b < batch; ++b) {
    for (const std::uint32_t word : centers[b].context) {
      kernels.axpy(alpha, hidden(b), output(word), stride);
    }
    float* const row = &model.input[centers[b].word * stride];
    kernels.axpy(-alpha * per_z[b], &sweep.weighted_rows[b * stride], row, stride);
    kernels.axpy(alpha, &truth[b * stride], row, stride);  // the two parts of EH, Rong eq. (36)
  }
  CHECK(sweep.intact());
  return loss;
}

reference::Model random_model(std::size_t vocabulary_size, std::size_t dim, Random& random) {
  reference::Model model{vocabulary_size, dim, {}, {}};
  for (std::size_t i = 0; i < vocabulary_size * dim; ++i) {
    model.input.push_back(random.signed_value(element_size(dim)));
    model.output.push_back(random.signed_value(element_size(dim)));
  }
  return model;
}

void check_model(const Matrices& got, const reference::Model& want) {
  // Elements of up to 2 that change by up to about 1: a few roundings of 1.2e-7 each, and
  // probabilities known to about 3e-6 (the error of a score of 512 products) of themselves, times a
  // step of 0.1 and elements of 0.4. A center left out, or an update made from new rows, is 1e-4
  // and more.
  constexpr Tolerance kTolerance = {2e-6, 0.0};
  {
    INFO("W");
    check_close(packed_rows(got.input, got.dim), want.input, kTolerance);
  }
  INFO("W'");
  check_close(packed_rows(got.output, got.dim), want.output, kTolerance);
  CHECK((got.input.intact() && got.output.intact()));
}

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

TEST_CASE("two sweeps are one step of full softmax") {
  Random random(4);
  const std::vector<Center> centers = {
      {17, {3}}, {5, {0, 199, 64, 63, 65, 128}}, {9, {9, 2, 2, 9, 2}}, {0, {199, 0}}};
  for (const std::size_t dim : {1, 17, 50, 100, 300, 512}) {
    const reference::Model old = random_model(200, dim, random);
    for (const Center& center : centers) {
      reference::Model want = old;
      const double loss = full_softmax_step(want, center.word, center.context, double{0.1F});
      on_every_table([&](const simd::KernelTable& kernels) {
        CAPTURE(dim);
        CAPTURE(center.word);
        Matrices got(old);
        // Six scores and log Z, each as a score in check_model, next to a loss of about 10.
        CHECK(train_block(kernels, got, {center}, 0.1F) == doctest::Approx(loss).epsilon(1e-5));
        check_model(got, want);
      });
    }
  }
}

TEST_CASE("two sweeps of a batch add the gradients of its centers at the old model") {
  Random random(5);
  for (const std::size_t batch : {2, 7, 16, 33}) {
    for (const std::size_t dim : {33, 100}) {
      const reference::Model old = random_model(150, dim, random);
      std::vector<Center> centers;
      for (std::size_t b = 0; b < batch; ++b) {
        Center center{static_cast<std::uint32_t>(random.below(150)), {}};
        for (std::size_t c = 0; c < 1 + b % 6; ++c) {
          center.context.push_back(static_cast<std::uint32_t>(random.below(150)));
        }
        centers.push_back(center);
      }
      centers.back().word = centers.front().word;  // its EH is added twice

      // Small, so that the model stays of size 1 with 33 centers at once.
      constexpr float kAlpha = 0.02F;
      reference::Model want = old;
      double loss = 0.0;
      for (const Center& center : centers) {
        loss += full_softmax_loss(old, center.word, center.context);
        const auto gradient = full_softmax_gradient(old, center.word, center.context);
        for (std::size_t i = 0; i < want.input.size(); ++i) {
          want.input[i] -= double{kAlpha} * gradient.input[i];
          want.output[i] -= double{kAlpha} * gradient.output[i];
        }
      }
      on_every_table([&](const simd::KernelTable& kernels) {
        CAPTURE(batch);
        CAPTURE(dim);
        Matrices got(old);
        CHECK(train_block(kernels, got, centers, kAlpha) == doctest::Approx(loss).epsilon(1e-5));
        check_model(got, want);
      });
    }
  }
}
