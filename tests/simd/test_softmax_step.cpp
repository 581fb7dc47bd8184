// Visits of the full softmax on every table: a batch and what it leaves as one step of skip-gram,
// against the double reference (engine/reference/full_softmax.cpp).
//
// Sizes: V = 200 and 150 in tiles of 64 rows, B = 1 to 33, D = 1 to 512; context words that repeat,
// the center in its own context, a center twice in a batch.
// Tolerance: see check_model.
// Out of scope: sizes around the lane counts (test_softmax_visit.cpp) and the engine's own trainer.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/reference/reference.hpp"
#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"
#include "tests/simd/sweep_under_test.hpp"
#include "tests/simd/visit_under_test.hpp"

namespace {

using namespace hogvec::testing;  // NOLINT(google-build-using-namespace): one file, one subject
namespace reference = hogvec::reference;
namespace simd = hogvec::simd;

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

/// Trains a block of centers, all from the old W and W', by two visits of ranges of W', as the
/// caller of the kernels does. Returns the loss before it.
double train_block(const simd::KernelTable& kernels, Matrices& model,
                   const std::vector<Center>& centers, float alpha) {
  constexpr std::size_t kRange = 64;
  const simd::SoftmaxKernels& softmax = kernels.softmax;
  const std::size_t batch = centers.size();
  const std::size_t stride = model.stride;
  const simd::SoftmaxShape shape{stride, model.dim, batch};
  std::vector<float> hidden_values;
  for (const Center& center : centers) {  // h_b, Rong eq. (24)
    const float* const row = &model.input[center.word * stride];
    hidden_values.insert(hidden_values.end(), row, row + model.dim);
  }
  const Guarded<float> hidden_rows = padded_rows(hidden_values, batch, model.dim);
  const auto hidden = [&](std::size_t b) { return &hidden_rows[b * stride]; };
  const auto output = [&](std::uint32_t word) { return &model.output[word * stride]; };

  Visit visit(softmax, std::vector<float>(model.dim), 1, batch, model.dim);
  std::vector<Guarded<float>> exp_scores;  // of each range
  const auto on_ranges = [&] {
    for (std::size_t first = 0; first < model.vocabulary_size; first += kRange) {
      const std::size_t count = std::min(kRange, model.vocabulary_size - first);
      if (exp_scores.size() == first / kRange) {
        exp_scores.emplace_back(softmax.exp_scores_size(shape, count));
      }
      visit.view.rows = &model.output[first * stride];
      visit.view.row_count = count;
      visit.view.exp_scores = exp_scores[first / kRange].data();
      visit.run();
    }
  };

  // First visit, with a bound on the scores as the shift: Z_b.
  float longest = 0.0F;
  for (std::size_t j = 0; j < model.vocabulary_size; ++j) {
    longest = std::max(longest, length(kernels, &model.output[j * stride], stride));
  }
  for (std::size_t b = 0; b < batch; ++b) {
    visit.shift[b] = longest * length(kernels, hidden(b), stride);
  }
  visit.take_hidden(hidden_values, batch);
  on_ranges();

  // The loss, and EH with its two parts, Rong eq. (36), from the old rows.
  double loss = 0.0;
  std::vector<float> scales(batch);  // eta C_b / Z_b
  for (std::size_t b = 0; b < batch; ++b) {
    const std::vector<std::uint32_t>& context = centers[b].context;
    const auto count = static_cast<double>(context.size());
    scales[b] = alpha * static_cast<float>(count / visit.z[b]);
    loss += count * (visit.shift[b] + std::log(visit.z[b]));  // Rong eq. (29)
    float* const row = &model.input[centers[b].word * stride];
    softmax.add_sums(shape, visit.sums.data(), b, -scales[b], row);
    for (const std::uint32_t word : context) {
      loss -= kernels.dot(output(word), hidden(b), stride);
      kernels.axpy(alpha, output(word), row, stride);
    }
  }

  // W' in a second visit, from errors.
  for (std::size_t b = 0; b < batch; ++b) {
    const std::vector<std::uint32_t>& context = centers[b].context;
    const double unit = visit.z[b] / static_cast<double>(context.size());
    for (const std::uint32_t word : context) {
      softmax.add_to_exp_score(shape, exp_scores[word / kRange].data(), word % kRange, b,
                               static_cast<float>(-unit));
    }
  }
  visit.take_steps(hidden_values, scales);
  visit.view.count = 0;
  on_ranges();
  CHECK(visit.intact());
  for (const Guarded<float>& of_range : exp_scores) CHECK(of_range.intact());
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

TEST_CASE("a visit and what it leaves are one step of full softmax") {
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

TEST_CASE("visits of a batch add the gradients of its centers at the old model") {
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
