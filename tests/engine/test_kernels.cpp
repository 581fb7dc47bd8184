// active_kernels: those that HOGVEC_SIMD names, or an Error with the names that there are. Run
// again with a name that there is not (tests/dispatch.cmake).
#include <doctest/doctest.h>

#include <cstdlib>

#include "engine/kernels.hpp"
#include "tests/files.hpp"

using namespace hogvec;

TEST_CASE("the engine runs the kernels that HOGVEC_SIMD names, and says where there are none") {
  if (const simd::KernelTable* const wanted = simd::wanted_kernels()) {
    CHECK(&active_kernels() == wanted);
    return;
  }
  for (int time = 0; time < 2; ++time) {  // not only the first time
    const std::string message = testing::error_of([] { active_kernels(); });
    CAPTURE(message);
    // REQUIRE, because the words below must not be printed after a failure.
    REQUIRE(message.starts_with("HOGVEC_SIMD=" + std::string(std::getenv("HOGVEC_SIMD")) + ": "));
    for (const simd::KernelTable* kernels : simd::available_kernels()) {
      REQUIRE(testing::contains(message, std::string(kernels->name)));
    }
  }
  // tests/dispatch.cmake looks for these words.
  MESSAGE("refused with the names that there are");
}
