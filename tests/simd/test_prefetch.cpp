// That rows are asked for as the processor can: what it is worth is measured by bench/.
#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

#include "simd/prefetch.hpp"

namespace {

using namespace hogvec;

#if defined(__x86_64__) && defined(__linux__)
TEST_CASE("lines are asked for to be written where the system says that the processor can") {
  std::ifstream cpuinfo("/proc/cpuinfo");
  std::string line;
  while (std::getline(cpuinfo, line) && !line.starts_with("flags")) {
  }
  if (!line.starts_with("flags")) return;  // nobody says
  CHECK(simd::can_prefetch_to_write() ==
        ((line + ' ').find(" 3dnowprefetch ") != std::string::npos));
}
#endif

TEST_CASE("rows that are asked for stay what they are, and no page needs to be there") {
  const std::vector<float> row(100, 1.5F);
  for (const bool to_write : {false, true}) {
    if (to_write && !simd::can_prefetch_to_write()) continue;
    simd::prefetch_row(row.data(), row.size(), to_write);
    simd::prefetch_row(nullptr, row.size(), to_write);
    CHECK(row == std::vector<float>(100, 1.5F));
  }
}

}  // namespace
