// available_kernels and wanted_kernels.
//
// The choice is made once a process, so what HOGVEC_SIMD does is tested by running the test "...
// that HOGVEC_SIMD names" again and again, each time in a process of its own with another value
// (tests/dispatch.cmake): a name that this processor has, one that it has not, one that there is
// not. Out of scope: which instruction sets a processor should have.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "simd/kernels.hpp"

namespace {

namespace simd = hogvec::simd;

// Fastest first.
const std::vector<std::string_view> kNames = {"avx512bw", "fma3+avx2", "sse2", "neon64"};

std::size_t rank(std::string_view name) {
  return static_cast<std::size_t>(std::find(kNames.begin(), kNames.end(), name) - kNames.begin());
}

const simd::KernelTable* find(std::string_view name) {
  for (const simd::KernelTable* kernels : simd::available_kernels()) {
    if (kernels->name == name) return kernels;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("available_kernels lists known tables once and fastest first") {
  const auto available = simd::available_kernels();
  REQUIRE_FALSE(available.empty());
  for (std::size_t i = 0; i < available.size(); ++i) {
    REQUIRE(available[i] != nullptr);
    CAPTURE(std::string(available[i]->name));
    CHECK(rank(available[i]->name) < kNames.size());
    if (i > 0) CHECK(rank(available[i - 1]->name) < rank(available[i]->name));
  }
  // The list does not change, or a worker's table would not be the one that was printed.
  CHECK(simd::available_kernels().data() == available.data());
  CHECK(simd::available_kernels().size() == available.size());
}

TEST_CASE("every table is complete") {
  for (const simd::KernelTable* kernels : simd::available_kernels()) {
    CAPTURE(std::string(kernels->name));
    CHECK((kernels->lanes == 4 || kernels->lanes == 8 || kernels->lanes == 16));
    CHECK((kernels->dot != nullptr));
    CHECK((kernels->axpy != nullptr));
    CHECK((kernels->normalize != nullptr));
    CHECK((kernels->exp != nullptr));
    CHECK((kernels->sigmoid != nullptr));
    CHECK((kernels->logistic_block != nullptr));
    CHECK((kernels->softmax.visit != nullptr));
    CHECK((kernels->random_bits != nullptr));
    CHECK((kernels->repeat_distances != nullptr));
    CHECK((kernels->special_bytes != nullptr));
    CHECK((kernels->window_pairs != nullptr));
    CHECK((kernels->mean_row != nullptr));
    CHECK((kernels->add_to_rows != nullptr));
    CHECK((kernels->merge_row != nullptr));
  }
}

TEST_CASE("the active kernels are those that HOGVEC_SIMD names") {
  const char* const forced = std::getenv("HOGVEC_SIMD");
  if (forced == nullptr) {
    CHECK(simd::wanted_kernels() == simd::available_kernels().front());
    return;
  }
  if (const simd::KernelTable* const wanted = find(forced)) {
    CHECK(simd::wanted_kernels() == wanted);
    CHECK(simd::wanted_kernels()->name == forced);
    return;
  }
  // REQUIRE, because the words below must not be printed after a failure.
  REQUIRE(simd::wanted_kernels() == nullptr);
  // tests/dispatch.cmake looks for these words.
  MESSAGE("not available here: ", std::string(forced));
}
