// Words that a caller has one by one, counted and numbered by other threads while it goes on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "engine/corpus/encode_text.hpp"

namespace hogvec {

/// What encode_text() does with a text, of words that are cut already. They may be any bytes, of
/// any length, and none at all; options.newline_word, which the sentences' ends are counted as, is
/// a word that does not come. One thread adds them.
class WordFeed {
 public:
  /// Starts options.resources.threads threads. Errors: threads below 1; what starting them says.
  explicit WordFeed(const EncodeOptions& options);
  /// What was added is forgotten, unless finish() has returned it.
  ~WordFeed();
  WordFeed(const WordFeed&) = delete;
  WordFeed& operator=(const WordFeed&) = delete;

  /// Waits where the threads are far behind. Errors: those of the threads, after which the text is
  /// lost, and every call one; a word of 2 GiB.
  void add(std::string_view word) {
    if (word.size() >= capacity_ - bytes_used_ || ends_used_ == kEnds) make_room(word.size());
    if (!word.empty()) std::memcpy(bytes_ + bytes_used_, word.data(), word.size());
    bytes_used_ += word.size();
    ends_[ends_used_++] = static_cast<std::uint32_t>(bytes_used_);
    bytes_[bytes_used_++] = '\0';  // no two words begin at one place
    ++words_;
  }
  void end_sentence() {
    if (ends_used_ == kEnds) make_room(0);
    ends_[ends_used_++] = kSentence;
    ++sentences_;
  }

  /// So far.
  std::uint64_t words() const noexcept { return words_; }
  std::uint64_t sentences() const noexcept { return sentences_; }

  /// Waits for the threads. Once, and the last thing. Errors: those of the threads.
  EncodedText finish();

 private:
  class Blocks;
  class Reader;

  static constexpr std::size_t kBytes = 1u << 18;
  static constexpr std::size_t kEnds = kBytes / 8;
  static constexpr std::uint32_t kSentence = 0xffffffff;  // an end that is a sentence's

  void make_room(std::size_t word_bytes);
  /// The block that is being filled, to the threads. Errors: those of the threads.
  void pass_on();

  std::unique_ptr<Blocks> blocks_;
  std::unique_ptr<Reader> reader_;
  // The block that is being filled: it is `blocks_`' own.
  char* bytes_ = nullptr;
  std::uint32_t* ends_ = nullptr;
  std::size_t capacity_ = 0;  // bytes
  std::size_t bytes_used_ = 0;
  std::size_t ends_used_ = 0;
  std::uint64_t words_ = 0;
  std::uint64_t sentences_ = 0;
  bool lost_ = false;  // there is nothing to add to any more
};

}  // namespace hogvec
