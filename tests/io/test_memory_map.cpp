// MemoryMap: what may be mapped, what mapped memory holds, what release() gives back.
//
// Out of scope: whether the kernel really takes huge pages, which is its own decision.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <new>

#include "io/memory_map.hpp"
#include "tests/files.hpp"

using hogvec::io::MemoryMap;
using namespace hogvec::testing;

namespace {

constexpr std::size_t kPage = 64 << 10;  // a multiple of every page size in use

bool all_are(const MemoryMap& map, std::size_t begin, std::size_t end, int value) {
  return std::all_of(map.data() + begin, map.data() + end,
                     [&](std::byte byte) { return byte == static_cast<std::byte>(value); });
}

void fill(const MemoryMap& map, int value) {
  std::fill_n(map.data(), map.size(), static_cast<std::byte>(value));
}

}  // namespace

TEST_CASE("open_file maps the bytes of a file") {
  const TemporaryFolder folder;
  write_file(folder / "text", std::string_view("some\0text", 9));
  write_file(folder / "empty", "");
  const MemoryMap map = MemoryMap::open_file(folder / "text");
  const std::string content = read_file(folder / "text");
  REQUIRE(map.size() == content.size());
  CHECK(std::string(reinterpret_cast<const char*>(map.data()), map.size()) == content);
  CHECK(MemoryMap::open_file(folder / "empty").size() == 0);
}

TEST_CASE("open_file refuses what cannot be mapped and says why") {
  const TemporaryFolder folder;
  REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  // Nobody writes to the FIFO: waiting for its other end would hang here.
  const std::string fifo = error_of([&] { MemoryMap::open_file(folder / "fifo"); });
  CHECK(contains(fifo, folder / "fifo"));
  CHECK(contains(fifo, "not a regular file"));
  CHECK(contains(error_of([] { MemoryMap::open_file("/dev/null"); }), "not a regular file"));
  CHECK(contains(error_of([&] { MemoryMap::open_file(folder.path()); }), "is a directory"));
  CHECK(contains(error_of([&] { MemoryMap::open_file(folder / "missing"); }), "No such file"));
}

TEST_CASE("anonymous memory is zero and writable to its last byte") {
  for (const std::size_t size : {std::size_t{1}, kPage, kPage + 1, (std::size_t{2} << 20) - 1,
                                 std::size_t{2} << 20, (std::size_t{5} << 20) + 17}) {
    for (const bool huge_pages : {false, true}) {
      const MemoryMap map = MemoryMap::anonymous(size, huge_pages);
      REQUIRE(map.size() == size);
      CHECK(all_are(map, 0, size, 0));
      fill(map, 7);
      CHECK(all_are(map, 0, size, 7));
    }
  }
  CHECK(MemoryMap::anonymous(0, true).data() == nullptr);
}

TEST_CASE("large anonymous memory starts on a huge page") {
  constexpr std::size_t kHugePage = std::size_t{2} << 20;
  const MemoryMap map = MemoryMap::anonymous(kHugePage, true);
  CHECK(reinterpret_cast<std::uintptr_t>(map.data()) % kHugePage == 0);
}

TEST_CASE("more memory than an address space is bad_alloc") {
  for (const std::size_t size :
       {std::numeric_limits<std::size_t>::max(), std::numeric_limits<std::size_t>::max() / 2,
        std::size_t{1} << 60}) {
    CHECK_THROWS_AS(MemoryMap::anonymous(size, false), std::bad_alloc);
    CHECK_THROWS_AS(MemoryMap::anonymous(size, true), std::bad_alloc);
  }
}

TEST_CASE("a temporary file is zeroed memory without a name") {
  const TemporaryFolder folder;
  const MemoryMap map = MemoryMap::temporary_file(3 * kPage + 5, folder.path());
  CHECK(folder.size() == 0);
  REQUIRE(map.size() == 3 * kPage + 5);
  CHECK(all_are(map, 0, map.size(), 0));
  fill(map, 1);
  CHECK(all_are(map, 0, map.size(), 1));
}

TEST_CASE("a temporary file that cannot be made names the folder") {
  const TemporaryFolder folder;
  const std::string missing = error_of([&] { MemoryMap::temporary_file(1, folder / "missing"); });
  CHECK(contains(missing, folder / "missing"));
  // More than a file, or else more than an address space may hold: which of them fails first is up
  // to the file system.
  CHECK_THROWS(MemoryMap::temporary_file(std::size_t{1} << 62, folder.path()));
  CHECK_THROWS_AS(MemoryMap::temporary_file(static_cast<std::size_t>(-1), folder.path()),
                  std::bad_alloc);
  CHECK(folder.size() == 0);
}

TEST_CASE("release gives back whole pages and touches nothing beside them") {
  const TemporaryFolder folder;
  for (int kind = 0; kind < 2; ++kind) {
    const MemoryMap map = kind == 0 ? MemoryMap::anonymous(4 * kPage, false)
                                    : MemoryMap::temporary_file(4 * kPage, folder.path());
    fill(map, 9);
    map.release(1, kPage - 2);  // no whole page of 64 KiB, but smaller ones
    CHECK(all_are(map, 0, 1, 9));
    CHECK(all_are(map, kPage - 1, 4 * kPage, 9));
    map.release(kPage - 1, 2 * kPage + 1);  // pages 1 and 2 are whole
    CHECK(all_are(map, kPage - 1, kPage, 9));
    CHECK(all_are(map, kPage, 3 * kPage, 0));
    CHECK(all_are(map, 3 * kPage, 4 * kPage, 9));
    map.release(4 * kPage, 1);                             // outside
    map.release(3 * kPage, static_cast<std::size_t>(-1));  // cut to the map
    CHECK(all_are(map, 3 * kPage, 4 * kPage, 0));
    std::fill_n(map.data(), map.size(), std::byte{4});
    CHECK(all_are(map, 0, map.size(), 4));
  }
}

TEST_CASE("a released file is read again") {
  const TemporaryFolder folder;
  write_file(folder / "text", std::string(3 * kPage, 'x'));
  const MemoryMap map = MemoryMap::open_file(folder / "text");
  CHECK(all_are(map, 0, map.size(), 'x'));
  map.release(0, map.size());
  CHECK(all_are(map, 0, map.size(), 'x'));
}

TEST_CASE("a moved map leaves nothing behind") {
  MemoryMap first = MemoryMap::anonymous(kPage, false);
  std::byte* const data = first.data();
  MemoryMap second = std::move(first);
  CHECK(second.data() == data);
  CHECK(first.data() == nullptr);
  second = MemoryMap();
  CHECK(second.size() == 0);
}

TEST_CASE("a file that is changed after it was opened says so") {
  const TemporaryFolder folder;
  const std::string path = folder / "text";
  const std::string changed = path + ": was changed while it was read";
  for (const std::string before : {"", "some text"}) {
    for (const std::string after : {"", "longer than it was", "same long"}) {
      if (before == after) continue;
      write_file(path, before);
      const MemoryMap map = MemoryMap::open_file(path);
      map.require_unchanged();
      usleep(20'000);  // two ticks of the clock that file systems set times by
      write_file(path, after);
      CHECK(contains(error_of([&] { map.require_unchanged(); }), changed));
    }
  }
  write_file(path, "some text");
  MemoryMap map = MemoryMap::open_file(path);
  std::filesystem::remove(path);
  write_file(path, "another file");
  map.require_unchanged();  // what is mapped is there as it was
  map = MemoryMap::anonymous(kPage, false);
  map.require_unchanged();
}

TEST_CASE("what is wrong with a file that changes is that it changes") {
  const TemporaryFolder folder;
  const std::string path = folder / "text";
  write_file(path, "some text");
  const MemoryMap map = MemoryMap::open_file(path);
  const auto fail = [] { throw hogvec::Error("what is wrong"); };
  CHECK(hogvec::io::read_unchanged(map, [] { return 3; }) == 3);
  CHECK(error_of([&] { hogvec::io::read_unchanged(map, fail); }) == "what is wrong");
  write_file(path, "some");
  CHECK(contains(error_of([&] { hogvec::io::read_unchanged(map, fail); }), "was changed"));
  CHECK(contains(error_of([&] { hogvec::io::read_unchanged(map, [] { return 3; }); }),
                 "was changed"));
}
