// operator new on mimalloc, with the exception: Debian builds mimalloc as C, where its own cannot
// throw, and a program that asks for too much memory would abort without a word.
#include <mimalloc.h>

#include <new>

namespace {

void* require(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void* require_aligned(std::size_t bytes, std::align_val_t alignment) {
  return require(mi_malloc_aligned(bytes, static_cast<std::size_t>(alignment)));
}

}  // namespace

// NOLINTBEGIN(misc-new-delete-overloads): the operators delete of mimalloc fit these.
void* operator new(std::size_t bytes) { return require(mi_malloc(bytes)); }
void* operator new[](std::size_t bytes) { return require(mi_malloc(bytes)); }
void* operator new(std::size_t bytes, std::align_val_t a) { return require_aligned(bytes, a); }
void* operator new[](std::size_t bytes, std::align_val_t a) { return require_aligned(bytes, a); }
// NOLINTEND(misc-new-delete-overloads)
