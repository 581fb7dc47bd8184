// word-analogy FILE [-threads N]: A is to B as C is to which word.
#include <fmt/format.h>

#include "tools/console.hpp"

namespace hogvec::tools {

namespace {

constexpr std::string_view kHelp =
    R"(Usage: word-analogy FILE [-threads N]
Reads three words A B C a line from standard input and prints the 40 words whose vectors lie nearest
to B - A + C, by cosine. Ends at a line EXIT or at the end of the input.
FILE holds word vectors of word2vec, binary or text, of GloVe or of NumPy (.npy, with the words in
.words), or is a model file, which is opened at once whatever its size, also while it is trained.

  -threads N  threads to read and to search with (all cores)
  --help      print this text
  --version   print the version
)";

std::string answer(const WordIndex& index, const std::vector<std::string_view>& words) {
  constexpr std::size_t kNeeded = 3;
  if (words.size() < kNeeded) {
    return fmt::format(
        "Only {} words were entered.. three words are needed at the input to perform the "
        "calculation\n",
        words.size());
  }
  std::string text;
  std::vector<std::size_t> rows;
  for (const std::string_view word : words) {
    // Row 0, the end of a sentence, is no word: it stands for those that are missing.
    const std::size_t found = index.find(word);
    const std::size_t row = found == WordIndex::kNotFound ? 0 : found;
    text += describe_word(word, static_cast<long long>(row));
    if (row == 0) return text + "Out of dictionary word!\n";
    rows.push_back(row);
  }
  const std::span<const float> a = index.unit_vector(rows[0]);
  const std::span<const float> b = index.unit_vector(rows[1]);
  const std::span<const float> c = index.unit_vector(rows[2]);
  std::vector<float> sum(index.dim());
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = b[i] - a[i] + c[i];
  constexpr std::string_view kHeading =
      "                                              Word              Distance";
  const float floor = 0;
  return text + neighbor_table(kHeading, index, index.nearest(sum, kQueryRows, rows), floor);
}

QueryProgram program() {
  return {"word-analogy", kHelp, "Enter three words (EXIT to break): ", answer};
}

}  // namespace

}  // namespace hogvec::tools

int main(int argc, char** argv) {
  return hogvec::tools::run_queries(hogvec::tools::program(), argc, argv);
}
