#include "io/mapped_range.hpp"

#include <atomic>
#include <cstdint>

namespace hogvec::io {

/// Entries are used again and never freed, so that a handler can walk them at any time.
struct MappedRange::Entry {
  std::atomic<bool> taken{true};
  std::atomic<std::uintptr_t> begin{0};  // 0: not listed
  std::atomic<std::uintptr_t> end{0};
  std::string message;  // written only while it is not listed
  Entry* next = nullptr;

  static std::atomic<Entry*> first;
};

std::atomic<MappedRange::Entry*> MappedRange::Entry::first{nullptr};
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free);

MappedRange::MappedRange(const void* data, std::size_t bytes, std::string message) {
  for (Entry* entry = Entry::first.load(); entry != nullptr; entry = entry->next) {
    if (!entry->taken.exchange(true)) {
      entry_ = entry;
      break;
    }
  }
  if (entry_ == nullptr) {
    entry_ = new Entry;
    entry_->next = Entry::first.load();
    while (!Entry::first.compare_exchange_weak(entry_->next, entry_)) {
    }
  }
  const auto begin = reinterpret_cast<std::uintptr_t>(data);
  entry_->message = std::move(message);
  entry_->end.store(begin + bytes);
  entry_->begin.store(begin);
}

MappedRange::~MappedRange() {
  if (entry_ == nullptr) return;
  entry_->begin.store(0);
  entry_->taken.store(false);
}

const char* lost_page_message(const void* address) noexcept {
  using Entry = MappedRange::Entry;
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  for (const Entry* entry = Entry::first.load(); entry != nullptr; entry = entry->next) {
    const std::uintptr_t begin = entry->begin.load();
    if (begin == 0 || wanted < begin || wanted >= entry->end.load()) continue;
    // Another thread may have listed another range here in between.
    if (entry->begin.load() == begin) return entry->message.c_str();
  }
  return nullptr;
}

}  // namespace hogvec::io
