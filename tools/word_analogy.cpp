// word-analogy FILE: A is to B as C is to which word.
#include <fmt/format.h>

#include "tools/query_program.hpp"

namespace hogvec::tools {

namespace {

constexpr std::string_view kHelp =
    R"(Usage: word-analogy FILE [-query "A B C"]... [-top N] [-json FILE] [-compat 1] [-threads N]
Prints the words whose vectors lie nearest to B - A + C, by cosine: A is to B as C is to which word.
FILE holds word vectors of word2vec, binary or text, of GloVe or of NumPy (.npy, with the words in
.words), or is a model file, which is opened at once whatever its size, also while it is trained.

  -query "A B C"  a query; may be given several times. Exits with 1 where one has a word that FILE
                  lacks. Without it queries are read from standard input, one a line, to a line EXIT
                  or the end of the input
  -top N          how many words are printed (40)
  -json FILE      write the answers as JSON too, an object a line; with -, instead
  -compat 1       print what the reference prints: the first word of FILE is not known, words whose
                  cosine is not positive are not shown, rows without a word are
  -threads N      threads to read and to search with (0: all cores)
  --help, --version
)";

QueryAnswer answer(const WordIndex& index, const std::vector<std::string_view>& words,
                   std::size_t most) {
  constexpr std::size_t kNeeded = 3;
  QueryAnswer answer;
  if (words.size() < kNeeded) {
    answer.refusal = fmt::format(
        "Only {} words were entered.. three words are needed at the input to perform the "
        "calculation",
        words.size());
    return answer;
  }
  if (!find_words(index, words, answer)) return answer;
  std::vector<std::size_t> rows;
  for (const QueryAnswer::Word& word : answer.words) rows.push_back(word.row);
  const std::span<const float> a = index.unit_vector(rows[0]);
  const std::span<const float> b = index.unit_vector(rows[1]);
  const std::span<const float> c = index.unit_vector(rows[2]);
  std::vector<float> sum(index.dim());
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = b[i] - a[i] + c[i];
  answer.neighbors = index.nearest(sum, most, rows);
  return answer;
}

constexpr QueryProgram kProgram = {
    .name = "word-analogy",
    .help = kHelp,
    .prompt = "Enter three words (EXIT to break): ",
    .heading = "                                              Word              Distance",
    .floor = 0,
    .first_row_is_word = false,
    .answer = answer};

}  // namespace

}  // namespace hogvec::tools

int main(int argc, char** argv) {
  return hogvec::tools::run_queries(hogvec::tools::kProgram, argc, argv);
}
