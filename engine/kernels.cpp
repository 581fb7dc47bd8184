#include "engine/kernels.hpp"

#include <atomic>
#include <cstdlib>
#include <string>

#include "io/error.hpp"

namespace hogvec {
namespace {

std::atomic<const simd::KernelTable*> substitute = nullptr;

}  // namespace

SubstituteKernels::SubstituteKernels(const simd::KernelTable& table) noexcept {
  substitute = &table;
}

SubstituteKernels::~SubstituteKernels() { substitute = nullptr; }

const simd::KernelTable& active_kernels() {
  if (const simd::KernelTable* const table = substitute; table != nullptr) return *table;
  const simd::KernelTable* const wanted = simd::wanted_kernels();
  if (wanted != nullptr) return *wanted;
  std::string names;
  for (const simd::KernelTable* table : simd::available_kernels()) {
    names += names.empty() ? "" : ", ";
    names += table->name;
  }
  const char* const name = std::getenv("HOGVEC_SIMD");
  throw Error("HOGVEC_SIMD=" + std::string(name != nullptr ? name : "") +
              ": this machine has no such kernels; set one of " + names + ", or unset it");
}

}  // namespace hogvec
