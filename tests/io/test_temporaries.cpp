// TemporaryName: who removes a file, and when. (Those of an OutputFile: test_output_trouble.cpp.)
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "io/temporaries.hpp"
#include "tests/files.hpp"

using namespace hogvec::testing;
namespace io = hogvec::io;

TEST_CASE("temporary names go with their object, and stay where they are kept") {
  const TemporaryFolder folder;
  const auto make = [&] {
    auto [file, name] =
        io::TemporaryName::make(AT_FDCWD, folder / "some", [](const char* free_name) {
          return open(free_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        });
    REQUIRE(file >= 0);
    close(file);
    return std::move(name);
  };
  { const io::TemporaryName gone = make(); }
  CHECK(folder.size() == 0);
  make().keep();
  CHECK(folder.size() == 1);
  const io::TemporaryName first = make();
  const io::TemporaryName second = make();
  CHECK(first.name() != second.name());
  CHECK(folder.size() == 3);
  io::remove_temporaries();
  CHECK(folder.size() == 1);  // the one that was kept
  const auto [result, none] = io::TemporaryName::make(
      AT_FDCWD, folder / "missing/name",
      [](const char* name) { return open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600); });
  CHECK(result < 0);
  CHECK(errno == ENOENT);
  CHECK(none.empty());
}

TEST_CASE("the folder of temporary files is that of TMPDIR") {
  const char* const old = std::getenv("TMPDIR");
  const std::string before = old != nullptr ? old : "";
  setenv("TMPDIR", "/some/where", 1);
  CHECK(io::temporary_folder() == "/some/where");
  setenv("TMPDIR", "", 1);
  CHECK(io::temporary_folder() == "/var/tmp");
  unsetenv("TMPDIR");
  CHECK(io::temporary_folder() == "/var/tmp");
  if (old != nullptr) setenv("TMPDIR", before.c_str(), 1);
}
