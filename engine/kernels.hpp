// The kernels that the engine runs.
#pragma once

#include "simd/kernels.hpp"

namespace hogvec {

/// The fastest table, or the one that the environment variable HOGVEC_SIMD names.
/// Errors: it names none that this machine has; lists those that it has.
const simd::KernelTable& active_kernels();

/// While it lives, what is built has this table instead: of who watches or times what trainers
/// call. One at a time.
class SubstituteKernels {
 public:
  explicit SubstituteKernels(const simd::KernelTable& table) noexcept;
  SubstituteKernels(const SubstituteKernels&) = delete;
  SubstituteKernels& operator=(const SubstituteKernels&) = delete;
  ~SubstituteKernels();
};

}  // namespace hogvec
