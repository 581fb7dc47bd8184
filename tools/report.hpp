// The JSON report of a training run.
#pragma once

#include <cstddef>
#include <string>

#include "engine/train/trainer.hpp"
#include "tools/options.hpp"

namespace hogvec::tools {

struct RunReport {
  TrainResult result;
  double read_seconds = 0;
  double write_seconds = 0;
  std::size_t vocabulary_size = 0;
};

/// One JSON object, with a newline.
std::string to_json(const RunReport& report, const Word2vecOptions& options);

}  // namespace hogvec::tools
