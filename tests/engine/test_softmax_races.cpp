// The mini-batch of the full softmax where another worker of Hogwild writes W' between its reads.
// The other worker is a kernel that changes rows after each call, so that it comes at the worst
// time, every time. Out of scope: data races as such, which ThreadSanitizer looks for.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "engine/kernels.hpp"
#include "engine/sampling/subsampling.hpp"
#include "engine/train/softmax/minibatch.hpp"
#include "engine/train/train.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;

MatrixView shared_output;
float offset = 0;

/// Adds the offset to all scores of hidden vectors that begin with 1, or takes it back.
void other_worker() {
  for (std::size_t j = 0; j < shared_output.rows(); ++j) shared_output.row(j)[0] += offset;
  offset = -offset;
}

void visit_then_writes(const simd::SoftmaxVisit& visit) noexcept {
  active_kernels().softmax.visit(visit);
  other_worker();
}

void score_rows_then_writes(const float* const* inputs, std::size_t input_count,
                            const float* const* outputs, std::size_t output_count,
                            std::size_t stride, float* scores) noexcept {
  active_kernels().score_rows(inputs, input_count, outputs, output_count, stride, scores);
  other_worker();
}

/// A batch of the 31 centers of one sentence, and scores of about 100: beyond the range of exp.
struct Case {
  explicit Case(std::size_t words)
      : plan(make_plan(settings_of())), model(initial_model(words, settings_of())) {
    const std::string text = "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e\n";
    const testing::TemporaryFile file(text);
    const Corpus corpus = read_corpus(file.path(), {.min_count = 1});
    ChunkSample sample(corpus.text.size(), 2);
    sample.draw(corpus.text.ids(), keep_thresholds(corpus.vocabulary, 0), 1, 1, 2);
    batch = std::make_unique<SoftmaxBatch>(model.input, plan, locked);
    const Sentence& sentence = sample.sentences()[0];
    for (std::uint32_t i = sentence.begin; i < sentence.end; ++i) batch->add(sample, sentence, i);
    for (std::size_t k = 0; k < words; ++k) {
      model.input.row(k)[0] = 1;
      model.output.row(k)[0] = 100 + static_cast<float>(k % 5);
    }
    kernels = active_kernels();
    kernels.softmax.visit = visit_then_writes;
    kernels.score_rows = score_rows_then_writes;
    shared_output = model.output;
  }

  static TrainSettings settings_of() {
    TrainSettings settings{.full_softmax = true, .negatives = 0, .dim = 20, .window = 1};
    settings.softmax_threads = SoftmaxThreads::kHogwild;
    return settings;
  }

  TrainPlan plan;
  Model model;
  LockedWords locked;
  std::unique_ptr<SoftmaxBatch> batch;
  simd::KernelTable kernels;
};

bool finite(MatrixView matrix) {
  return std::all_of(matrix.data(), matrix.data() + matrix.rows() * matrix.stride(),
                     [](float x) { return std::isfinite(x); });
}

TEST_CASE("a batch stays finite where another worker moves all scores between its visits") {
  // Up, beyond exp of the old maximum; down, where every exp of it is zero.
  for (const float change : {300.0f, -300.0f, 80.0f, 82.0f, 84.0f, 86.0f, 90.0f, -84.0f}) {
    for (const std::size_t words : {27, 1'000}) {
      CAPTURE(change);
      CAPTURE(words);
      offset = change;
      Case c(words);
      SoftmaxMinibatch softmax(c.model.output, c.plan, c.kernels);
      CHECK(std::isfinite(softmax.train(*c.batch, 0.025f)));
      softmax.finish();
      CHECK(finite(c.model.input));
      CHECK(finite(c.model.output));
    }
  }
}

}  // namespace
