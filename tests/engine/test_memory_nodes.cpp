// Memory nodes: what is interleaved lies on all of them, what is moved near a cpu on its own, and
// neither changes a value. On a machine with one node all pages lie there; tests/numa runs these
// cases on four.
#include <doctest/doctest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <vector>

#include "engine/memory_nodes.hpp"
#include "engine/model/model.hpp"
#include "engine/placement.hpp"
#include "io/memory_map.hpp"

namespace {

using namespace hogvec;

constexpr std::size_t kPage = 4096;

using PagesOnNodes = std::map<int, std::size_t>;

/// How many of the pages lie on each node, as the kernel says. Pages without memory are on none.
/// In a container the call may be forbidden, as those that place memory then are: all on node 0.
PagesOnNodes pages_on_nodes(const std::byte* data, std::size_t bytes) {
  std::vector<const void*> pages;
  for (std::size_t at = 0; at < bytes; at += kPage) pages.push_back(data + at);
  std::vector<int> nodes(pages.size());
  // Without nodes to move to it tells where they are.
  if (syscall(SYS_move_pages, 0, pages.size(), pages.data(), nullptr, nodes.data(), 0) != 0) {
    REQUIRE(errno == EPERM);
    return {{0, pages.size()}};
  }
  PagesOnNodes found;
  for (const int node : nodes) {
    if (node >= 0) ++found[node];
  }
  return found;
}

void check_evenly(const PagesOnNodes& found) {
  const auto nodes = static_cast<std::size_t>(memory_nodes());
  CHECK(found.size() == nodes);
  std::size_t pages = 0;
  for (const auto& [node, count] : found) pages += count;
  const double even = static_cast<double>(pages) / static_cast<double>(nodes);
  for (const auto& [node, count] : found) CHECK(static_cast<double>(count) > 0.6 * even);
}

TEST_CASE("memory nodes: an array is interleaved, and so is what an interleaved thread touches") {
  constexpr std::size_t kBytes = 16u << 20;
  for (const bool by_thread : {false, true}) {
    CAPTURE(by_thread);
    const io::MemoryMap memory = io::MemoryMap::anonymous(kBytes, false);
    if (!by_thread) interleave(memory.data(), kBytes);
    std::optional<InterleavedThread> interleaved;
    if (by_thread) interleaved.emplace();
    std::fill_n(memory.data(), kBytes, std::byte{7});
    interleaved.reset();
    check_evenly(pages_on_nodes(memory.data(), kBytes));
  }
}

TEST_CASE("memory nodes: what is moved near a cpu lies on one node, with the values it had") {
  constexpr std::size_t kBytes = 1u << 20;
  const io::MemoryMap memory = io::MemoryMap::anonymous(kBytes, false);
  std::fill_n(memory.data(), kBytes, std::byte{7});
  interleave(memory.data(), kBytes);
  const Placement placement = find_placement(2);
  PagesOnNodes nodes;
  for (int domain = 0; domain < placement.domains; ++domain) {
    move_near(placement.cpus_of(domain), memory.data() + kPage / 2, kBytes - kPage / 2);
    const PagesOnNodes found = pages_on_nodes(memory.data() + kPage, kBytes - kPage);
    CHECK(found.size() == 1);
    for (const auto& [node, count] : found) ++nodes[node];
  }
  if (placement.domains >= memory_nodes()) {
    CHECK(nodes.size() == static_cast<std::size_t>(memory_nodes()));
  }
  CHECK(std::all_of(memory.data(), memory.data() + kBytes,
                    [](std::byte value) { return value == std::byte{7}; }));
}

TEST_CASE("memory nodes: a part of a page stays where it is") {
  const io::MemoryMap memory = io::MemoryMap::anonymous(2 * kPage, false);
  interleave(memory.data() + 1, kPage);
  move_near({0}, memory.data() + 1, kPage);
  interleave(nullptr, 0);
  CHECK(memory.data()[1] == std::byte{0});
}

TEST_CASE(
    "memory nodes: the model of several threads lies on all of them, rows for rows the same") {
  TrainSettings settings;
  settings.dim = 100;
  settings.threads = 3;
  constexpr std::size_t kWords = 20'000;
  const Model model = initial_model(kWords, settings);
  const auto bytes = kWords * model.input.stride() * sizeof(float);
  check_evenly(pages_on_nodes(reinterpret_cast<const std::byte*>(model.input.data()), bytes));
  check_evenly(pages_on_nodes(reinterpret_cast<const std::byte*>(model.output.data()), bytes));
  settings.threads = 1;
  const Model alone = initial_model(kWords, settings);
  CHECK(std::equal(alone.input.data(), alone.input.data() + kWords * alone.input.stride(),
                   model.input.data()));
}

}  // namespace
