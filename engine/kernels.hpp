// The kernels that the engine runs.
#pragma once

#include "simd/kernels.hpp"

namespace hogvec {

/// The fastest table, or the one that the environment variable HOGVEC_SIMD names.
/// Errors: it names none that this machine has; lists those that it has.
const simd::KernelTable& active_kernels();

}  // namespace hogvec
