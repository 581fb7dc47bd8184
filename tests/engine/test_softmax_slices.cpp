// How the rows of W' are cut for threads that own them, and what the full softmax takes of memory
// beside the model. Out of scope: what an allocator adds.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "engine/train/run.hpp"
#include "engine/train/scratch.hpp"
#include "engine/train/softmax/full_softmax.hpp"
#include "engine/train/softmax/slices.hpp"
#include "simd/kernels.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;

/// `words` in the vocabulary, of which six are the text.
Corpus corpus_of(std::size_t words) {
  std::vector<io::WordCount> counts{{"</s>", 0}};
  for (std::size_t k = 1; k < words; ++k) counts.push_back({std::to_string(k), words - k});
  Vocabulary vocabulary(std::move(counts), 1);
  const testing::TemporaryFile file("1 2 3 4 5 6");
  EncodedCorpus text = encode_corpus(*io::open_text({file.path()}), vocabulary, {});
  return {std::move(vocabulary), std::move(text)};
}

TEST_CASE("slices cover all rows in whole tiles and depend on no thread") {
  for (const std::size_t rows : {1, 95, 1'024, 9'000, 70'000, 1'000'000}) {
    TrainSettings settings{.full_softmax = true, .negatives = 0};
    const std::vector<std::size_t> begins = softmax_slices(rows, 100, make_plan(settings));
    CHECK(begins.front() == 0);
    CHECK(begins.back() == rows);
    for (std::size_t s = 0; s + 1 < begins.size(); ++s) {
      CHECK(begins[s] < begins[s + 1]);
      CHECK(begins[s] % simd::kScoreTileRows == 0);
    }
    settings.threads = 7;
    CHECK(softmax_slices(rows, 100, make_plan(settings)) == begins);
  }
}

TEST_CASE("a run takes a batch of scores, once for all owners of rows, else for each worker") {
  // A text of one chunk: of the rest of a worker little depends on anything.
  for (const std::size_t rows : {10'000, 60'000}) {
    for (const std::size_t dim : {100, 300}) {
      CAPTURE(rows);
      CAPTURE(dim);
      const Corpus corpus = corpus_of(rows);
      TrainSettings settings{.full_softmax = true, .negatives = 0, .dim = dim};
      const auto memory = [&] {
        const TrainPlan plan = make_plan(settings);
        return TrainingRun::memory(corpus, plan, RunTables(corpus.vocabulary, plan)) -
               ModelShape(rows, plan).bytes();
      };
      const std::size_t batch = make_plan(settings).softmax_batch;
      const std::size_t scores = rows * batch * sizeof(float);
      // Vectors and sums of the batch, scores of one center, and a chunk of 6 words.
      const std::size_t beside =
          sizeof(float) * (batch * 8 * simd::padded(dim) + rows) + (16u << 10);
      const std::size_t one = memory();
      CHECK(one >= scores);
      CHECK(one < scores + scores / 4 + beside);  // slices have at least four rows a dimension
      settings.threads = 8;
      CHECK(memory() == one);
      settings.softmax_threads = SoftmaxThreads::kHogwild;
      const std::size_t hogwild = memory();
      CHECK(hogwild >= 8 * scores);
      CHECK(hogwild < 8 * (scores + beside));
    }
  }
}

TEST_CASE("what a meter counts of a full softmax is what it takes") {
  for (const SoftmaxPrecision precision : {SoftmaxPrecision::kFp32, SoftmaxPrecision::kBf16}) {
    for (const bool exact : {false, true}) {
      if (exact && precision == SoftmaxPrecision::kBf16) continue;
      TrainSettings settings{.full_softmax = true, .negatives = 0, .softmax_exact = exact};
      settings.softmax_precision = precision;
      const TrainPlan plan = make_plan(settings);
      const Model model = initial_model(20'000, settings);
      const LockedWords none;
      std::size_t counted = 0;
      {
        const scratch::Meter meter;
        const FullSoftmaxWorker worker(model.input, model.output, plan, none);
        counted = meter.bytes();
      }
      scratch::Pages pages(counted);
      const scratch::Pages::Filling filling(pages);
      const FullSoftmaxWorker worker(model.input, model.output, plan, none);
      CHECK(pages.used() == counted);
    }
  }
}

}  // namespace
