// IdBlocks: pieces stay what they were, whoever keeps them, and take no more of the address space
// and of descriptors than their ids must.
//
// 400 pieces of 100,000 ids are 160 MB: five blocks of 32 MiB.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <span>
#include <vector>

#include "engine/corpus/id_blocks.hpp"
#include "engine/workers.hpp"
#include "tests/files.hpp"

using namespace hogvec;
using testing::TemporaryFolder;

namespace {

constexpr std::size_t kMany = std::size_t{1} << 40;  // ids: a text that is longer than a block

std::vector<WordId> ids_of(std::size_t piece, std::size_t count) {
  std::vector<WordId> ids(count);
  std::iota(ids.begin(), ids.end(), static_cast<WordId>(piece * 1000003));
  return ids;
}

/// Bytes of address space, as `ulimit -v` counts them.
std::size_t mapped() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::ptrdiff_t descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

/// Resources of which all ids, or no more than those of `ids` ids, may lie in memory.
Resources resources(const TemporaryFolder& folder, std::size_t ids = kMany) {
  return {.memory_limit = ids * 2 * sizeof(WordId), .temporary_folder = folder.path()};
}

std::vector<WordId> read(IdBlocks& blocks, const IdBlocks::Piece& piece) {
  std::vector<WordId> room;
  const std::span<const WordId> ids = blocks.read(piece, room);
  return {ids.begin(), ids.end()};
}

}  // namespace

TEST_CASE("pieces are copies, and all of them last") {
  const TemporaryFolder folder;
  // In memory; in a file; the first ones in memory.
  for (const std::size_t in_memory : {kMany, std::size_t{0}, std::size_t{9'000'000}}) {
    constexpr std::size_t kPieces = 150;  // 60 MB: two blocks
    IdBlocks blocks(kMany, resources(folder, in_memory + 1));
    std::vector<IdBlocks::Piece> pieces(kPieces);
    const auto size = [](std::size_t p) { return p % 10 == 0 ? p % 7 : 100'000 + p; };
    run_workers(4, [&](int worker) {
      for (auto p = static_cast<std::size_t>(worker); p < kPieces; p += 4) {
        pieces[p] = blocks.keep(ids_of(p, size(p)));
      }
    });
    for (std::size_t p = 0; p < kPieces; ++p) {
      CHECK(read(blocks, pieces[p]) == ids_of(p, size(p)));
    }
    CHECK(folder.size() == 0);
  }
}

TEST_CASE("a piece that is changed or shortened is what was put back, and its neighbors stay") {
  const TemporaryFolder folder;
  for (const std::size_t in_memory : {kMany, std::size_t{0}}) {
    IdBlocks blocks(kMany, resources(folder, in_memory + 1));
    std::vector<IdBlocks::Piece> pieces;
    for (std::size_t p = 0; p < 3; ++p) pieces.push_back(blocks.keep(ids_of(p, 1000)));
    std::vector<WordId> room;
    const std::span<WordId> ids = blocks.read(pieces[1], room);
    for (WordId& id : ids) id += 7;
    blocks.write(pieces[1], ids.first(600));
    std::vector<WordId> expected = ids_of(1, 600);
    for (WordId& id : expected) id += 7;
    CHECK(read(blocks, pieces[0]) == ids_of(0, 1000));
    CHECK(read(blocks, pieces[1]) == expected);
    CHECK(read(blocks, pieces[2]) == ids_of(2, 1000));
  }
}

TEST_CASE("a piece that is longer than a block has one of its own") {
  const TemporaryFolder folder;
  IdBlocks blocks(kMany, resources(folder));
  const std::vector<WordId> longest = ids_of(1, 12'000'000);  // 48 MB
  const std::vector<WordId> next = ids_of(2, 1000);
  const IdBlocks::Piece first = blocks.keep(longest);
  const IdBlocks::Piece second = blocks.keep(next);
  CHECK(read(blocks, first) == longest);
  CHECK(read(blocks, second) == next);
}

TEST_CASE("what is mapped follows what is kept in memory, and nothing is mapped of a file") {
  constexpr std::size_t kBlocks = 80 << 20;  // two and a half
  const TemporaryFolder folder;
  for (const bool in_file : {false, true}) {
    const std::vector<WordId> ids = ids_of(1, 100'000);
    const std::size_t mapped_before = mapped();
    const std::ptrdiff_t descriptors_before = descriptors();
    IdBlocks blocks(kMany, resources(folder, in_file ? 1 : kMany));
    std::vector<IdBlocks::Piece> pieces;
    for (int p = 0; p < 400; ++p) pieces.push_back(blocks.keep(ids));
    const std::size_t kept = in_file ? 0 : 400 * ids.size() * sizeof(WordId);
    CHECK(mapped() - mapped_before >= kept);
    CHECK(mapped() - mapped_before <= kept + (in_file ? 1 << 20 : kBlocks));
    CHECK(descriptors() - descriptors_before == (in_file ? 1 : 0));
    CHECK(read(blocks, pieces[360]) == ids);
  }
}

TEST_CASE("a short text takes a short block") {
  const std::vector<WordId> ids = ids_of(1, 1000);
  const TemporaryFolder folder;
  const std::size_t before = mapped();
  IdBlocks blocks(1000, resources(folder));
  const IdBlocks::Piece piece = blocks.keep(ids);
  CHECK(piece.size == 1000);
  CHECK(mapped() - before < 1 << 20);
}

TEST_CASE("no room for a file is an error that says what to do") {
  IdBlocks blocks(kMany, {.memory_limit = 1, .temporary_folder = "/missing/folder"});
  CHECK(testing::contains(testing::error_of([&] { blocks.keep(ids_of(1, 10)); }),
                          "/missing/folder: no temporary file can be made"));
}
