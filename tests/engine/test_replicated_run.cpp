// Runs that ranks share, each with a model of its own: every pass is trained once, all agree on the
// rows, and a run goes on with any number of ranks. Ranks that are threads. Texts of a few thousand
// words. Out of scope: how good the vectors are (engine/cluster/README.md has the table).
#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <optional>
#include <vector>

#include "engine/cluster/local_ranks.hpp"
#include "engine/cluster/replicated_run.hpp"
#include "engine/cluster/row_exchange.hpp"
#include "engine/train/train.hpp"
#include "tests/engine/small_runs.hpp"

namespace {

using namespace hogvec;
using testing::contains;
using testing::small_corpus;

constexpr TrainSettings kLogisticModes[] = {
    {},
    {.hierarchical_softmax = true, .negatives = 0},
    {.hierarchical_softmax = true},
    {.architecture = Architecture::kCbow},
    {.architecture = Architecture::kCbow, .hierarchical_softmax = true, .negatives = 0},
};

std::vector<float> values(const Model& model) {
  std::vector<float> all;
  for (const MatrixView matrix : model.matrices()) {
    all.insert(all.end(), matrix.data(), matrix.data() + matrix.rows() * matrix.stride());
  }
  return all;
}

/// What one of several ranks has of a text that lies whole in memory.
struct Part {
  Part(const Corpus& corpus, const Ranks& ranks)
      : chunks(begins_of(corpus),
               {static_cast<std::size_t>(ranks.rank()), static_cast<std::size_t>(ranks.size())}) {
    std::vector<WordId> ids;
    std::vector<WordId> room(chunks.longest());
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      const auto part = corpus.text.read(chunks.place(i), chunks.length(i), room);
      ids.insert(ids.end(), part.begin(), part.end());
    }
    text = EncodedCorpus(ids);
  }

  static std::vector<std::size_t> begins_of(const Corpus& corpus) {
    const ChunkPlan whole(corpus.text);
    std::vector<std::size_t> begins;
    begins.reserve(whole.size() + 1);
    for (std::size_t c = 0; c <= whole.size(); ++c) begins.push_back(whole.begin(c));
    return begins;
  }

  ChunkPlan chunks;
  EncodedCorpus text;
};

/// A run of one rank, with a model that all begin with.
struct RankRun {
  RankRun(Ranks& ranks, const Corpus& corpus, const TrainSettings& settings,
          const PositionRecord& start = {}, const Model* from = nullptr,
          const ExchangeWishes& wishes = {})
      : part(corpus, ranks),
        plan(make_plan(settings)),
        tables(corpus.vocabulary, plan),
        model(initial_model(corpus.vocabulary.size(), settings)) {
    if (from != nullptr) {
      for (std::size_t m = 0; m < 3; ++m) {
        const MatrixView source = from->matrices()[m];
        std::copy_n(source.data(), source.rows() * source.stride(), model.matrices()[m].data());
      }
    }
    run.emplace(ranks, part.chunks, CorpusView(corpus.vocabulary, part.text), plan, tables, model,
                ranks.first(), start, Placement{}, wishes);
  }

  Part part;
  TrainPlan plan;
  RunTables tables;
  Model model;  // what the ranks agree on
  std::optional<ReplicatedRun> run;
};

TEST_CASE("every pass is trained by one rank, and all agree on the same rows") {
  const Corpus corpus = small_corpus(150'000);
  for (TrainSettings settings : kLogisticModes) {
    settings.dim = 20;
    settings.epochs = 2;
    Model alone = initial_model(corpus.vocabulary.size(), settings);
    const TrainResult expected = train(corpus, settings, alone);
    for (const int size : {2, 3, 5}) {
      CAPTURE(size);
      std::vector<std::vector<float>> models(static_cast<std::size_t>(size));
      run_local_ranks(size, [&](Ranks& ranks) {
        RankRun mine(ranks, corpus, settings);
        CHECK(mine.run->run() == RunEnd::kFinished);
        const TrainResult result = mine.run->result();
        CHECK(result.words_raw == expected.words_raw);
        CHECK(result.words_kept == expected.words_kept);  // the same samples
        CHECK(result.examples == expected.examples);
        CHECK(result.loss.size() == 2);
        CHECK(result.loss[1] == doctest::Approx(expected.loss[1]).epsilon(0.1));
        CHECK(mine.run->position().redo.empty());
        CHECK(mine.run->epochs_done() == 2);
        models[static_cast<std::size_t>(ranks.rank())] = values(mine.model);
      });
      for (const auto& model : models) CHECK(model == models[0]);
    }
  }
}

TEST_CASE("more ranks than chunks: some have nothing to do") {
  const Corpus corpus = small_corpus(30'000);  // two chunks
  run_local_ranks(4, [&](Ranks& ranks) {
    RankRun mine(ranks, corpus, {.dim = 8, .epochs = 3});
    CHECK(mine.run->run() == RunEnd::kFinished);
    CHECK(mine.run->result().words_raw == 3 * corpus.text.size());
  });
}

TEST_CASE("epoch by epoch, paused and stopped, by ranks that change their number") {
  const Corpus corpus = small_corpus(140'000);
  const TrainSettings settings{.dim = 16, .epochs = 3};
  PositionRecord position;
  std::optional<Model> model;
  int rounds = 0;
  const int sizes[] = {3, 2, 4, 1 + 4, 2, 3, 2};
  bool finished = false;
  while (!finished) {
    REQUIRE(rounds < 60);
    const int size = sizes[rounds % 7];
    const int round = rounds++;
    std::optional<Model> next;
    PositionRecord end;
    std::atomic<bool> done = false;
    run_local_ranks(size, [&](Ranks& ranks) {
      RankRun mine(ranks, corpus, settings, position, model ? &*model : nullptr);
      std::atomic<int> asked = 0;
      if (round % 3 == 0) mine.run->pause_when([&] { return ++asked == 3; });
      if (round % 3 == 1 && ranks.rank() == 1) mine.run->ask_to_stop();
      const RunEnd how = round % 3 == 2 ? mine.run->run_epoch() : mine.run->run();
      const std::vector<int> all = values_of_all(ranks, static_cast<int>(how));
      for (const int other : all) CHECK(other == all[0]);
      if (how == RunEnd::kPaused) CHECK(mine.run->position().redo.empty());
      if (how == RunEnd::kFinished) done = true;
      if (!ranks.first()) return;
      end = mine.run->position();
      next = std::move(mine.model);
    });
    const auto trained = [](const PositionRecord& p) { return p.next - p.redo.size(); };
    CHECK(trained(end) >= trained(position));
    position = end;
    model = std::move(next);
    finished = done;
  }
  CHECK(position.redo.empty());
  CHECK(position.next == 3 * ChunkPlan(corpus.text).size());
  CHECK(rounds > 3);
  const TrainResult alone = [&] {
    Model other = initial_model(corpus.vocabulary.size(), settings);
    return train(corpus, settings, other);
  }();
  std::uint64_t kept = 0;
  for (const EpochTally& epoch : position.epochs) kept += epoch.kept;
  CHECK(kept == alone.words_kept);  // nothing twice, nothing left out
}

TEST_CASE("a run that is paused goes on, from the steps that it has made") {
  const Corpus corpus = small_corpus(240'000);
  run_local_ranks(4, [&](Ranks& ranks) {
    RankRun mine(ranks, corpus, {.dim = 16, .epochs = 3});
    std::atomic<int> asked = 0;
    mine.run->pause_when([&] { return ++asked % 3 == 0; });
    int paused = 0;
    RunEnd how = RunEnd::kPaused;
    for (; how == RunEnd::kPaused; ++paused) how = mine.run->run();
    CHECK(how == RunEnd::kFinished);
    CHECK(paused > 2);
    CHECK(mine.run->result().words_raw == 3 * corpus.text.size());
  });
}

TEST_CASE("no epoch: nothing is trained, and nothing divided by nothing") {
  const Corpus corpus = small_corpus(30'000);
  run_local_ranks(2, [&](Ranks& ranks) {
    RankRun mine(ranks, corpus, {.dim = 8, .epochs = 0});
    CHECK(mine.run->run() == RunEnd::kFinished);
    CHECK(mine.run->result().words_raw == 0);
  });
}

TEST_CASE("exchanges by words, and by time") {
  const Corpus corpus = small_corpus(200'000);
  for (const ExchangeWishes wishes :
       {ExchangeWishes{.words = 40'000}, ExchangeWishes{.seconds = 0.01}}) {
    run_local_ranks(2, [&](Ranks& ranks) {
      RankRun mine(ranks, corpus, {.dim = 8, .epochs = 4}, {}, nullptr, wishes);
      CHECK(mine.run->run() == RunEnd::kFinished);
      const ExchangeReport report = mine.run->report().value();
      CHECK(report.totals.exchanges > 2);
      CHECK(report.totals.rows > 60);
      CHECK(report.totals.bytes > report.totals.rows * 8);
      if (wishes.words > 0) CHECK(report.totals.exchanges <= 1 + 4 * 200'000 / 30'000);
    });
  }
}

TEST_CASE("values that grow beyond all use on one rank end the run of all") {
  const Corpus corpus = small_corpus(120'000);
  run_local_ranks(3, [&](Ranks& ranks) {
    RankRun mine(ranks, corpus, {.dim = 8, .epochs = 20, .alpha = 1e6});
    CHECK(mine.run->run() == RunEnd::kDiverged);
    REQUIRE(mine.run->divergence());
    CHECK(contains(mine.run->divergence()->message(corpus.vocabulary), "alpha"));
  });
}

/// Two ranks whose workers we are.
TEST_CASE("rows that one rank has trained are the others' too, whoever trains on meanwhile") {
  const Corpus corpus = small_corpus(3'000);
  const TrainSettings settings{.dim = 20};
  const TrainPlan plan = make_plan(settings);
  const RunTables tables(corpus.vocabulary, plan);
  run_local_ranks(3, [&](Ranks& ranks) {
    Model agreed = initial_model(corpus.vocabulary.size(), settings);
    Model working = initial_model(corpus.vocabulary.size(), settings);
    const std::vector<float> before = values(agreed);
    RowExchange exchange(ranks, corpus.vocabulary, plan, tables, working, agreed, 0);
    const auto mine = static_cast<std::size_t>(ranks.rank());
    // A row that this rank alone has trained, one that nobody has, and one that all have.
    working.input.row(10 + mine)[3] += 0.5f;
    exchange.marks().input.mark(10 + mine);
    working.output.row(20)[4] += 0.25f;
    exchange.marks().output.mark(20);
    // What is not marked stays here, and is not lost.
    working.input.row(30)[1] += static_cast<float>(1 + mine);
    exchange.run(25);
    for (std::size_t rank = 0; rank < 3; ++rank) {
      CHECK(agreed.input.row(10 + rank)[3] ==
            doctest::Approx(before[(10 + rank) * agreed.input.stride() + 3] + 0.5).epsilon(1e-5));
      CHECK(working.input.row(10 + rank)[3] == doctest::Approx(agreed.input.row(10 + rank)[3]));
    }
    CHECK(agreed.output.row(20)[4] > 0.25f - 1e-6f);
    CHECK(agreed.output.row(20)[4] < 0.75f + 1e-6f);
    CHECK(working.output.row(20)[4] == doctest::Approx(agreed.output.row(20)[4]));
    CHECK(agreed.input.row(30)[1] == before[30 * agreed.input.stride() + 1]);
    exchange.run_all(30);
    CHECK(agreed.input.row(30)[1] > before[30 * agreed.input.stride() + 1] + 1);
    const std::vector<float> end = values(agreed);
    std::vector<Bytes> all;
    gather(ranks, std::as_bytes(std::span(end)), all);
    for (const Bytes& other : all) CHECK(other == all[0]);
    CHECK(end == values(working));
  });
}

/// A text of so many words, each of them twice.
Corpus corpus_of_words(std::size_t words) {
  std::string text;
  for (std::size_t k = 0; k < 2 * words; ++k) text += "w" + std::to_string(k % words) + ' ';
  const testing::TemporaryFile file(text);
  return read_corpus(file.path(), {.min_count = 1});
}

/// Which of the marked rows have been agreed on after each of the exchanges: by the turn.
std::vector<int> turns_of(const Corpus& corpus, const TrainSettings& settings, int ranks_count,
                          const std::vector<std::size_t>& rows) {
  const TrainPlan plan = make_plan(settings);
  const RunTables tables(corpus.vocabulary, plan);
  std::vector<int> turns(rows.size());
  run_local_ranks(ranks_count, [&](Ranks& ranks) {
    const Model agreed = initial_model(corpus.vocabulary.size(), settings);
    const Model working = initial_model(corpus.vocabulary.size(), settings);
    RowExchange exchange(ranks, corpus.vocabulary, plan, tables, working, agreed, 0);
    for (const std::size_t k : rows) {
      working.input.row(k)[0] += 1;
      exchange.marks().input.mark(k);
    }
    for (int turn = 1; turn <= 4; ++turn) {
      exchange.run(turn);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const float* const row = agreed.input.row(rows[i]);
        if (ranks.first() && turns[i] == 0 && row[0] == working.input.row(rows[i])[0]) {
          turns[i] = turn;
        }
      }
    }
  });
  return turns;
}

TEST_CASE("the most frequent rows go with every exchange, others with every second, or fourth") {
  const Corpus corpus = corpus_of_words(9'000);
  const std::vector<std::size_t> rows{1, 1023, 1024, 2047, 2048, 4095, 4096, 8191};
  const TrainSettings cbow{.architecture = Architecture::kCbow, .dim = 8};
  const std::vector<int> few{1, 1, 2, 2, 4, 4, 0, 0};
  const std::vector<int> more{1, 1, 1, 1, 1, 1, 2, 2};
  CHECK(turns_of(corpus, {.dim = 8}, 2, rows) == few);
  CHECK(turns_of(corpus, {.dim = 8}, 8, rows) == more);
  CHECK(turns_of(corpus, cbow, 2, rows) == few);
  CHECK(turns_of(corpus, cbow, 8, rows) == more);
  CHECK(turns_of(corpus, {.hierarchical_softmax = true, .negatives = 0, .dim = 8}, 2, rows) ==
        std::vector<int>(8, 1));
}

}  // namespace
