// What one worker of a run works with.
#pragma once

#include <memory>

#include "engine/train/chunk.hpp"
#include "engine/train/chunk_trainer.hpp"
#include "engine/train/run.hpp"
#include "engine/train/scratch.hpp"

namespace hogvec {

struct alignas(scratch::kApart) TrainingRun::Worker {
  Worker(const TrainPlan& plan, const RunTables& tables, const ModelRows& rows, std::size_t longest,
         const TeamPlace& place = {}, Ranks* ranks = nullptr)
      : text(longest),
        sample(longest, trainer_span(plan)),
        trainer(make_trainer(plan, tables, rows, longest, place, ranks)) {}

  Scratch<WordId> text;  // of a chunk that does not lie in one piece
  ChunkSample sample;
  std::unique_ptr<ChunkTrainer> trainer;
};

}  // namespace hogvec
