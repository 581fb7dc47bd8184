#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "tests/tsan.hpp"

int main(int argc, char** argv) {
  [[maybe_unused]] const hogvec::testing::OrderedTasks ordered;
  return doctest::Context(argc, argv).run();
}
