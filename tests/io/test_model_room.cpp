// ModelFile: sections that grow, copies, and disks that are full.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/files.hpp"
#include "tests/io/model_pages.hpp"

using namespace hogvec::testing;
using hogvec::io::ModelFile;
using hogvec::io::ModelSection;
using hogvec::io::ModelState;
namespace fs = std::filesystem;

TEST_CASE("a section that grows is zero, counts from the next commit, and leaves the others") {
  const TemporaryFolder folder;
  write_small_model(folder / "model");
  ModelFile reader = ModelFile::open(folder / "model");
  ModelFile file = ModelFile::open_to_train(folder / "model");
  file.seal("position");
  file.grow({.name = "position", .bytes = 100'000});
  REQUIRE(file.section("position").size() == 100'000);
  CHECK(is_zero(file.section("position")));
  CHECK(ModelFile::open(folder / "model").section("position").size() == 24);
  file.writable_section("position")[99'999] = std::byte{1};
  file.verify("position");  // the old seal was another section's
  file.grow(ModelSection::matrix("input", 5, 40));
  CHECK(file.matrix("input").dim() == 40);
  file.commit(ModelState::kStopped, true);
  const ModelFile after = ModelFile::open(folder / "model");
  CHECK(after.section("position")[99'999] == std::byte{1});
  CHECK(after.matrix("input").rows() == 5);
  CHECK(hogvec::io::ModelWords(after).find("sun") == 1);
  after.verify_all();
  check_small(reader);  // of before, in the room that was given up
  CHECK(contains(error_of([&] { file.grow({.name = "other", .bytes = 1}); }), "other"));
  // More than any disk has, and nothing has changed.
  constexpr std::size_t kMuch = std::size_t{1} << 60;
  CHECK(contains(error_of([&] { file.grow({.name = "position", .bytes = kMuch}); }), "no room"));
  CHECK(file.section("position")[99'999] == std::byte{1});
}

TEST_CASE("room that a dead process left behind is not taken for zeros") {
  const TemporaryFolder folder;
  write_small_model(folder / "model");
  {
    ModelFile file = ModelFile::open_to_train(folder / "model");
    file.grow({.name = "position", .bytes = 5000});
    const std::span<std::byte> bytes = file.writable_section("position");
    std::fill(bytes.begin(), bytes.end(), std::byte{0xff});
  }
  ModelFile file = ModelFile::open_to_train(folder / "model");
  CHECK(file.section("position").size() == 24);
  file.grow({.name = "position", .bytes = 5000});
  CHECK(is_zero(file.section("position")));
}

TEST_CASE("copy_to() copies what counts, without lost room, and the copy is not live") {
  const TemporaryFolder folder;
  write_small_model(folder / "model");
  const auto small = fs::file_size(folder / "model");
  ModelFile file = ModelFile::open_to_train(folder / "model");
  file.grow({.name = "position", .bytes = 1 << 20});
  file.grow({.name = "position", .bytes = 24});
  file.commit(ModelState::kStopped, false);
  CHECK(fs::file_size(folder / "model") > small + (1 << 20));
  write_file(folder / "copy", "what stands there");
  file.copy_to(folder / "copy");
  CHECK(fs::file_size(folder / "copy") == small);
  CHECK(folder.size() == 2);
  const ModelFile copy = ModelFile::open_to_train(folder / "copy");
  check_small(copy);
  CHECK(copy.state() == ModelState::kStopped);
  CHECK_FALSE(copy.is_live());
  // Whatever inode it comes to have.
  const hogvec::io::ModelHeader header = header_in(read_file(folder / "copy"), 1);
  CHECK(std::all_of(std::begin(header.boot), std::end(header.boot), [](auto b) { return b == 0; }));
  CHECK(contains(error_of([&] { file.copy_to(folder / "copy"); }), "another run trains it"));
  CHECK(contains(error_of([&] { file.copy_to(folder / "model"); }), "another run trains it"));
  CHECK(contains(error_of([&] { file.copy_to(folder.path()); }), "is a directory"));
  // Between file systems, where the kernel may not copy by itself.
  if (fs::exists("/dev/shm") && access("/dev/shm", W_OK) == 0) {
    const std::string path = "/dev/shm/hogvec_test." + std::to_string(getpid());
    file.copy_to(path);
    check_small(ModelFile::open(path));
    fs::remove(path);
  }
  ModelFile unwritten = ModelFile::create(folder / "new", small_sections());
  CHECK(contains(error_of([&] { unwritten.copy_to(folder / "copy2"); }), "no header"));
}

TEST_CASE("a sparse copy gets its blocks before it is trained") {
  const TemporaryFolder folder;
  const std::vector<ModelSection> sections = {ModelSection::matrix("input", 1 << 14, 64)};
  {
    ModelFile file = ModelFile::create(folder / "model", sections);
    file.commit(ModelState::kStopped, true);
    file.publish();
  }
  struct stat status;
  const auto blocks = [&](const std::string& path) {
    REQUIRE(stat(path.c_str(), &status) == 0);
    return static_cast<std::size_t>(status.st_blocks) * 512;
  };
  CHECK(blocks(folder / "model") >= sections[0].bytes);
  const std::string bytes = read_file(folder / "model");
  write_file(folder / "sparse", bytes.substr(0, 2 * hogvec::io::kModelPage));
  fs::resize_file(folder / "sparse", bytes.size());
  CHECK(blocks(folder / "sparse") < sections[0].bytes);
  ModelFile::open(folder / "sparse");
  CHECK(blocks(folder / "sparse") < sections[0].bytes);
  ModelFile::open_to_train(folder / "sparse");
  CHECK(blocks(folder / "sparse") >= sections[0].bytes);
}

TEST_CASE("a full disk is an error, with what is needed and what is free, and no SIGBUS") {
  const TemporaryFolder folder;
  constexpr int kNotPermitted = 77;
  const int code = in_child([&] {
    if (!mount_memory(folder.path(), "size=1m")) return kNotPermitted;
    const std::vector<ModelSection> large = {ModelSection::matrix("input", 1 << 15, 16)};  // 2 MiB
    const std::string message = error_of([&] { ModelFile::create(folder / "model", large); });
    if (!contains(message, folder / "model") || !contains(message, "are free")) return 1;
    if (!contains(message, "4194304 bytes")) return 2;  // the matrix, behind its huge page's border
    ModelFile file = ModelFile::create(folder / "model", small_sections());
    fill_small(file);
    file.commit(ModelState::kStopped, true);
    file.publish();
    if (!contains(error_of([&] { file.grow({.name = "position", .bytes = 2 << 20}); }), "no room"))
      return 3;
    write_file(folder / "ballast", std::string(980 << 10, 'x'));
    if (!contains(error_of([&] { file.copy_to(folder / "copy"); }), "no room")) return 4;
    if (folder.size() != 2) return 5;
    file.verify_all();
    // What a sparse file lacks is missed when it is opened to train, and by no query.
    const std::string bytes = read_file(folder / "model");
    fs::remove(folder / "ballast");
    std::string sparse = bytes;
    hogvec::io::ModelHeader header = header_in(bytes, 0);
    header.sections = 1;
    header.table[0] = {"input", 8192, 8 << 20, 0, 8 << 14, 16, 16, 0, 0};
    header.file_bytes = 8192 + (8 << 20);
    put_header(sparse, header);
    write_file(folder / "sparse", sparse.substr(0, 8192));
    fs::resize_file(folder / "sparse", header.file_bytes);
    ModelFile::open(folder / "sparse");
    if (!contains(error_of([&] { ModelFile::open_to_train(folder / "sparse"); }), "no room"))
      return 6;
    // The blocks that a file has may not be where they are needed: here behind its last section.
    header.table[0] = {"input", 8192, 600 << 10, 0, 600 << 4, 16, 16, 0, 0};
    header.file_bytes = 8192 + (600 << 10);
    put_header(sparse, header);
    write_file(folder / "sparse", sparse.substr(0, 8192));
    fs::resize_file(folder / "sparse", header.file_bytes);
    std::ofstream(folder / "sparse", std::ios::app | std::ios::binary)
        << std::string(500 << 10, 'x');
    if (!contains(error_of([&] { ModelFile::open_to_train(folder / "sparse"); }), "no room"))
      return 7;
    return 0;
  });
  if (code == kNotPermitted) {
    MESSAGE("skipped: no file system may be mounted here");
  } else {
    CHECK(code == 0);
  }
}
