// W and W' as the workers of a run train them: which rows have replicas, and for whom.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/model/model.hpp"
#include "engine/placement.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/row_replicas.hpp"

namespace hogvec {

/// How many rows of each matrix have replicas, and when they are merged.
struct ReplicaPolicy {
  std::size_t sets = 0;  // of replicas; 0: every row is trained in place
  std::size_t input_rows = 0;
  std::size_t output_rows = 0;
  std::size_t node_rows = 0;
  std::uint32_t touches = 0;  // of a row by one worker between two merges
};

/// What is best for the workers of a plan where they work. A replica spares a core the wait for a
/// line that another has written, and costs room in its cache and a merge now and then. Measured on
/// two cores that share an L3, against rows in place: negative sampling 1.01 to 1.03, the tree 2 to
/// 3; where they share none, negative sampling 1.3.
ReplicaPolicy replica_policy(const TrainPlan& plan, const Placement& placement) noexcept;

/// The set for each cpu: workers on the same cores share one, whose lines then stay there. Empty
/// where the cores are not known.
std::vector<std::uint16_t> sets_of_cpus(std::size_t sets, const Placement& placement);

/// The matrices of a model with their replicas.
struct ModelRows {
  /// The model must outlive it. Errors: std::bad_alloc.
  ModelRows(const Model& model, const ReplicaPolicy& policy)
      : input(model.input, policy.sets, policy.input_rows, policy.touches),
        output(model.output, policy.sets, policy.output_rows, policy.touches),
        nodes(model.nodes, policy.sets, policy.node_rows, policy.touches) {}

  /// Bytes beside the model.
  std::size_t memory() const noexcept { return input.memory() + output.memory() + nodes.memory(); }

  RowReplicas input;
  RowReplicas output;
  RowReplicas nodes;
};

/// The replicas lie near the cpus that use them: set_of_cpu as of sets_of_cpus().
void move_near_users(const ModelRows& rows, const std::vector<std::uint16_t>& set_of_cpu,
                     const Placement& placement);

}  // namespace hogvec
