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
constexpr std::size_t kPage = 4096;

thread_local Meter* current_meter = nullptr;
thread_local Pages* current_pages = nullptr;

std::size_t round_up(std::size_t bytes, std::size_t unit) noexcept {
  return (bytes + unit - 1) / unit * unit;
}

std::byte* allocate_zeroed(std::size_t bytes, std::size_t alignment) {
#ifdef HOGVEC_MIMALLOC
  void* const memory = mi_malloc_aligned(bytes, alignment);
#else
  void* const memory = std::aligned_alloc(alignment, bytes);
#endif
  if (memory == nullptr) throw std::bad_alloc();
  return static_cast<std::byte*>(std::memset(memory, 0, bytes));
}

void free_memory(void* memory) noexcept {
#ifdef HOGVEC_MIMALLOC
  mi_free(memory);
#else
  std::free(memory);
#endif
}

}  // namespace

Piece take(std::size_t size) {
  const std::size_t bytes = round_up(size, kLine) + kLine;
  if (current_meter != nullptr) {
    current_meter->bytes_ += bytes;
    return {};
  }
  if (Pages* const pages = current_pages;
      pages != nullptr && bytes <= pages->size_ - pages->used_) {
    std::byte* const memory = pages->memory_ + pages->used_;
    pages->used_ += bytes;
    return {memory, true};
  }
  return {allocate_zeroed(bytes, kLine), false};
}

void give_back(const Piece& piece) noexcept {
  if (!piece.of_pages) free_memory(piece.memory);
}

Meter::Meter() noexcept : outer_(std::exchange(current_meter, this)) {}

Meter::~Meter() { current_meter = outer_; }

std::size_t Pages::bytes(std::size_t counted) noexcept { return round_up(counted, kPage); }

Pages::Pages(std::size_t counted) : size_(bytes(counted)), memory_(allocate_zeroed(size_, kPage)) {}

Pages::~Pages() { free_memory(memory_); }

Pages::Filling::Filling(Pages& pages) noexcept { current_pages = &pages; }

Pages::Filling::~Filling() { current_pages = nullptr; }

}  // namespace hogvec::scratch
