// repeat_distances on every table, against a plain loop.
//
// Sizes: spans 1..40 (below, at and above any lane count), every n up to 208 that is a multiple of
// kRowPadding, n = 0 too; alphabets from one id, where everything repeats, to a million, where
// nothing does. What lies before ids[-span] is ids like the others, so that a span too long by one
// is found. The answer is exact. Neither ids nor out is aligned.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"

namespace {

using namespace hogvec::testing;  // NOLINT(google-build-using-namespace): one file, one subject
namespace simd = hogvec::simd;

constexpr std::size_t kBefore = 41;  // one more than the longest span

std::vector<std::uint32_t> repeat_distances(const std::uint32_t* ids, std::size_t n,
                                            std::size_t span) {
  std::vector<std::uint32_t> distances(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t d = 1; d <= span; ++d) {
      if (*(ids + i - d) == ids[i]) {
        distances[i] = static_cast<std::uint32_t>(d);
        break;
      }
    }
  }
  return distances;
}

void check(const std::vector<std::uint32_t>& ids, std::size_t n, std::size_t span) {
  const std::vector<std::uint32_t> want = repeat_distances(&ids[kBefore], n, span);
  on_every_table([&](const simd::KernelTable& kernels) {
    CAPTURE(n);
    CAPTURE(span);
    const Guarded<std::uint32_t> guarded(ids, span % 16);
    Guarded<std::uint32_t> out(n, 5);
    kernels.repeat_distances(guarded.data() + kBefore, n, span, out.data());
    CHECK(std::vector<std::uint32_t>(out.begin(), out.end()) == want);
    CHECK(out.intact());
    CHECK(same_bits(guarded, ids));
  });
}

}  // namespace

TEST_CASE("repeat_distances finds the nearest repeat") {
  Random random(1);
  for (const std::uint32_t alphabet : {1U, 2U, 5U, 20U, 60U, 1000000U}) {
    CAPTURE(alphabet);
    for (std::size_t span = 1; span <= 40; ++span) {
      for (std::size_t n = 0; n <= 208; n += simd::kRowPadding) {
        std::vector<std::uint32_t> ids(kBefore + n);
        for (std::uint32_t& id : ids) id = static_cast<std::uint32_t>(random.below(alphabet));
        check(ids, n, span);
      }
    }
  }
}

TEST_CASE("repeat_distances compares all 32 bits and takes 0 and the largest id as they are") {
  Random random(2);
  for (std::size_t span = 1; span <= 40; span += 3) {
    std::vector<std::uint32_t> ids(kBefore + 208);
    for (std::uint32_t& id : ids) {
      const std::uint32_t one_bit = std::uint32_t{1} << random.below(32);
      const std::uint32_t choices[] = {0, 0xffffffff, one_bit, ~one_bit};
      id = choices[random.below(4)];
    }
    check(ids, 208, span);
  }
}

TEST_CASE("repeat_distances does not read before ids[-span]") {
  // The guard of AddressSanitizer begins there.
  for (std::size_t span = 1; span <= 40; ++span) {
    std::vector<std::uint32_t> ids(span + 32);
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::uint32_t>(i % span);
    on_every_table([&](const simd::KernelTable& kernels) {
      CAPTURE(span);
      const Guarded<std::uint32_t> guarded(ids, 0);
      Guarded<std::uint32_t> out(32);
      kernels.repeat_distances(guarded.data() + span, 32, span, out.data());
      CHECK(std::vector<std::uint32_t>(out.begin(), out.end()) ==
            std::vector<std::uint32_t>(32, static_cast<std::uint32_t>(span)));
      CHECK(out.intact());
    });
  }
}
