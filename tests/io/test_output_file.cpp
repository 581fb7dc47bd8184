// OutputFile: whole or not at all, for regular files; straight, for everything else.
//
// Out of scope: a file whose mode forbids writing, which root may write all the same.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "io/output_file.hpp"
#include "tests/files.hpp"

using hogvec::io::OutputFile;
using namespace hogvec::testing;
namespace fs = std::filesystem;

namespace {

void write_and_commit(const std::string& path, std::string_view bytes) {
  OutputFile file(path);
  file.write(bytes);
  file.commit();
}

mode_t mode_of(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

}  // namespace

TEST_CASE("a new file appears at commit with what was written") {
  const TemporaryFolder folder;
  std::string expected;
  OutputFile file(folder / "new");
  for (int k = 0; k < 1000; ++k) {  // from bytes to more than the buffer at once
    const std::string part(static_cast<std::size_t>(k) * 7 % 997, static_cast<char>('a' + k % 26));
    file.write(part);
    expected += part;
  }
  const std::string large(1 << 20, 'L');
  file.write(large);
  file.write("end");
  CHECK_FALSE(fs::exists(folder / "new"));
  file.commit();
  CHECK(read_file(folder / "new") == expected + large + "end");
  CHECK(folder.size() == 1);
}

TEST_CASE("a new file has the mode that the umask leaves") {
  const TemporaryFolder folder;
  const mode_t old = umask(027);
  write_and_commit(folder / "new", "x");
  umask(old);
  CHECK(mode_of(folder / "new") == 0640);
}

TEST_CASE("without commit the old file stays and nothing is left") {
  const TemporaryFolder folder;
  write_file(folder / "file", "old");
  {
    OutputFile file(folder / "file");
    file.write(std::string(1 << 20, 'x'));
    CHECK(read_file(folder / "file") == "old");
  }
  CHECK(read_file(folder / "file") == "old");
  CHECK(folder.size() == 1);
}

TEST_CASE("a replaced file keeps its mode") {
  const TemporaryFolder folder;
  write_file(folder / "file", "a longer old content");
  for (const mode_t mode : {0600, 0644, 0751}) {
    REQUIRE(chmod((folder / "file").c_str(), mode) == 0);
    write_and_commit(folder / "file", "new");
    CHECK(read_file(folder / "file") == "new");
    CHECK(mode_of(folder / "file") == mode);
  }
}

TEST_CASE("a link stays a link and its target is replaced") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "sub");
  write_file(folder / "sub/target", "old");
  fs::create_symlink("sub/target", folder / "link");
  fs::create_symlink("link", folder / "second");
  write_and_commit(folder / "second", "new");
  CHECK(fs::is_symlink(folder / "second"));
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(read_file(folder / "sub/target") == "new");
}

TEST_CASE("a link to nothing creates its target") {
  const TemporaryFolder folder;
  fs::create_symlink("target", folder / "link");
  write_and_commit(folder / "link", "new");
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(read_file(folder / "target") == "new");
}

TEST_CASE("a path that cannot be written is refused when it is opened") {
  const TemporaryFolder folder;
  fs::create_symlink("loop", folder / "loop");
  const auto message = [](const std::string& path) {
    return error_of([&] { OutputFile file(path); });
  };
  CHECK(contains(message(folder / "missing/file"), "No such file"));
  CHECK(contains(message(folder / "missing/file"), folder / "missing"));
  CHECK(contains(message(folder.path()), "is a directory"));
  CHECK(contains(message(folder.path() + "/"), "is a directory"));
  CHECK(contains(message(folder / "loop"), "symbolic links"));
  CHECK(contains(message(""), "no name"));
  CHECK(contains(message("/dev/no-such-device"), "cannot be opened"));
}

TEST_CASE("a full disk is an error when writing or at commit") {
  OutputFile large("/dev/full");
  CHECK(contains(error_of([&] { large.write(std::string(1 << 20, 'x')); }), "No space left"));
  OutputFile small("/dev/full");
  small.write("x");
  CHECK(contains(error_of([&] { small.commit(); }), "/dev/full"));
}

TEST_CASE("a FIFO is written straight and stays a FIFO") {
  const TemporaryFolder folder;
  REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  std::string received;
  std::thread reader([&] { received = read_file(folder / "fifo"); });
  const std::string sent(3 << 20, 'f');  // many times what a pipe holds
  write_and_commit(folder / "fifo", sent);
  reader.join();
  CHECK(received == sent);
  CHECK(fs::is_fifo(folder / "fifo"));
  CHECK(folder.size() == 1);
}

TEST_CASE("an open descriptor is written in place where it stands") {
  const TemporaryFolder folder;
  const int file = open((folder / "log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  REQUIRE(file >= 0);
  struct stat before;
  REQUIRE(fstat(file, &before) == 0);
  REQUIRE(write(file, "first ", 6) == 6);
  write_and_commit("/dev/fd/" + std::to_string(file), "second ");
  REQUIRE(write(file, "third", 5) == 5);
  struct stat after;
  REQUIRE(stat((folder / "log").c_str(), &after) == 0);
  close(file);
  CHECK(read_file(folder / "log") == "first second third");
  CHECK(before.st_ino == after.st_ino);

  const int read_only = open((folder / "log").c_str(), O_RDONLY | O_CLOEXEC);
  CHECK(contains(error_of([&] { OutputFile("/dev/fd/" + std::to_string(read_only)); }),
                 "open for reading only"));
  close(read_only);
}

TEST_CASE("when the place is taken at commit the result is kept and named") {
  const TemporaryFolder folder;
  OutputFile file(folder / "out");
  file.write("days of work");
  fs::create_directories(folder / "out/inside");  // a rename onto it must fail
  const std::string message = error_of([&] { file.commit(); });
  const std::size_t name = message.find(folder / ".out.");
  REQUIRE(name != std::string::npos);
  CHECK(read_file(message.substr(name, message.find(':', name) - name)) == "days of work");
}

TEST_CASE("same_file sees through links") {
  const TemporaryFolder folder;
  write_file(folder / "a", "");
  write_file(folder / "b", "");
  fs::create_symlink("a", folder / "link");
  CHECK(hogvec::io::same_file(folder / "a", folder / "link"));
  CHECK_FALSE(hogvec::io::same_file(folder / "a", folder / "b"));
  CHECK_FALSE(hogvec::io::same_file(folder / "missing", folder / "missing"));
}
