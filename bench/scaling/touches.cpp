#include "bench/scaling/touches.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

#include "engine/kernels.hpp"
#include "engine/train/chunk.hpp"
#include "engine/train/chunk_trainer.hpp"
#include "engine/train/logistic/hierarchical_softmax.hpp"
#include "engine/train/schedule.hpp"

namespace hogvec::bench {
namespace {

/// Where the kernels of this file note what they are given.
struct Recorder {
  RowNames& names;
  Touches& touches;
  std::vector<std::uint32_t>& not_fetched;  // names of rows that no trainer asks for ahead
  bool trained = false;  // the block that is noted has been trained, at least in part

  void add(Kernel kernel, float* const* inputs, std::size_t input_count, float* const* outputs,
           std::size_t output_count) {
    if (gathers(kernel) && trained) end_block();
    if (!gathers(kernel)) trained = true;
    touches.calls.push_back({kernel, static_cast<std::uint16_t>(input_count),
                             static_cast<std::uint16_t>(output_count)});
    for (std::size_t i = 0; i < input_count; ++i) touches.rows.push_back(names.of(inputs[i]));
    for (std::size_t i = 0; i < output_count; ++i) touches.rows.push_back(names.of(outputs[i]));
  }

  void end_block() {
    if (trained) touches.end_block();
    trained = false;
  }
};

Recorder* recorder = nullptr;

double note_logistic_block(const simd::LogisticBlock& block) noexcept {
  if (recorder == nullptr) return 0;
  if (block.own == nullptr) {
    recorder->add(Kernel::kLogisticBlock, block.inputs, block.input_count, block.outputs,
                  block.output_count);
  } else {
    std::vector<float*> outputs(block.own, block.own + block.input_count);
    outputs.insert(outputs.end(), block.outputs, block.outputs + block.output_count);
    recorder->add(Kernel::kOwnBlock, block.inputs, block.input_count, outputs.data(),
                  outputs.size());
  }
  return 0;
}

/// The first thing that is done with the rows of a skip-gram block.
void note_window_pairs(const simd::WindowPairs& pairs) noexcept {
  if (recorder != nullptr && recorder->trained) recorder->end_block();
  simd::wanted_kernels()->window_pairs(pairs);
}

void note_mean_row(const float* const* rows, std::size_t count, std::size_t /*n*/,
                   float* /*out*/) noexcept {
  if (recorder == nullptr) return;
  recorder->add(Kernel::kMeanRow, const_cast<float* const*>(rows), count, nullptr, 0);
}

void note_add_to_rows(float /*scale*/, const float* /*x*/, float* const* rows, std::size_t count,
                      std::size_t /*n*/) noexcept {
  if (recorder != nullptr) recorder->add(Kernel::kAddToRows, rows, count, nullptr, 0);
}

void note_merge_row(float* shared, float* replica, float* merged, std::size_t /*n*/) noexcept {
  if (recorder == nullptr) return;
  float* const rows[] = {shared, replica, merged};
  recorder->add(Kernel::kMergeRow, rows, 3, nullptr, 0);
  recorder->not_fetched.push_back(recorder->names.of(merged));
}

simd::KernelTable noting_kernels() {
  simd::KernelTable table = *simd::wanted_kernels();
  table.logistic_block = &note_logistic_block;
  table.window_pairs = &note_window_pairs;
  table.mean_row = &note_mean_row;
  table.add_to_rows = &note_add_to_rows;
  table.merge_row = &note_merge_row;
  return table;
}

/// A worker of a run, without the run.
class NotingWorker {
 public:
  NotingWorker(const Corpus& corpus, const TrainPlan& plan, const RunTables& tables,
               const ModelRows& rows)
      : corpus_(corpus),
        plan_(plan),
        tables_(tables),
        position_(PositionRecord(), plan),
        schedule_(ChunkPlan(corpus.text), plan, *position_),
        sample_(schedule_.chunks().longest(), trainer_span(plan)),
        trainer_(make_trainer(plan, tables, rows, schedule_.chunks().longest())) {}

  void use_set(std::size_t set) { trainer_->use_set(set); }

  /// Words of the chunk.
  std::size_t train(std::uint64_t number) {
    const ChunkTask task = schedule_.task(number);  // of as many epochs as are wanted
    const auto key = [&](Stream stream) {
      return stream_key(plan_.seed, task.epoch, task.chunk, stream);
    };
    sample_.draw(corpus_.text.ids().subspan(task.begin, task.size), tables_.keep, plan_.window,
                 key(Stream::kSubsampling), key(Stream::kWindow), plan_.shrink_windows,
                 plan_.sentence_words);
    trainer_->train(sample_, key(Stream::kNoise), static_cast<float>(plan_.alpha));
    return task.size;
  }

 private:
  const Corpus& corpus_;
  const TrainPlan& plan_;
  const RunTables& tables_;
  LocalPosition position_;
  Schedule schedule_;
  ChunkSample sample_;
  std::unique_ptr<ChunkTrainer> trainer_;
};

}  // namespace

TouchedRun::TouchedRun(const Corpus& corpus, const TrainPlan& plan, const RunTables& tables,
                       const Model& model)
    : corpus_(corpus), plan_(plan), tables_(tables), model_(model) {
  for (const MatrixView matrix : {model.input, model.output, model.nodes}) {
    for (std::size_t k = 0; k < matrix.rows(); ++k) names_.of(matrix.row(k));
  }
}

Workers TouchedRun::record(const ReplicaPolicy& policy, int workers, std::size_t chunks) {
  const simd::KernelTable table = noting_kernels();
  const SubstituteKernels kernels(table);
  const ModelRows rows(model_, policy);
  const auto count = static_cast<std::size_t>(workers);
  std::vector<std::unique_ptr<NotingWorker>> alive;  // what one has in memory no other has
  std::vector<std::uint32_t> not_fetched;
  Workers recorded;
  recorded.touches.resize(count);
  for (std::size_t w = 0; w < count; ++w) {
    NotingWorker& worker =
        *alive.emplace_back(std::make_unique<NotingWorker>(corpus_, plan_, tables_, rows));
    worker.use_set(w * policy.sets / count);
    Touches& touches = recorded.touches[w];
    Recorder noted{names_, touches, not_fetched};
    recorder = &noted;
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
      touches.words += worker.train(chunk * count + w);
      noted.end_block();
    }
    recorder = nullptr;
  }
  // Nor do they for the top of the tree, wherever it lies.
  for (std::size_t k = 0; k < HierarchicalSoftmax::kHotNodes && k < model_.nodes.rows(); ++k) {
    not_fetched.push_back(names_.of(model_.nodes.row(k)));
    for (std::size_t set = 0; k < rows.nodes.rows() && set < rows.nodes.sets(); ++set) {
      not_fetched.push_back(names_.of(rows.nodes.replicas(set) + k * model_.nodes.stride()));
    }
  }
  recorded.dim = plan_.dim;
  recorded.rows = names_.size();
  recorded.matrix_rows = {model_.input.rows(), model_.output.rows(), model_.nodes.rows()};
  recorded.not_fetched.resize(names_.size());
  for (const std::uint32_t name : not_fetched) recorded.not_fetched[name] = true;
  return recorded;
}

double TouchedRun::seconds_beside_kernels(std::size_t chunks) {
  const simd::KernelTable table = noting_kernels();
  const SubstituteKernels kernels(table);
  const ModelRows rows(model_, {});
  NotingWorker worker(corpus_, plan_, tables_, rows);
  worker.train(0);
  std::size_t words = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t chunk = 1; chunk <= chunks; ++chunk) words += worker.train(chunk);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  return elapsed.count() / static_cast<double>(words);
}

}  // namespace hogvec::bench
