// Settings as names with numbers.
#pragma once

#include "engine/c/hogvec.h"
#include "engine/train/settings.hpp"

/// One thread's, unless nobody changes it.
struct hogvec_settings {         // NOLINT(readability-identifier-naming): C's name
  hogvec::TrainSettings values;  // threads 0: all cores
  bool alpha_is_given = false;

  /// With what a learning rate that was not given, and threads of 0, stand for.
  hogvec::TrainSettings resolved() const;
};
