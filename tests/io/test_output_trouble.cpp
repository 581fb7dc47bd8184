// OutputFile where its place is lost while it is written: a full disk, a folder that is renamed,
// removed, or closed to it. The old file stays as it was, and what was written is kept somewhere.
//
// A small disk is a tmpfs of 1 MiB and a folder that refuses is refused to "nobody": both take a
// superuser to make, and are left out where there is none.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "io/descriptor.hpp"
#include "io/output_file.hpp"
#include "tests/files.hpp"

using hogvec::io::OutputFile;
using namespace hogvec::testing;
namespace fs = std::filesystem;
namespace io = hogvec::io;

namespace {

constexpr std::size_t kDiskBytes = 1 << 20;

/// A folder that TMPDIR names.
class SpareFolder : public TemporaryFolder {
 public:
  SpareFolder() { setenv("TMPDIR", path().c_str(), 1); }
  ~SpareFolder() { old_ ? setenv("TMPDIR", old_->c_str(), 1) : unsetenv("TMPDIR"); }

 private:
  std::optional<std::string> old_ =
      std::getenv("TMPDIR") != nullptr ? std::optional(std::getenv("TMPDIR")) : std::nullopt;
};

/// A file system of kDiskBytes, where it can be mounted.
class SmallDisk : public TemporaryFolder {
 public:
  SmallDisk()
      : mounted_(mount("none", path().c_str(), "tmpfs", 0,
                       ("size=" + std::to_string(kDiskBytes)).c_str()) == 0) {
    if (!mounted_) MESSAGE("left out: nothing can be mounted here");
  }
  ~SmallDisk() {
    if (mounted_) umount2(path().c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }

 private:
  bool mounted_;
};

/// While it lives, this thread sees no /proc, without which no file can be written that has no
/// name.
class WithoutProc {
 public:
  WithoutProc() {
    if (unshare(CLONE_NEWNS) != 0 || mount("", "/", "", MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("none", "/proc", "tmpfs", 0, "size=4k") != 0) {
      MESSAGE("left out: only a superuser can hide /proc");
      return;
    }
    hidden_ = true;
  }
  ~WithoutProc() {
    setns(before_.get(), CLONE_NEWNS);
    // setns() leads to the root.
    if (fchdir(folder_.get()) != 0) MESSAGE("the working directory has gone");
  }
  bool hidden() const { return hidden_; }

 private:
  io::Descriptor before_{open("/proc/thread-self/ns/mnt", O_RDONLY | O_CLOEXEC)};
  io::Descriptor folder_{open(".", O_PATH | O_CLOEXEC)};
  bool hidden_ = false;
};

/// While it lives the process is nobody's, who owns `folder`.
class AsNobody {
 public:
  explicit AsNobody(const TemporaryFolder& folder) {
    constexpr uid_t kNobody = 65534;
    became_ = geteuid() == 0 && chown(folder.path().c_str(), kNobody, kNobody) == 0 &&
              seteuid(kNobody) == 0;
    if (!became_) MESSAGE("left out: only a superuser can become nobody");
  }
  ~AsNobody() {
    if (became_ && seteuid(0) != 0) std::abort();
  }
  bool became() const { return became_; }

 private:
  bool became_ = false;
};

/// More than the buffer and than a small disk holds, and no two parts of it alike.
std::string long_text() {
  std::string text;
  for (int k = 0; text.size() < 3 * kDiskBytes; ++k) text += std::to_string(k) + ' ';
  return text;
}

void write_in_parts(OutputFile& file, const std::string& text) {
  constexpr std::size_t kPart = 100'000;
  for (std::size_t at = 0; at < text.size(); at += kPart) file.write(text.substr(at, kPart));
}

/// The file that a message says the result is in.
std::string kept_file(const std::string& message) {
  const std::string words = "; the result is kept in ";
  const std::size_t at = message.find(words);
  return at == std::string::npos ? "" : message.substr(at + words.size());
}

}  // namespace

TEST_CASE("what will be written again is given up where its place is lost, and the old one stays") {
  const TemporaryFolder folder;
  const SmallDisk disk;
  const SpareFolder spare;  // the last: the others would be made in it
  fs::create_directory(folder / "sub");
  OutputFile gone(folder / "sub/out");
  gone.keep_nowhere_else();
  gone.write("new");
  fs::remove_all(folder / "sub");
  CHECK_FALSE(contains(error_of([&] { gone.commit(); }), "is kept in"));
  CHECK(spare.size() == 0);
  if (!disk.mounted()) return;
  write_file(disk / "out", "old");
  {
    OutputFile file(disk / "out");
    file.keep_nowhere_else();
    const std::string message = error_of([&] {
      write_in_parts(file, long_text());
      file.commit();
    });
    CHECK(contains(message, "No space left"));
  }
  CHECK(read_file(disk / "out") == "old");
  CHECK(disk.size() == 1);
  CHECK(spare.size() == 0);
}

TEST_CASE("a folder that is renamed meanwhile gets its file") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "before");
  write_file(folder / "before/out", "old");
  OutputFile file(folder / "before/out");
  file.write("new");
  fs::rename(folder / "before", folder / "after");
  fs::create_directory(folder / "before");  // another one
  file.commit();
  CHECK(read_file(folder / "after/out") == "new");
  CHECK(fs::is_empty(folder / "before"));
}

TEST_CASE("the result of a folder that has gone is kept with the temporary files") {
  const SpareFolder spare;
  for (const bool again : {false, true}) {
    const TemporaryFolder folder;
    fs::create_directory(folder / "sub");
    const std::string text = long_text();
    OutputFile file(folder / "sub/out");
    write_in_parts(file, text);
    fs::remove_all(folder / "sub");
    if (again) fs::create_directory(folder / "sub");  // another one, of somebody else
    const std::string message = error_of([&] { file.commit(); });
    CAPTURE(message);
    CHECK(message.starts_with(folder / "sub/out"));
    CHECK(contains(message, "No such file"));
    CHECK(kept_file(message).starts_with(spare.path() + "/hogvec.out."));
    CHECK(read_file(kept_file(message)) == text);
    fs::remove(kept_file(message));
    if (again) CHECK(fs::is_empty(folder / "sub"));
  }
}

TEST_CASE("a directory in its place leaves the result beside it, wherever the folder is by then") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "before");
  OutputFile file(folder / "before/out");
  file.write("days of work");
  fs::create_directories(folder / "before/out/inside");
  fs::rename(folder / "before", folder / "after");
  const std::string message = error_of([&] { file.commit(); });
  CAPTURE(message);
  CHECK(kept_file(message).starts_with(folder / "after/.out."));
  CHECK(read_file(kept_file(message)) == "days of work");
  CHECK(fs::is_directory(folder / "after/out/inside"));
}

TEST_CASE("a disk that is full moves the file to the temporary files and goes on") {
  const SmallDisk disk;
  if (!disk.mounted()) return;
  const SpareFolder spare;
  const std::string text = long_text();
  write_file(disk / "out", "old");
  {
    OutputFile file(disk / "out");
    write_in_parts(file, text);
    CHECK(disk.size() == 1);
  }
  CHECK(spare.size() == 0);  // it was not to be kept

  OutputFile file(disk / "out");
  write_in_parts(file, text);
  const std::string message = error_of([&] { file.commit(); });
  CAPTURE(message);
  CHECK(contains(message, "No space left"));
  CHECK(read_file(kept_file(message)) == text);
  CHECK(spare.size() == 1);
  CHECK(disk.size() == 1);
  CHECK(read_file(disk / "out") == "old");
}

TEST_CASE("the last bytes that a disk has no room for are kept as the others are") {
  const SmallDisk disk;
  if (!disk.mounted()) return;
  const SpareFolder spare;
  write_file(disk / "filler", std::string(kDiskBytes, 'x'));
  OutputFile file(disk / "out");
  file.write("few");  // which stay in the buffer until commit()
  const std::string message = error_of([&] { file.commit(); });
  CHECK(read_file(kept_file(message)) == "few");
  CHECK(disk.size() == 1);
}

TEST_CASE("a full disk and no other place is an error that says both") {
  const SmallDisk disk;
  if (!disk.mounted()) return;
  const SpareFolder spare;
  setenv("TMPDIR", (disk.path() + "/missing").c_str(), 1);
  write_file(disk / "out", "old");
  {
    OutputFile file(disk / "out");
    const std::string message = error_of([&] { write_in_parts(file, long_text()); });
    CAPTURE(message);
    CHECK(contains(message, "No space left"));
    CHECK(contains(message, "missing: no file can be made"));
    setenv("TMPDIR", disk.path().c_str(), 1);  // as full as the disk is
    CHECK(contains(error_of([&] { write_in_parts(file, long_text()); }),
                   "nor can it be kept in " + disk.path() + ": cannot be written"));
  }
  CHECK(read_file(disk / "out") == "old");
  CHECK(disk.size() == 1);
}

TEST_CASE("a folder that is closed meanwhile leaves the result with the temporary files") {
  const SpareFolder spare;
  REQUIRE(chmod(spare.path().c_str(), 0777) == 0);
  const TemporaryFolder folder;
  write_file(folder / "out", "old");
  REQUIRE(chmod((folder / "out").c_str(), 0666) == 0);
  const AsNobody nobody(folder);
  if (!nobody.became()) return;
  OutputFile file(folder / "out");
  file.write("new");
  REQUIRE(chmod(folder.path().c_str(), 0500) == 0);
  const std::string message = error_of([&] { file.commit(); });
  CAPTURE(message);
  CHECK(contains(message, "Permission denied"));
  CHECK(kept_file(message).starts_with(spare.path()));
  CHECK(read_file(kept_file(message)) == "new");
  CHECK(read_file(folder / "out") == "old");
  CHECK(folder.size() == 1);
}

TEST_CASE("where every file has a name, the result stays under that of the meantime") {
  const TemporaryFolder folder;
  write_file(folder / "out", "old");
  REQUIRE(chmod((folder / "out").c_str(), 0666) == 0);
  const WithoutProc no_proc;
  const AsNobody nobody(folder);
  if (!no_proc.hidden() || !nobody.became()) return;
  const std::string text = long_text();
  OutputFile file(folder / "out");
  CHECK(folder.size() == 1);  // nothing is made before there is something to write
  write_in_parts(file, text);
  CHECK(folder.size() == 2);
  REQUIRE(chmod(folder.path().c_str(), 0500) == 0);
  const std::string message = error_of([&] { file.commit(); });
  CAPTURE(message);
  CHECK(kept_file(message).starts_with(folder / ".out."));
  CHECK(read_file(kept_file(message)) == text);
  CHECK(read_file(folder / "out") == "old");
}

TEST_CASE("where every file has a name, that one goes with the process that says so") {
  const TemporaryFolder folder;
  const WithoutProc no_proc;
  if (!no_proc.hidden()) return;
  OutputFile kept(folder / "kept");
  kept.write("kept");
  kept.commit();
  OutputFile file(folder / "out");
  write_in_parts(file, long_text());
  CHECK(folder.size() == 2);
  io::remove_temporaries();
  CHECK(folder.size() == 1);
  CHECK(read_file(folder / "kept") == "kept");
}

TEST_CASE("room is asked for before it is needed, for all files of a disk together") {
  const SmallDisk disk;
  if (!disk.mounted()) return;
  const TemporaryFolder folder;
  OutputFile file(disk / "out");
  OutputFile other(disk / "other");
  OutputFile elsewhere(folder / "out");
  OutputFile straight("/dev/null");
  const auto message = [](std::initializer_list<io::SpaceNeed> needs) {
    return error_of([&] { io::require_space({needs.begin(), needs.size()}); });
  };
  CHECK(message({{&file, kDiskBytes / 2}}).empty());
  CHECK(message({{&straight, kDiskBytes * 2}}).empty());
  CHECK(message({{&elsewhere, 1}, {&file, kDiskBytes / 2}}).empty());
  const std::string refused = message({{&file, kDiskBytes * 2}});
  CAPTURE(refused);
  CHECK(refused.starts_with(file.path()));
  CHECK(contains(refused, "MiB free"));
  CHECK(contains(refused, "about 3 MiB"));  // rounded up
  CHECK_FALSE(message({{&file, kDiskBytes * 2 / 3}, {&other, kDiskBytes * 2 / 3}}).empty());
}
