// How the rows of W' are cut for threads that own them, and what the full softmax takes of memory
// beside the model. Out of scope: what an allocator adds.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/train/run.hpp"
#include "engine/train/scratch.hpp"
#include "engine/train/softmax/full_softmax.hpp"
#include "engine/train/softmax/slices.hpp"
#include "engine/train/softmax/tree_sums.hpp"
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

TEST_CASE("slices cover all rows in whole tiles and depend on no thread; parts cover all slices") {
  for (const std::size_t rows : {1, 95, 255, 256, 1'024, 9'000, 32'768, 70'000, 1'000'000}) {
    CAPTURE(rows);
    TrainSettings settings{.full_softmax = true, .negatives = 0};
    const SoftmaxSlices one(rows, make_plan(settings));
    CHECK(one.parts() == 1);
    CHECK(one.count() == std::min<std::size_t>(256, std::bit_floor(std::max(rows / 128, 1ul))));
    CHECK(one.begin(0) == 0);
    CHECK(one.begin(one.count()) == rows);
    for (std::size_t s = 0; s < one.count(); ++s) {
      CHECK(one.rows(s) > 0);
      CHECK(one.begin(s) % simd::kScoreTileRows == 0);
      CHECK(one.slice_of(one.begin(s)) == s);
      CHECK(one.slice_of(one.begin(s + 1) - 1) == s);
    }
    for (const int threads : {2, 7, 64, 300}) {
      settings.threads = threads;
      const SoftmaxSlices many(rows, make_plan(settings), 128, 100);
      CHECK(many.threads() == std::min(threads, 100));
      REQUIRE(many.count() == one.count());
      for (std::size_t s = 0; s <= one.count(); ++s) CHECK(many.begin(s) == one.begin(s));
      CHECK(many.parts() * many.slices_of_part() == many.count());
      CHECK(many.first_row(0) == 0);
      CHECK(many.first_row(many.parts()) == rows);
    }
  }
}

TEST_CASE("a worker alone has one slice; four with teams share the cores") {
  TrainSettings settings{.full_softmax = true, .negatives = 0, .threads = 4};
  settings.softmax_threads = SoftmaxThreads::kHogwild;
  CHECK(SoftmaxSlices(70'000, make_plan(settings), 128, 64).count() == 1);
  settings.threads = 32;
  CHECK(make_plan(settings).chunk_workers() == 4);
  CHECK(SoftmaxSlices(70'000, make_plan(settings), 128, 64).threads() == 8);
  CHECK(SoftmaxSlices(70'000, make_plan(settings), 128, 16).threads() == 4);
  CHECK(SoftmaxSlices(70'000, make_plan(settings), 128, 2).threads() == 1);
}

TEST_CASE("sums have the same bits in any number of parts, and are those of one tree") {
  constexpr std::size_t kSlices = 64;
  constexpr std::size_t kSize = 37;
  std::mt19937 random(3);
  std::vector<std::vector<float>> leaves(kSlices, std::vector<float>(kSize));
  for (auto& leaf : leaves) {
    for (float& value : leaf) value = std::exp(static_cast<float>(random() % 1'000) / 50);
  }
  std::vector<std::vector<float>> tree = leaves;
  for (std::size_t step = 1; step < kSlices; step *= 2) {
    for (std::size_t s = 0; s < kSlices; s += 2 * step) {
      for (std::size_t k = 0; k < kSize; ++k) tree[s][k] += tree[s + step][k];
    }
  }
  struct Case {
    std::size_t parts, joined;
  };
  for (const Case c : {Case{1, 1}, Case{2, 1}, Case{2, 2}, Case{8, 1}, Case{16, 2}, Case{16, 8},
                       Case{64, 1}, Case{64, 8}, Case{64, 64}}) {
    const std::size_t parts = c.parts;
    const std::size_t joined = c.joined;
    CAPTURE(parts);
    CAPTURE(joined);
    const std::size_t of_part = kSlices / parts;
    const TreeSums<float> sums(3, parts, joined, of_part, kSize);
    CHECK(sums.left() == parts / joined);
    for (int batch = 0; batch < 2; ++batch) {
      Team team(parts == 1 ? 1 : 3, parts);
      team.for_each_slice([&, of = of_part](std::size_t p, std::size_t thread) {
        for (std::size_t i = 0; i < of; ++i) {
          float* const leaf = sums.begin_slice(thread, p, i);
          for (std::size_t k = 0; k < kSize; ++k) leaf[k] += leaves[p * of + i][k];
          sums.end_slice(thread, p, i);
        }
        sums.end_part(p);
      });
      add_left(sums, team, parts);
      CHECK(std::equal(tree[0].begin(), tree[0].end(), sums.total()));
    }
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
      // Sums of a part for each level of its tree, and room that slices leave in their last tiles.
      const std::size_t sums = 8 * 9 * batch * simd::padded(dim) * sizeof(float) * 2;
      CHECK(one < scores + scores / 2 + beside + sums);
      settings.threads = 8;
      CHECK(memory() < scores + scores / 2 + beside + 8 * sums);
      settings.softmax_threads = SoftmaxThreads::kHogwild;
      settings.threads = 4;
      const std::size_t hogwild = memory();
      CHECK(hogwild >= 4 * scores);
      CHECK(hogwild < 4 * (scores + beside));
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
