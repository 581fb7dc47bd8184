#include "engine/corpus/encode_text.hpp"

#include "engine/corpus/encoder.hpp"
#include "engine/corpus/tokenizer.hpp"
#include "io/error.hpp"

namespace hogvec {
namespace {

/// A block whose words separators part.
class SeparatedBlock {
 public:
  explicit SeparatedBlock(io::TextBlock block) : block_(std::move(block)) {}

  std::size_t number() const noexcept { return block_.number(); }
  std::string_view text() const noexcept { return block_.text(); }
  std::uint64_t position() const noexcept { return block_.position(); }
  void release() noexcept { block_.release(); }

  template <class OnWord, class OnSentenceEnd>
  void cut(std::size_t max_word_bytes, const OnWord& on_word,
           const OnSentenceEnd& on_sentence_end) const {
    if (block_.after_end()) on_sentence_end(0);
    SectionTokenizer tokenizer(block_.text(), max_word_bytes);
    tokenizer.run(0, block_.text().size(), on_word, on_sentence_end);
  }

 private:
  io::TextBlock block_;
};

class SeparatedText {
 public:
  explicit SeparatedText(io::TextSource& source) : source_(source) {}

  std::optional<SeparatedBlock> next() {
    std::optional<io::TextBlock> block = source_.next();
    if (!block) return std::nullopt;
    return SeparatedBlock(std::move(*block));
  }
  std::optional<std::uint64_t> size() const { return source_.size(); }
  void finish() { source_.finish(); }

 private:
  io::TextSource& source_;
};

}  // namespace

EncodedText encode_text(io::TextSource& source, const EncodeOptions& options) {
  if (options.resources.threads < 1) throw Error("threads must be at least 1");
  SeparatedText text(source);
  return Encoder(text, options).encode();
}

}  // namespace hogvec
