// Runs a fuzz target over files, where no fuzzer is linked in: the seeds stay good in every build.
//   fuzz_TARGET FOLDER
#include <filesystem>

#include "engine/ordered_tasks.hpp"
#include "tests/files.hpp"
#include "tests/fuzz/fuzz.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  [[maybe_unused]] const hogvec::OrderedTasks ordered;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    const std::string bytes = hogvec::testing::read_file(entry.path());
    std::printf("%s\n", entry.path().filename().c_str());
    std::fflush(stdout);  // the last name is that of the file which ended the process
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    ++files;
  }
  std::printf("%d files\n", files);
  return files > 0 ? 0 : 1;
}
