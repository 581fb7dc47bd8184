#include "engine/train/scratch.hpp"

#include <cstring>
#include <new>

#include "simd/kernels.hpp"

#ifdef HOGVEC_MIMALLOC
#include <mimalloc.h>
#else
#include <cstdlib>
#endif

namespace hogvec::scratch {
namespace {

constexpr std::size_t kLine = simd::kRowAlignment;

thread_local Meter* current_meter = nullptr;

void* allocate(std::size_t bytes) noexcept {
#ifdef HOGVEC_MIMALLOC
  return mi_malloc_aligned(bytes, kLine);
#else
  return std::aligned_alloc(kLine, bytes);
#endif
}

}  // namespace

void* take(std::size_t size) {
  const std::size_t bytes = (size + kLine - 1) / kLine * kLine + kLine;
  if (current_meter != nullptr) {
    current_meter->bytes_ += bytes;
    return nullptr;
  }
  void* const memory = allocate(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  std::memset(memory, 0, bytes);
  return memory;
}

void give_back(void* memory) noexcept {
#ifdef HOGVEC_MIMALLOC
  mi_free(memory);
#else
  std::free(memory);
#endif
}

Meter::Meter() noexcept : outer_(std::exchange(current_meter, this)) {}

Meter::~Meter() { current_meter = outer_; }

}  // namespace hogvec::scratch
