// The model held against this machine: runs of one and two threads, replayed, modelled and measured
// in turns.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/scaling/costs.hpp"
#include "engine/corpus/corpus.hpp"
#include "engine/model/model.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/run_tables.hpp"

namespace hogvec::bench {

/// What is trained: a mode of tools/bench ("skip-gram-ns"), with rows of `dim` floats.
class Subject {
 public:
  /// The first words of the corpus; it must outlive the subject. Errors: Error, of another mode.
  Subject(const Corpus& corpus, std::string_view mode, std::size_t dim);

  const std::string& mode() const noexcept { return mode_; }
  std::size_t dim() const noexcept { return dim_; }

  /// The policy of the engine for so many workers on cores in domains; one core has no replicas.
  ReplicaPolicy policy(int workers, int cores, int domains) const;
  Workers record(const ReplicaPolicy& policy, int workers, std::size_t chunks) const;
  /// Nanoseconds that a word takes beside the kernels that touch rows.
  double measure_beside() const;
  /// Words/s of a whole run by this machine's cores, with or without replicas.
  double measure_run(int threads, bool replicas) const;

 private:
  TrainPlan plan_for(int threads, std::size_t dim) const;

  std::string mode_;
  std::size_t dim_;
  TrainSettings settings_;
  Corpus corpus_;
  RunTables tables_;
};

/// A prediction beside what was measured, words/s.
struct Checked {
  std::string mode;
  std::size_t dim;
  int threads;
  bool replicas;
  Prediction model;
  double measured;
};

/// Everything that the model knows of rows of one length.
struct Costs {
  std::size_t dim;
  LineCosts lines;
  std::map<std::string, WorkCosts> work;  // of each mode
};

struct Study {
  CacheSizes caches;
  std::vector<Costs> costs;
  std::vector<Checked> checked;
};

/// In each of so many rounds everything is measured once; the best counts. Two cores at least.
Study study(const std::vector<std::unique_ptr<Subject>>& subjects, int rounds);

}  // namespace hogvec::bench
