// lost_page_message: which file a mapped address belongs to, while it is mapped. (What a program
// does with a page that is lost: tests/tools/test_trouble.sh.)
#include <doctest/doctest.h>

#include "io/mapped_range.hpp"
#include "io/memory_map.hpp"
#include "tests/files.hpp"

using hogvec::io::MemoryMap;
using namespace hogvec::testing;

namespace {

constexpr std::size_t kPage = 64 << 10;  // a multiple of every page size in use

}  // namespace

TEST_CASE("a mapped page is known by its file, as long as it is mapped") {
  using hogvec::io::lost_page_message;
  const TemporaryFolder folder;
  const auto message = [](const std::byte* address) -> std::string {
    const char* const text = lost_page_message(address);
    return text == nullptr ? "" : text;
  };
  write_file(folder / "a", std::string(3 * kPage, 'a'));
  write_file(folder / "b", "b");
  const std::byte* gone = nullptr;
  {
    const MemoryMap a = MemoryMap::open_file(folder / "a");
    MemoryMap b = MemoryMap::open_file(folder / "b");
    const MemoryMap temporary = MemoryMap::temporary_file(kPage, folder.path());
    const MemoryMap anonymous = MemoryMap::anonymous(kPage, false);
    for (const std::size_t at : {std::size_t{0}, kPage, 3 * kPage - 1}) {
      CHECK(message(a.data() + at).starts_with(folder / "a: was cut short"));
    }
    CHECK(message(b.data()).starts_with(folder / "b: was cut short"));
    CHECK(message(temporary.data()).starts_with(folder.path() + ": a page of a temporary file"));
    CHECK(message(anonymous.data()).empty());
    CHECK(message(a.data() - 1) != message(a.data()));
    const MemoryMap moved = std::move(b);
    CHECK(message(moved.data()).starts_with(folder / "b: was cut short"));
    gone = moved.data();
  }
  CHECK(message(gone).empty());
  // The next range takes the place of one that has gone.
  const MemoryMap again = MemoryMap::open_file(folder / "a");
  CHECK(message(again.data()).starts_with(folder / "a"));
}
