// A file as word vectors of word2vec or of GloVe, and questions to them: vectors that the file can
// hold, or an Error.
#include "engine/query/nearest.hpp"
#include "io/error.hpp"
#include "io/vectors_file.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hogvec;
using fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file(fuzz::bytes_of(data, size));
  io::WordVectors vectors;
  try {
    vectors = io::read_vectors(file.path());
  } catch (const Error&) {
    return 0;
  }
  require(vectors.dim > 0, "a vector has a length");
  require(vectors.values.size() == vectors.words.size() * vectors.dim, "a row a word");
  require(vectors.values.size() <= size / 2, "a number takes two bytes at least");
  const WordIndex index(std::move(vectors));
  for (std::size_t row = 0; row < std::min<std::size_t>(index.size(), 3); ++row) {
    require(index.find(index.word(row)) == row, "a word is found, where it stands first");
    for (const Neighbor& neighbor : index.nearest(index.unit_vector(row), 5)) {
      require(neighbor.row < index.size(), "a neighbor is a row");
      // Rounded, by as much as squares below the normal numbers lose.
      require(neighbor.cosine >= -1.5f && neighbor.cosine <= 1.5f, "a cosine is about -1 to 1");
    }
  }
  return 0;
}
