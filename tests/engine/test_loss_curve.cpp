// LossCurve: pieces, what is in them and when it is known, with 0 to 100,000 passes and up to four
// threads; and that a run's pieces come to the losses of its epochs. Sums of whole numbers are
// exact. Out of scope: whether losses are right (test_trainer).
#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "engine/train/loss_curve.hpp"
#include "engine/train/train.hpp"
#include "tests/engine/small_runs.hpp"

namespace {

using namespace hogvec;

TEST_CASE("pieces are all of a run, each as long as the others but for a pass") {
  for (const std::uint64_t passes : {0u, 1u, 2u, 4095u, 4096u, 4097u, 10'000u, 100'000u}) {
    CAPTURE(passes);
    const LossCurve curve(passes);
    CHECK(curve.pieces() == std::min<std::uint64_t>(passes, LossCurve::kMostPieces));
    CHECK(curve.begin(0) == 0);
    CHECK(curve.begin(curve.pieces()) == passes);
    for (std::size_t k = 0; k < curve.pieces(); ++k) {
      const std::uint64_t size = curve.begin(k + 1) - curve.begin(k);
      const std::uint64_t least = passes / curve.pieces();
      REQUIRE((size == least || size == least + 1));
    }
  }
}

TEST_CASE("a piece is known when the last of its passes is trained, in whatever order") {
  constexpr std::uint64_t kPasses = 10'000;
  LossCurve curve(kPasses);
  const std::uint64_t begin = curve.begin(7);
  const std::uint64_t end = curve.begin(8);
  REQUIRE(end - begin >= 2);
  for (std::uint64_t pass = end; pass-- > begin;) {
    CHECK_FALSE(curve.piece(7));
    curve.add(pass, {1, 2, 3});
  }
  const auto loss = curve.piece(7);
  REQUIRE(loss);
  const auto passes = end - begin;
  CHECK(loss->sum == static_cast<double>(passes));
  CHECK(loss->examples == 2 * passes);
  CHECK(loss->panels == 3 * passes);
  CHECK_FALSE(curve.piece(6));
  CHECK_FALSE(curve.piece(8));
}

TEST_CASE("the first piece of a run that goes on is the first that it trains from its beginning") {
  constexpr std::uint64_t kPasses = 10'000;
  CHECK(LossCurve(kPasses, 0).first() == 0);
  const LossCurve whole(kPasses);
  for (const std::size_t piece : {1u, 100u, 4095u}) {
    CHECK(LossCurve(kPasses, whole.begin(piece)).first() == piece);
    CHECK(LossCurve(kPasses, whole.begin(piece) + 1).first() == piece + 1);
  }
  CHECK(LossCurve(kPasses, kPasses).first() == LossCurve::kMostPieces);
}

TEST_CASE("threads lose nothing of each other's") {
  constexpr std::uint64_t kPasses = 100'000;
  LossCurve curve(kPasses);
  std::vector<std::thread> threads;
  for (std::uint64_t first = 0; first < 4; ++first) {
    threads.emplace_back([&curve, first] {
      for (std::uint64_t pass = first; pass < kPasses; pass += 4) curve.add(pass, {1, 1, 0});
    });
  }
  for (std::thread& thread : threads) thread.join();
  double sum = 0;
  for (std::size_t k = 0; k < curve.pieces(); ++k) {
    REQUIRE(curve.piece(k));
    sum += curve.piece(k)->sum;
  }
  CHECK(sum == static_cast<double>(kPasses));
}

TEST_CASE("the pieces of a run are its epochs' losses") {
  const Corpus corpus = testing::small_corpus(60'000);
  for (const int threads : {1, 3}) {
    TrainSettings settings{.dim = 10, .epochs = 3};
    settings.threads = threads;
    const TrainPlan plan = make_plan(settings);
    const RunTables tables(corpus.vocabulary, plan);
    const Model model = initial_model(corpus.vocabulary.size(), settings);
    LocalPosition position({}, plan);
    TrainingRun run(corpus, plan, tables, model, *position);
    const LossCurve& curve = run.loss_curve();
    REQUIRE(curve.pieces() == run.schedule().total());  // a chunk each
    CHECK_FALSE(curve.piece(0));
    CHECK(run.run_epochs(2) == RunEnd::kEpoch);
    CHECK(run.epochs_done() == 2);
    const std::size_t chunks = run.schedule().chunks().size();
    CHECK_FALSE(curve.piece(2 * chunks));
    CHECK(run.run_epochs(5) == RunEnd::kFinished);
    const TrainResult result = run.result();
    for (std::size_t epoch = 0; epoch < 3; ++epoch) {
      ChunkLoss loss;
      for (std::size_t k = 0; k < chunks; ++k) loss += *curve.piece(epoch * chunks + k);
      // The order of the sums is another.
      CHECK(loss.sum / static_cast<double>(loss.examples) ==
            doctest::Approx(result.loss[epoch]).epsilon(1e-12));
    }
  }
}

}  // namespace
