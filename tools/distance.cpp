// distance FILE [-threads N]: the words nearest to a word, or to the sum of several.
#include "tools/console.hpp"

namespace hogvec::tools {

namespace {

constexpr std::string_view kHelp =
    R"(Usage: distance FILE [-threads N]
Reads words from standard input, one query a line, and prints the 40 words whose vectors lie nearest
to the sum of theirs, by cosine. Ends at a line EXIT or at the end of the input.
FILE holds word vectors of word2vec, binary or text, of GloVe or of NumPy (.npy, with the words in
.words), or is a model file, which is opened at once whatever its size, also while it is trained.

  -threads N  threads to read and to search with (all cores)
  --help      print this text
  --version   print the version
)";

std::string answer(const WordIndex& index, const std::vector<std::string_view>& words) {
  if (words.empty()) return "";
  std::string text;
  std::vector<std::size_t> rows;
  for (const std::string_view word : words) {
    const std::size_t row = index.find(word);
    const bool known = row != WordIndex::kNotFound;
    text += describe_word(word, known ? static_cast<long long>(row) : -1);
    if (!known) return text + "Out of dictionary word!\n";
    rows.push_back(row);
  }
  std::vector<float> sum(index.dim());
  for (const std::size_t row : rows) {
    const std::span<const float> vector = index.unit_vector(row);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += vector[i];
  }
  constexpr std::string_view kHeading =
      "                                              Word       Cosine distance";
  const float floor = -1;
  return text + neighbor_table(kHeading, index, index.nearest(sum, kQueryRows, rows), floor);
}

QueryProgram program() {
  return {"distance", kHelp, "Enter word or sentence (EXIT to break): ", answer};
}

}  // namespace

}  // namespace hogvec::tools

int main(int argc, char** argv) {
  return hogvec::tools::run_queries(hogvec::tools::program(), argc, argv);
}
