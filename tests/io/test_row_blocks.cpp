// for_each_block: every row once, taken in order, and the problem of the first block that has one.
#include <doctest/doctest.h>

#include "io/row_blocks.hpp"
#include "tests/files.hpp"

using hogvec::io::for_each_block;

TEST_CASE("every row is made once and taken in order") {
  for (const std::size_t rows : {0, 1, 6, 7, 8, 10000}) {
    for (const std::size_t block : {std::size_t{1}, std::size_t{7}, static_cast<std::size_t>(-1)}) {
      CAPTURE(rows);
      CAPTURE(block);
      std::string expected;
      for (std::size_t k = 0; k < rows; ++k) expected += std::to_string(k) + ' ';
      std::string taken;
      for_each_block(
          rows, block,
          [&](std::size_t first, std::size_t last) {
            std::string made;
            for (std::size_t k = first; k < last; ++k) made += std::to_string(k) + ' ';
            return made;
          },
          [&](const std::string& made) { taken += made; });
      CHECK(taken == expected);
    }
  }
}

TEST_CASE("of several blocks with a problem the first is told, behind all before it") {
  for (int round = 0; round < 20; ++round) {
    std::size_t taken = 0;
    const std::string message = hogvec::testing::error_of([&] {
      for_each_block(
          1000, 1,
          [](std::size_t first, std::size_t) -> std::string {
            if (first >= 300 && first % 2 == 0) throw hogvec::Error(std::to_string(first));
            return "";
          },
          [&](const std::string&) { ++taken; });
    });
    CHECK(message == "300");
    CHECK(taken == 300);
  }
}

TEST_CASE("what the taker throws ends it") {
  std::size_t taken = 0;
  CHECK(hogvec::testing::error_of([&] {
          for_each_block(
              1000, 1, [](std::size_t, std::size_t) { return std::string(); },
              [&](const std::string&) {
                if (++taken == 5) throw hogvec::Error("full");
              });
        }) == "full");
  CHECK(taken == 5);
}
