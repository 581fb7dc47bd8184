// What one worker of a run works with.
#pragma once

#include <memory>

#include "engine/train/chunk.hpp"
#include "engine/train/chunk_trainer.hpp"
#include "engine/train/run.hpp"
#include "engine/train/scratch.hpp"

namespace hogvec {

struct alignas(scratch::kApart) TrainingRun::Worker {
  /// `text_room`: words of a chunk that is read from a file.
  Worker(const TrainPlan& plan, const RunTables& tables, const Model& model, std::size_t longest,
         std::size_t text_room)
      : text(text_room),
        sample(longest, trainer_span(plan)),
        trainer(make_trainer(plan, tables, model, longest)) {}

  Scratch<WordId> text;
  ChunkSample sample;
  std::unique_ptr<ChunkTrainer> trainer;
};

}  // namespace hogvec
