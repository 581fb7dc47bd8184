// The words of a text as numbers, in memory or in a file.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/resources.hpp"
#include "engine/vocab/vocabulary.hpp"
#include "io/memory_map.hpp"
#include "io/unnamed_file.hpp"

namespace hogvec {

/// The text as word ids, in its order: words that are not in the vocabulary are left out, and
/// kSentenceEnd stands where a sentence ends. Four bytes a word, in memory or in an unnamed file,
/// which is read in parts. Immutable once it is filled, and then safe to read from any thread.
class EncodedCorpus {
 public:
  EncodedCorpus();
  /// Room for `size` ids, all kSentenceEnd, of a text of which `unknown` words were left out; in a
  /// file where that is more than the resources allow. Errors: std::bad_alloc; disk full.
  EncodedCorpus(std::size_t size, std::size_t unknown, const Resources& resources);
  /// A copy of `ids`, in memory. Errors: std::bad_alloc.
  explicit EncodedCorpus(std::span<const WordId> ids);
  EncodedCorpus(EncodedCorpus&&) noexcept;
  EncodedCorpus& operator=(EncodedCorpus&&) noexcept;
  ~EncodedCorpus();

  std::size_t size() const noexcept { return size_; }
  /// How many words of the text were left out.
  std::size_t unknown() const noexcept { return unknown_; }
  bool in_file() const noexcept { return file_ != nullptr; }

  /// Fills places [begin, begin + ids.size()). Any thread. Errors: disk full.
  void write(std::size_t begin, std::span<const WordId> ids);

  /// Ids [begin, begin + count): where they lie, or read from the file into `room`, which then must
  /// have as many. Errors: the file cannot be read.
  std::span<const WordId> read(std::size_t begin, std::size_t count, std::span<WordId> room) const;

  /// Calls visit(ids) for the whole text, part by part in its order, as long as it returns true.
  template <class Visit>
  void for_each_part(const Visit& visit) const {
    constexpr std::size_t kPart = std::size_t{1} << 18;
    std::vector<WordId> room(in_file() ? std::min(kPart, size_) : 0);
    for (std::size_t begin = 0; begin < size_; begin += kPart) {
      if (!visit(read(begin, std::min(kPart, size_ - begin), room))) return;
    }
  }

  /// All ids in one piece, for texts that are short: what lies in a file is mapped when this is
  /// first asked for. Errors: std::bad_alloc.
  std::span<const WordId> ids() const;

 private:
  struct File;

  io::MemoryMap memory_;
  std::unique_ptr<File> file_;  // none: in memory
  std::size_t size_ = 0;
  std::size_t unknown_ = 0;
};

}  // namespace hogvec
