#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "engine/ordered_tasks.hpp"

int main(int argc, char** argv) {
  [[maybe_unused]] const hogvec::OrderedTasks ordered;
  return doctest::Context(argc, argv).run();
}
