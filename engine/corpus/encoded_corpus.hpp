// The words of a text as numbers, in memory or in a file.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "engine/corpus/id_blocks.hpp"
#include "engine/resources.hpp"
#include "engine/vocab/vocabulary.hpp"

namespace hogvec {

/// The text as word ids, in its order: words that are not in the vocabulary are left out, and
/// kSentenceEnd stands where a sentence ends. In the pieces in which they came, four bytes a word
/// of the text, in memory or in an unnamed file of which nothing is mapped. Immutable, so safe to
/// read from any thread.
class EncodedCorpus {
 public:
  EncodedCorpus();
  /// The ids of the pieces, one after the other, of a text of which `unknown` words were left out.
  EncodedCorpus(std::unique_ptr<IdBlocks> blocks, std::vector<IdBlocks::Piece> pieces,
                std::size_t unknown);
  /// A copy of `ids`, in one piece. Errors: std::bad_alloc; those of IdBlocks::keep().
  explicit EncodedCorpus(std::span<const WordId> ids, const Resources& resources = {});
  EncodedCorpus(EncodedCorpus&&) noexcept;
  EncodedCorpus& operator=(EncodedCorpus&&) noexcept;
  ~EncodedCorpus();

  std::size_t size() const noexcept { return ends_.empty() ? 0 : ends_.back(); }
  /// How many words of the text were left out.
  std::size_t unknown() const noexcept { return unknown_; }

  /// Ids [begin, begin + count): where they lie in one piece of memory, or copied into `room`,
  /// which has as many. Errors: the file cannot be read.
  std::span<const WordId> read(std::size_t begin, std::size_t count, std::span<WordId> room) const;

  /// Calls visit(ids) for the whole text, part by part in its order, as long as it returns true.
  template <class Visit>
  void for_each_part(const Visit& visit) const {
    std::vector<WordId> room;
    for (const IdBlocks::Piece& piece : pieces_) {
      if (!visit(std::span<const WordId>(blocks_->read(piece, room)))) return;
    }
  }

  /// All ids side by side, for texts that are short: what lies in several pieces is copied when
  /// this is first asked for. Errors: std::bad_alloc; those of read().
  std::span<const WordId> ids() const;

 private:
  struct Whole;

  std::unique_ptr<IdBlocks> blocks_;
  std::vector<IdBlocks::Piece> pieces_;
  std::vector<std::size_t> ends_;  // where each piece ends in the text
  std::size_t unknown_ = 0;
  std::unique_ptr<Whole> whole_;
};

}  // namespace hogvec
