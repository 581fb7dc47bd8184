// A file as a model: sections within the file that can be read to their last byte, words that are
// found, and a file that can be trained on; or an Error. Also under a right checksum, which no
// fuzzer comes upon.
#include <algorithm>
#include <cstring>

#include "io/error.hpp"
#include "io/model_file.hpp"
#include "io/model_header.hpp"
#include "io/model_words.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hogvec;
using fuzz::require;
using io::ModelFile;

namespace {

/// Sums, so that every byte is read.
std::uint64_t sum_of(std::span<const std::byte> bytes) {
  std::uint64_t sum = 0;
  for (const std::byte byte : bytes) sum += static_cast<std::uint64_t>(byte);
  return sum;
}

void read_sections(const ModelFile& file, std::size_t size) {
  std::size_t bytes = 0;
  for (const io::ModelSection& section : file.sections()) {
    const std::span<const std::byte> view = file.section(section.name);
    require(view.size() == section.bytes, "a section has the bytes of the table");
    require(sum_of(view) <= 255 * view.size(), "a section can be read");
    bytes += view.size();
    if (!section.is_matrix()) continue;
    const ConstMatrixView matrix = file.matrix(section.name);
    require(matrix.dim() <= matrix.stride(), "a row ends before the next");
    require(matrix.rows() * matrix.stride() * sizeof(float) == view.size(), "rows are the section");
  }
  require(bytes + 2 * io::kModelPage <= size, "sections lie in the file, one beside the other");
  try {
    file.verify_all();
  } catch (const Error&) {
  }
}

void read_words(const ModelFile& file) {
  try {
    const io::ModelWords words(file);
    for (std::size_t id = 0; id < words.size(); ++id) {
      const std::string_view word = words.word(id);
      require(word.size() <= file.section("words").size(), "a word lies within the words");
      const std::size_t found = words.find(word);
      require(found == io::ModelWords::kNotFound || words.word(found) == word, "what is found");
    }
    require(words.all().size() == words.size(), "all are all");
  } catch (const Error&) {
  }
}

/// Goes on with a file that opens: grows a section, seals it, and finds it again.
void train(const std::string& path) {
  ModelFile file;
  try {
    file = ModelFile::open_to_train(path);
  } catch (const Error&) {
    return;  // no room for another header
  }
  for (const io::ModelSection& section : file.sections()) file.seal(section.name);
  file.verify_all();
  if (!file.sections().empty()) {
    const std::string name = file.sections().back().name;
    file.grow({.name = name, .bytes = 5000});
    require(sum_of(file.section(name)) == 0, "what grows is zero");
    file.writable_section(name)[4999] = std::byte{1};
  }
  file.commit(io::ModelState::kStopped, true);
  const ModelFile again = ModelFile::open(path);
  require(again.state() == io::ModelState::kStopped, "the last header counts");
  require(again.sections().size() == file.sections().size(), "sections stay");
  again.verify_all();
  if (!again.sections().empty()) {
    require(sum_of(again.section(again.sections().back().name)) == 1, "what grew is found again");
  }
}

void use(std::string_view bytes) {
  const fuzz::MemoryFile memory(bytes);
  try {
    const ModelFile file = ModelFile::open(memory.path());
    require(io::is_model_file(memory.path()), "what opens is a model file");
    read_sections(file, bytes.size());
    read_words(file);
  } catch (const Error&) {
    return;
  }
  train(memory.path());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(fuzz::bytes_of(data, size));
  use(bytes);
  if (size < io::kModelCopies * io::kModelPage) return 0;
  for (int copy = 0; copy < io::kModelCopies; ++copy) {
    char* const page = bytes.data() + copy * io::kModelPage;
    io::ModelHeader header;
    std::memcpy(&header, page, sizeof header);
    header.checksum = io::checksum_of(header);
    std::memcpy(page, &header, sizeof header);
  }
  use(bytes);
  return 0;
}
