// A file as a .npy file: rows that lie in the file, or an Error.
#include "io/error.hpp"
#include "io/npy_file.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hogvec;
using fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file(fuzz::bytes_of(data, size));
  try {
    const io::NpyFile npy{io::Content(file.path())};
    const ConstMatrixView rows = npy.matrix();
    require(rows.dim() > 0, "a row has a length");
    require(rows.rows() <= size && rows.dim() <= size, "rows lie in the file");
    require(rows.rows() * rows.dim() <= size / sizeof(float), "a number takes four bytes");
    float sum = 0;
    for (std::size_t k = 0; k < rows.rows() * rows.dim(); ++k) sum += rows.data()[k];
    [[maybe_unused]] volatile const float kept = sum;
  } catch (const Error&) {
  }
  return 0;
}
