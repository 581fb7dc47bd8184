// That rows are asked for as the processor can: what it is worth is measured by bench/.
#include <doctest/doctest.h>

#include <fstream>
#include <string>

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

}  // namespace
