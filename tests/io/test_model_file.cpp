// ModelFile: what is made and found again, in which places, under which names.
//
// Damaged files are test_model_damage.cpp's, what changes a file test_model_commit.cpp's and
// test_model_room.cpp's.
#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <type_traits>

#include "tests/files.hpp"
#include "tests/io/model_pages.hpp"

using namespace hogvec::testing;
using hogvec::ConstMatrixView;
using hogvec::MatrixView;
using hogvec::io::ModelFile;
using hogvec::io::ModelSection;
using hogvec::io::ModelState;
namespace fs = std::filesystem;

TEST_CASE("a model comes back as it was committed") {
  const TemporaryFolder folder;
  write_small_model(folder / "model");
  CHECK(hogvec::io::is_model_file(folder / "model"));
  const ModelFile file = ModelFile::open(folder / "model");
  CHECK(file.path() == folder / "model");
  CHECK(file.state() == ModelState::kFinished);
  CHECK(file.version().major == 1);
  CHECK(file.version().minor == 0);
  check_small(file);
  CHECK(is_zero(file.section("position")));
  CHECK(file.has("counts"));
  CHECK_FALSE(file.has("output"));
  CHECK(file.matrix("output").rows() == 0);
  CHECK(contains(error_of([&] { file.section("output"); }), "output"));
  CHECK(contains(error_of([&] { file.matrix("counts"); }), "no matrix"));
  const std::vector<ModelSection> expected = small_sections();
  const std::vector<ModelSection> sections = file.sections();
  const std::string bytes = read_file(folder / "model");
  CHECK(contains(error_of([&] { file.offset("output"); }), "output"));
  REQUIRE(sections.size() == expected.size());
  for (std::size_t k = 0; k < sections.size(); ++k) {
    CHECK(sections[k].name == expected[k].name);
    CHECK(sections[k].bytes == expected[k].bytes);
    CHECK(sections[k].rows == expected[k].rows);
    CHECK(sections[k].dim == expected[k].dim);
    CHECK(sections[k].stride == expected[k].stride);
    const std::span<const std::byte> section = file.section(sections[k].name);
    CHECK(std::equal(section.begin(), section.end(),
                     std::as_bytes(std::span(bytes)).begin() +
                         static_cast<std::ptrdiff_t>(file.offset(sections[k].name))));
  }
}

TEST_CASE("a file that version 1.0 has written is read") {
  const ModelFile file = ModelFile::open(HOGVEC_GOLDEN "/../fuzz/seeds/model/words");
  CHECK(file.state() == ModelState::kFinished);
  CHECK(file.version().major == 1);
  CHECK(file.version().minor == 0);
  CHECK_FALSE(file.is_live());  // it is of another machine
  check_small(file);
  const hogvec::io::ModelWords words(file);
  REQUIRE(words.size() == 3);
  for (std::size_t id = 0; id < 3; ++id) {
    CHECK(words.word(id) == three_words()[id].word);
    CHECK(words.count(id) == three_words()[id].count);
    CHECK(words.find(three_words()[id].word) == id);
  }
}

TEST_CASE("rows lie on cache lines, large matrices on huge pages of memory and file") {
  const TemporaryFolder folder;
  constexpr std::size_t kHugePage = std::size_t{2} << 20;
  const std::vector<ModelSection> sections = {ModelSection::matrix("small", 3, 1),
                                              ModelSection::matrix("large", kHugePage / 64, 16),
                                              {.name = "odd", .bytes = 5},
                                              ModelSection::matrix("none", 0, 16)};
  ModelFile file = ModelFile::create(folder / "model", sections);
  const auto address = [&](const char* name) {
    return reinterpret_cast<std::uintptr_t>(file.section(name).data());
  };
  CHECK(address("small") % 4096 == 0);
  CHECK(address("large") % kHugePage == 0);
  CHECK(address("odd") % 4096 == 0);
  CHECK(file.matrix("none").rows() == 0);
  CHECK(file.matrix("none").dim() == 16);
  CHECK(is_zero(file.section("large")));
}

TEST_CASE("before publish() nothing has a name, and without it nothing is left") {
  const TemporaryFolder folder;
  {
    ModelFile file = ModelFile::create(folder / "model", small_sections());
    CHECK_FALSE(fs::exists(folder / "model"));
    CHECK(contains(error_of([&] { file.publish(); }), "committed header"));
    file.commit(ModelState::kTraining, false);
    CHECK_FALSE(fs::exists(folder / "model"));
  }
  CHECK(folder.size() == 0);
  ModelFile file = ModelFile::create(folder / "model", small_sections());
  fill_small(file);
  file.commit(ModelState::kTraining, false);
  file.publish();
  CHECK(folder.size() == 1);
  check_small(ModelFile::open(folder / "model"));
  CHECK(contains(error_of([&] { file.publish(); }), "has its name"));
}

TEST_CASE("where no file can do without a name, a hidden one goes or takes the place") {
  const TemporaryFolder folder;
  constexpr int kNotPermitted = 77;
  const int code = in_child([&] {
    // Without /proc a file that has no name cannot get one, nor is it known which boot this is.
    if (!mount_memory("/proc", "size=1m")) return kNotPermitted;
    {
      ModelFile file = ModelFile::create(folder / "model", small_sections());
      file.commit(ModelState::kTraining, false);
      if (folder.size() != 1 || fs::exists(folder / "model")) return 1;
    }
    if (folder.size() != 0) return 2;
    write_small_model(folder / "model");
    if (folder.size() != 1) return 3;
    const ModelFile file = ModelFile::open(folder / "model");
    file.verify_all();
    return file.is_live() ? 4 : 0;
  });
  if (code == kNotPermitted) {
    MESSAGE("skipped: no file system may be mounted here");
  } else {
    CHECK(code == 0);
  }
}

TEST_CASE("publish() replaces what stands there, through links, and keeps its mode") {
  const TemporaryFolder folder;
  write_file(folder / "real", "something else");
  fs::permissions(folder / "real", fs::perms(0640));
  fs::create_symlink("real", folder / "link");
  write_small_model(folder / "link");
  CHECK(fs::is_symlink(folder / "link"));
  check_small(ModelFile::open(folder / "real"));
  CHECK(fs::status(folder / "real").permissions() == fs::perms(0640));
  CHECK(folder.size() == 2);

  fs::create_symlink("later", folder / "dangling");
  write_small_model(folder / "dangling");
  check_small(ModelFile::open(folder / "later"));
}

TEST_CASE("places that no model can take are refused before anything is made") {
  const TemporaryFolder folder;
  REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  fs::create_symlink("loop", folder / "loop");
  const auto message = [&](const std::string& path) {
    return error_of([&] { ModelFile::create(path, small_sections()); });
  };
  CHECK(contains(message(folder / "fifo"), "not a regular file"));
  CHECK(contains(message(folder / "loop"), "symbolic links"));
  CHECK(contains(message(folder.path()), "is a directory"));
  CHECK(contains(message(folder / "missing/model"), folder / "missing"));
  CHECK(contains(message("/dev/stdout"), "device"));
  CHECK(contains(message("/dev/null"), "device"));
  CHECK(contains(message(""), "no name"));
  CHECK(contains(error_of([&] { ModelFile::open(folder / "fifo"); }), "not a regular file"));
  CHECK(contains(error_of([&] { ModelFile::open(folder / "missing"); }), "No such file"));
  CHECK_FALSE(hogvec::io::is_model_file(folder / "fifo"));
  CHECK_FALSE(hogvec::io::is_model_file(folder / "missing"));
  CHECK(folder.size() == 2);
}

TEST_CASE("sections that no file can have are refused") {
  const TemporaryFolder folder;
  const auto message = [&](std::vector<ModelSection> sections) {
    return error_of([&] { ModelFile::create(folder / "model", sections); });
  };
  constexpr std::size_t kMax = std::numeric_limits<std::size_t>::max();
  CHECK(contains(message({{.name = "a", .bytes = 1}, {.name = "a", .bytes = 2}}), "twice"));
  CHECK(contains(message({{.name = "", .bytes = 1}}), "no name"));
  CHECK(contains(message({{.name = "sixteen_letters_", .bytes = 1}}), "does not end"));
  CHECK(contains(message({{.name = "a b", .bytes = 1}}), "not printable"));
  CHECK(contains(message({{.name = "a", .bytes = kMax}}), "does not fit"));
  CHECK(contains(message({{.name = "a", .bytes = kMax / 2}}), "does not fit"));
  CHECK(contains(message({{.name = "a", .bytes = kMax / 4}, {.name = "b", .bytes = kMax / 4}}),
                 "does not fit"));
  CHECK(contains(message({{"a", 64, 1, 17, 16}}), "longer"));
  CHECK(contains(message({{"a", 68, 1, 17, 17}}), "64 bytes"));
  CHECK(contains(message({{"a", 64, 2, 16, 16}}), "bytes of its rows"));
  CHECK(contains(message({{"a", 64, 1, 0, 16}}), "columns"));
  CHECK(contains(message({{"a", 0, kMax / 64 + 1, 16, 16}}), "bytes of its rows"));
  std::vector<ModelSection> many;
  for (int k = 0; k < 57; ++k) many.push_back({.name = std::to_string(k), .bytes = 1});
  CHECK(contains(message(many), "too many"));
  many.pop_back();
  CHECK(message(many) == "");
  CHECK_THROWS_AS(ModelSection::matrix("a", kMax / 64, 16), hogvec::Error);
  CHECK_THROWS_AS(ModelSection::matrix("a", 1, kMax), hogvec::Error);
  CHECK_THROWS_AS(ModelSection::matrix("a", 1, 0), hogvec::Error);
  CHECK(folder.size() == 0);
}

TEST_CASE("opening reads no section: 256 GiB that nobody wrote stay out of memory") {
  const TemporaryFolder folder;
  write_small_model(folder / "small");
  std::string bytes = read_file(folder / "small");
  hogvec::io::ModelHeader header = header_in(bytes, 0);
  constexpr std::size_t kBytes = std::size_t{256} << 30;
  header.sections = 1;
  header.table[0] = {"input", 8192, kBytes, 0, kBytes / 1024, 256, 256, 0, 0};
  header.file_bytes = 8192 + kBytes;
  put_header(bytes, header);
  write_file(folder / "sparse", bytes.substr(0, 8192));
  std::error_code failure;
  fs::resize_file(folder / "sparse", header.file_bytes, failure);
  if (failure) {
    MESSAGE("skipped: no file may have 256 GiB here");
    return;
  }
  const ModelFile file = ModelFile::open(folder / "sparse");
  const ConstMatrixView input = file.matrix("input");
  REQUIRE(input.rows() == kBytes / 1024);
  constexpr std::size_t kLooked = std::size_t{1} << 30;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> resident(kLooked / page);
  for (const std::size_t offset : {std::size_t{0}, kBytes / 2, kBytes - kLooked}) {
    const auto* const start = file.section("input").data() + offset;
    REQUIRE(mincore(const_cast<std::byte*>(start), kLooked, resident.data()) == 0);
    CHECK(std::all_of(resident.begin(), resident.end(), [](auto r) { return (r & 1) == 0; }));
  }
  CHECK(input.row(input.rows() - 1)[255] == 0);
}

TEST_CASE("a view of rows that may be written is one of rows that may be read") {
  float values[32] = {};
  const MatrixView view(values, 2, 3, 16);
  const MatrixView copy = view;
  const ConstMatrixView read = copy;
  view.row(1)[2] = 4;
  CHECK(read.row(1)[2] == 4);
  CHECK(read.rows() == 2);
  CHECK(read.dim() == 3);
  CHECK(read.stride() == 16);
  CHECK(MatrixView().rows() == 0);
  CHECK_FALSE(std::is_convertible_v<ConstMatrixView, MatrixView>);
}
