// A file as a vocabulary: words that come back unchanged from the file that they make, or an Error.
#include <algorithm>

#include "engine/vocab/vocabulary.hpp"
#include "io/error.hpp"
#include "io/vocabulary_file.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hogvec;
using fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file(fuzz::bytes_of(data, size));
  std::vector<io::WordCount> words;
  try {
    words = io::read_vocabulary_file(file.path());
  } catch (const Error&) {
    return 0;
  }
  require(!words.empty(), "a vocabulary has a word");
  const fuzz::MemoryFile copy("");
  io::write_vocabulary_file(copy.path(), words);
  const std::vector<io::WordCount> again = io::read_vocabulary_file(copy.path());
  require(std::equal(words.begin(), words.end(), again.begin(), again.end(),
                     [](const io::WordCount& a, const io::WordCount& b) {
                       return a.word == b.word && a.count == b.count;
                     }),
          "a vocabulary comes back unchanged");
  const Vocabulary vocabulary(std::move(words), size % 7);
  for (WordId id = 0; id < vocabulary.size(); ++id) {
    require(vocabulary.find(vocabulary.word(id)) == id, "a word is found");
    require(id < 2 || vocabulary.count(id) <= vocabulary.count(id - 1), "counts fall");
  }
  return 0;
}
