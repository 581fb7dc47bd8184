#include "engine/phrases/write_words.hpp"

#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>

#include "engine/workers.hpp"

namespace hogvec {
namespace {

/// The text of a section.
class SectionText {
 public:
  /// Returns how many words it has, newlines not counted. The text is valid until the next call.
  std::uint64_t make(std::span<const WordId> ids, const WordList& words) {
    size_ = 0;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] == kNewline) {
        reserve(1);
        bytes_[size_++] = '\n';
      } else {
        append(words[ids[i]]);
        ++count;
      }
    }
    return count;
  }

  std::string_view text() const noexcept { return {bytes_.get(), size_}; }

 private:
  void append(std::string_view word) {
    reserve(1 + word.size() + WordList::kReadable);
    bytes_[size_++] = ' ';
    // Most words are short, and a copy of a known size is two instructions.
    if (word.size() <= WordList::kReadable) {
      std::memcpy(bytes_.get() + size_, word.data(), WordList::kReadable);
    } else {
      std::memcpy(bytes_.get() + size_, word.data(), word.size());
    }
    size_ += word.size();
  }

  void reserve(std::size_t more) {
    if (capacity_ - size_ >= more) return;
    const std::size_t capacity = (size_ + more) * 2;
    auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ != 0) std::memcpy(bytes.get(), bytes_.get(), size_);
    bytes_ = std::move(bytes);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Sections take their turns. They are claimed in order, so the next one is always in some
/// worker's hands, and nobody waits for what has not begun.
class Turns {
 public:
  explicit Turns(std::size_t sections) : sections_(sections) {}

  /// Whether there is a section left, and which.
  bool claim(std::size_t& section) {
    const std::lock_guard lock(mutex_);
    if (failed_ || claimed_ == sections_) return false;
    section = claimed_++;
    return true;
  }

  /// Calls `act` when all sections before this one have had their turn; never after fail().
  template <class Act>
  void take(std::size_t section, const Act& act) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return failed_ || turn_ == section; });
    if (failed_) return;
    lock.unlock();
    act();
    lock.lock();
    ++turn_;
    changed_.notify_all();
  }

  /// A section will not take its turn: nobody is to wait for it.
  void fail() noexcept {
    const std::lock_guard lock(mutex_);
    failed_ = true;
    changed_.notify_all();
  }

 private:
  std::size_t sections_;
  std::size_t claimed_ = 0;
  std::size_t turn_ = 0;
  bool failed_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace

void write_words(io::OutputFile& file, const IdText& text, const WordList& words, int threads,
                 const std::function<void(std::uint64_t words)>& on_written) {
  Turns turns(text.sections());
  std::uint64_t written = 0;
  run_workers(threads, [&](int) {
    SectionText section;
    std::vector<WordId> room;
    for (std::size_t s; turns.claim(s);) {
      try {
        const std::uint64_t count = section.make(text.read(s, room), words);
        turns.take(s, [&] {
          file.write(section.text());
          written += count;
          if (on_written) on_written(written);
        });
      } catch (...) {
        turns.fail();
        throw;
      }
    }
  });
}

}  // namespace hogvec
