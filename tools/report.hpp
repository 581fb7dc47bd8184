// The JSON report of a training run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/cluster/shared_run.hpp"
#include "engine/train/likelihood/held_out.hpp"
#include "engine/train/train.hpp"
#include "tools/options.hpp"

namespace hogvec::tools {

/// Of the text that was held out.
struct HeldOutReport {
  std::vector<HeldOutLoss> epochs;
  std::uint64_t centers = 0;
  std::size_t unknown = 0;  // words that the vocabulary does not have
  double seconds = 0;
};

struct RunReport {
  TrainResult result;
  std::optional<HeldOutReport> held_out;
  std::optional<Placement> placement;
  int ranks = 1;                           // that share the run
  std::optional<ExchangeReport> exchange;  // of the first of several
  double read_seconds = 0;                 // reading, counting and encoding the text
  double initialize_seconds = 0;           // the first values of the matrices
  double write_seconds = 0;
  std::size_t vocabulary_size = 0;
};

/// One JSON object, with a newline.
std::string to_json(const RunReport& report, const Word2vecOptions& options);

}  // namespace hogvec::tools
