// Schedule: the order of passes, their learning rates, the words behind a position; ChunkPlan: the
// pieces. Texts of 1 to 60,000 words. Rates are compared with the formula in double, but for the
// rounding of a few operations. Out of scope: who takes which (test_position).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <vector>

#include "engine/train/schedule.hpp"

namespace {

using namespace hogvec;

/// Words 1 to 9, and a sentence's end after about every `sentence` words; 0: none.
std::vector<WordId> text_of(std::size_t size, std::size_t sentence) {
  std::mt19937 random(4);
  std::vector<WordId> text(size);
  for (WordId& id : text) {
    const bool end = sentence != 0 && random() % sentence == 0;
    id = end ? kSentenceEnd : 1 + static_cast<WordId>(random() % 9);
  }
  return text;
}

TEST_CASE("chunks are the whole text, of 10,000 words at least, and end with a sentence") {
  for (const std::size_t size : {1u, 9'999u, 21'999u, 22'000u, 60'000u}) {
    for (const std::size_t sentence : {0u, 20u}) {
      const std::vector<WordId> text = text_of(size, sentence);
      const ChunkPlan chunks{EncodedCorpus(text)};
      CHECK(chunks.words() == size);
      CHECK(chunks.begin(0) == 0);
      CHECK(chunks.begin(chunks.size()) == size);
      std::size_t longest = 0;
      for (std::size_t chunk = 0; chunk < chunks.size(); ++chunk) {
        longest = std::max(longest, chunks.length(chunk));
        if (chunks.size() > 1) CHECK(chunks.length(chunk) >= 10'000);
        if (sentence != 0 && chunk > 0) CHECK(text[chunks.begin(chunk) - 1] == kSentenceEnd);
      }
      CHECK(chunks.longest() == longest);
      // 11,000 words are the nominal piece.
      CHECK(chunks.size() == std::max<std::size_t>(size / 11'000, 1));
    }
  }
}

TEST_CASE("alpha falls with the words before a chunk, and never below a ten thousandth") {
  const std::vector<WordId> text = text_of(60'000, 30);
  const TrainPlan plan = make_plan({.epochs = 4, .alpha = 0.05});
  LocalPosition position({}, plan);
  Schedule schedule(ChunkPlan(EncodedCorpus(text)), plan, *position);
  REQUIRE(schedule.total() == 4 * 5);
  double last = 1;
  for (std::uint64_t number = 0; number < schedule.total(); ++number) {
    const std::optional<ChunkTask> task = schedule.take(0, schedule.total());
    REQUIRE(task);
    CHECK(task->epoch == number / 5);
    CHECK(task->chunk == number % 5);
    CHECK(task->begin == schedule.chunks().begin(task->chunk));
    CHECK(task->size == schedule.chunks().length(task->chunk));
    const double words = static_cast<double>(60'000 * task->epoch + task->begin);
    CHECK(task->alpha == doctest::Approx(0.05 * (1 - words / (4 * 60'000 + 1))).epsilon(1e-12));
    CHECK(task->alpha < last);
    last = task->alpha;
    schedule.finish(0, *task, {});
  }
  CHECK(!schedule.take(0, schedule.total()));
  // 30,000 epochs of one chunk: the last ones come below the least share (word2vec.c:391).
  const std::vector<WordId> one = text_of(10, 0);
  const TrainPlan longer = make_plan({.epochs = 30'000, .alpha = 0.05});
  LocalPosition elsewhere({}, longer);
  const Schedule end(ChunkPlan(EncodedCorpus(one)), longer, *elsewhere);
  CHECK(end.task(29'999).alpha == doctest::Approx(0.05 * 1e-4).epsilon(1e-12));
  CHECK(end.task(29'900).alpha > 0.05 * 1e-4);
}

TEST_CASE("words done are those of the chunks that are, over all epochs") {
  const std::vector<WordId> text = text_of(60'000, 30);
  const TrainPlan plan = make_plan({.epochs = 3});
  LocalPosition position({}, plan);
  const Schedule schedule(ChunkPlan(EncodedCorpus(text)), plan, *position);
  const ChunkPlan& chunks = schedule.chunks();
  CHECK(schedule.words_done({}) == 0);
  CHECK(schedule.words_done({.next = 2, .redo = {}, .epochs = {}, .seconds = 0}) ==
        chunks.begin(2));
  CHECK(schedule.words_done({.next = 7, .redo = {1, 6}, .epochs = {}, .seconds = 0}) ==
        60'000 + chunks.begin(2) - chunks.length(1) - chunks.length(1));
  CHECK(schedule.words_done({.next = 15, .redo = {}, .epochs = {}, .seconds = 0}) == 180'000);
}

TEST_CASE("every pass and every purpose has a stream of its own") {
  std::set<std::uint64_t> keys;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    for (std::uint64_t epoch = 0; epoch < 20; ++epoch) {
      for (std::uint64_t chunk = 0; chunk < 20; ++chunk) {
        for (const Stream stream : {Stream::kSubsampling, Stream::kWindow, Stream::kNoise}) {
          keys.insert(stream_key(seed, epoch, chunk, stream));
        }
      }
    }
  }
  CHECK(keys.size() == 5 * 20 * 20 * 3);
}

}  // namespace
