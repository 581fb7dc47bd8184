// The handing out of chunks, from the one counter that all workers of a run share.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "bench/support.hpp"
#include "engine/corpus/encoded_corpus.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/position.hpp"
#include "engine/train/schedule.hpp"

namespace hogvec::bench {
namespace {

constexpr std::size_t kWords = 4'400'000;  // of the text: 400 chunks

/// A run of at least so many passes over chunks.
struct Run {
  Run(int workers, std::uint64_t passes)
      : text(std::vector<WordId>(kWords, 1)),
        plan(make_plan({.epochs = passes / ChunkPlan::count(kWords) + 1, .threads = workers})),
        position({}, plan),
        schedule(ChunkPlan(text), plan, *position) {}

  EncodedCorpus text;
  TrainPlan plan;
  LocalPosition position;
  Schedule schedule;
  // Of the passes that workers have taken: how many, the sum of their numbers, and how many
  // workers have added theirs.
  std::atomic<std::uint64_t> taken{0}, sum{0};
  std::atomic<int> ended{0};

  /// Whether passes 0 to taken - 1 were taken, each once as far as their sum says.
  bool each_once() const noexcept { return sum == taken * (taken - 1) / 2; }
};

/// Whether workers that come in turns get all passes in their order, and no more.
bool hands_out_in_order(int workers) {
  Run run(workers, 1'000);
  const std::size_t chunks = ChunkPlan::count(kWords);
  for (std::uint64_t pass = 0; pass < run.plan.epochs * chunks; ++pass) {
    const std::size_t worker = pass % static_cast<std::size_t>(workers);
    const std::optional<ChunkTask> task = run.schedule.take(worker, run.schedule.total());
    if (!task || task->epoch != pass / chunks || task->chunk != pass % chunks ||
        task->begin != kWords / chunks * task->chunk || task->size != kWords / chunks) {
      return false;
    }
    run.schedule.finish(worker, *task, {});
  }
  return !run.schedule.take(0, run.schedule.total());
}

void bench_next_chunk(benchmark::State& state) {
  static std::unique_ptr<Run> run;
  if (state.thread_index() == 0) {
    if (!hands_out_in_order(state.threads())) return state.SkipWithError("wrong chunk");
    run = std::make_unique<Run>(state.threads(),
                                static_cast<std::uint64_t>(state.max_iterations * state.threads()));
  }
  const auto worker = static_cast<std::size_t>(state.thread_index());
  std::uint64_t taken = 0, sum = 0;
  for (auto _ : state) {
    const std::optional<ChunkTask> task = run->schedule.take(worker, run->schedule.total());
    if (!task) {
      state.SkipWithError("no chunk is left");
      break;
    }
    ++taken;
    sum += run->schedule.number(*task);
    run->schedule.finish(worker, *task, {});
  }
  run->taken += taken;
  run->sum += sum;
  // Who ends last sees what all have taken.
  if (++run->ended == state.threads() &&
      (run->taken != static_cast<std::uint64_t>(state.max_iterations * state.threads()) ||
       !run->each_once())) {
    return state.SkipWithError("a chunk was not handed out once");
  }
  count_of_thread(state, "chunks", 1);
}

}  // namespace

void register_schedule() { for_threads_at_once("next_chunk", bench_next_chunk); }

}  // namespace hogvec::bench
