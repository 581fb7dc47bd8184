// distance FILE: the words nearest to a word, or to the sum of several.
#include <numeric>

#include "tools/query_program.hpp"

namespace hogvec::tools {

namespace {

constexpr std::string_view kHelp =
    R"(Usage: distance FILE [-query "WORD..."]... [-top N] [-json FILE] [-compat 1] [-threads N]
Prints the words whose vectors lie nearest to the sum of those of the words of a query, by cosine; of
a query of two words their own cosine too.
FILE holds word vectors of word2vec, binary or text, of GloVe or of NumPy (.npy, with the words in
.words), compressed or not, or is a model file, which is opened at once whatever its size, also while
it is trained.

  -query "WORD..."  a query; may be given several times. Exits with 1 where one has a word that FILE
                    lacks. Without it queries are read from standard input, one a line, to a line
                    EXIT or the end of the input
  -top N            how many words are printed (40)
  -json FILE        write the answers as JSON too, an object a line; with -, instead
  -compat 1         print what the reference prints: rows without a word, where there are fewer
  -threads N        threads to read and to search with (0: all cores)
  --help, --version
)";

QueryAnswer answer(const WordIndex& index, const std::vector<std::string_view>& words,
                   std::size_t most) {
  QueryAnswer answer;
  if (words.empty() || !find_words(index, words, answer)) return answer;
  std::vector<float> sum(index.dim());
  std::vector<std::size_t> rows;
  for (const QueryAnswer::Word& word : answer.words) {
    const std::span<const float> vector = index.unit_vector(word.row);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += vector[i];
    rows.push_back(word.row);
  }
  if (rows.size() == 2) answer.cosine = index.cosine(rows[0], rows[1]);
  answer.neighbors = index.nearest(sum, most, rows);
  return answer;
}

constexpr QueryProgram kProgram = {
    .name = "distance",
    .help = kHelp,
    .prompt = "Enter word or sentence (EXIT to break): ",
    .heading = "                                              Word       Cosine distance",
    .floor = -1,
    .first_row_is_word = true,
    .answer = answer};

}  // namespace

}  // namespace hogvec::tools

int main(int argc, char** argv) {
  return hogvec::tools::run_queries(hogvec::tools::kProgram, argc, argv);
}
