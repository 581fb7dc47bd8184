// A file as a text: whatever packs it, its bytes come in whole words, and to an end, or with an
// Error.
#include "io/byte_reader.hpp"
#include "io/error.hpp"
#include "io/text_source.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hogvec;
using fuzz::require;

namespace {

constexpr std::size_t kMostBytes = 64u << 20;  // of what a small file unpacks to, that are read

/// Every file of it, to the end.
void read_bytes(const std::string& path) {
  try {
    const auto reader = io::read_file(io::open_for_reading(path), path);
    char bytes[4096];
    std::size_t total = 0;
    while (reader->next_file()) {
      require(!reader->name().empty(), "a file has a name");
      while (const std::size_t count = reader->read(bytes, sizeof bytes)) {
        require(count <= sizeof bytes, "no more than there is room for");
        total += count;
        if (total > kMostBytes) return;
      }
    }
  } catch (const Error&) {
  }
}

void read_blocks(const std::string& path) {
  try {
    const auto source = io::open_text({path});
    std::uint64_t position = 0;
    std::size_t number = 0;
    while (std::optional<io::TextBlock> block = source->next()) {
      require(block->number() == number++, "blocks are numbered");
      require(block->position() == position, "a block follows the one before");
      position += block->text().size();
      if (position > kMostBytes) return;
    }
    source->finish();
  } catch (const Error&) {
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file(fuzz::bytes_of(data, size));
  read_bytes(file.path());
  read_blocks(file.path());
  return 0;
}
