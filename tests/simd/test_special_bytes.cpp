// special_bytes on every table, against a plain loop over the bytes.
//
// Sizes: every n up to 20 words of 64 bytes, n = 0 too, at every offset to a 64-byte boundary: text
// comes from mapped files and starts anywhere. All 256 byte values, at every place in a word; texts
// of special bytes alone and of none. The answer is exact.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"

namespace {

using namespace hogvec::testing;  // NOLINT(google-build-using-namespace): one file, one subject
namespace simd = hogvec::simd;

constexpr std::string_view kSpecial{" \t\n\r\0", 5};

std::vector<std::uint64_t> special_bytes(const std::vector<char>& text) {
  std::vector<std::uint64_t> bits(text.size() / 64, 0);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool special = kSpecial.find(text[i]) != std::string_view::npos;
    bits[i / 64] |= std::uint64_t{special} << (i % 64);
  }
  return bits;
}

void check(const std::vector<char>& text, std::size_t offset) {
  const std::vector<std::uint64_t> want = special_bytes(text);
  on_every_table([&](const simd::KernelTable& kernels) {
    CAPTURE(text.size());
    CAPTURE(offset);
    const Guarded<char> guarded(text, offset);
    Guarded<std::uint64_t> out(want.size(), offset % 3);
    kernels.special_bytes(guarded.data(), text.size(), out.data());
    CHECK(std::vector<std::uint64_t>(out.begin(), out.end()) == want);
    CHECK(out.intact());
    CHECK(same_bits(guarded, text));
  });
}

}  // namespace

TEST_CASE("special_bytes marks the five bytes among random ones") {
  Random random(1);
  for (std::size_t n = 0; n <= 20 * 64; n += 64) {
    for (std::size_t offset = 0; offset < 64; ++offset) {
      std::vector<char> text(n);
      // Half any of 256, half around the special ones: those are rare among 256.
      for (char& c : text) c = static_cast<char>(random.below(random.below(2) ? 256 : 40));
      check(text, offset);
    }
  }
}

TEST_CASE("special_bytes knows every byte value at every place") {
  for (int value = 0; value < 256; ++value) {
    CAPTURE(value);
    std::vector<char> text;
    for (std::size_t place = 0; place < 64; ++place) {  // once a word, at each place in turn
      text.insert(text.end(), 64, 'x');
      text[64 * place + place] = static_cast<char>(value);
    }
    check(text, 0);
  }
}

TEST_CASE("special_bytes of nothing else and of none") {
  for (const char c : {' ', '\t', '\n', '\r', '\0', 'a', '\v', '\f', '\x20', '\x7f', '\xa0'}) {
    check(std::vector<char>(256, c), 1);
  }
}
