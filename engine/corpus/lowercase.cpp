#include "engine/corpus/lowercase.hpp"

#include <utility>

#include "engine/case_folding.hpp"

namespace hogvec {
namespace {

class Lowercased : public io::TextSource {
 public:
  explicit Lowercased(std::unique_ptr<io::TextSource> source) : source_(std::move(source)) {}

  std::optional<io::TextBlock> next() override {
    // The longest that a letter becomes is three bytes for its two.
    constexpr std::uint64_t kMostGrowth = 2;
    std::optional<io::TextBlock> block = source_->next();
    if (block) block->replace(fold_case(block->text()), kMostGrowth * block->position());
    return block;
  }
  // At most one word a byte is true of both.
  std::optional<std::uint64_t> size() const override { return source_->size(); }
  std::vector<std::string> warnings() const override { return source_->warnings(); }
  io::TextEnd end() const override { return source_->end(); }
  void finish() override { source_->finish(); }

 private:
  std::unique_ptr<io::TextSource> source_;
};

}  // namespace

std::unique_ptr<io::TextSource> lowercased(std::unique_ptr<io::TextSource> source) {
  return std::make_unique<Lowercased>(std::move(source));
}

}  // namespace hogvec
