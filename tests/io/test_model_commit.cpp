// ModelFile: the last committed header counts, for one trainer at a time, in the file that it is
// of.
//
// Out of scope: what a disk holds after a power failure.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>

#include "tests/files.hpp"
#include "tests/io/model_pages.hpp"

using namespace hogvec::testing;
using hogvec::io::ModelFile;
using hogvec::io::ModelState;
namespace fs = std::filesystem;

TEST_CASE("a process that is killed leaves what it committed, and what it wrote") {
  const TemporaryFolder folder;
  CHECK(in_child([&] {
          ModelFile file = ModelFile::create(folder / "model", small_sections());
          fill_small(file);
          file.commit(ModelState::kTraining, false);
          file.publish();
          file.writable_section("position")[0] = std::byte{9};
          kill(getpid(), SIGKILL);
          return 0;
        }) == -1);
  const ModelFile file = ModelFile::open_to_train(folder / "model");
  CHECK(file.state() == ModelState::kTraining);
  CHECK(file.is_live());
  CHECK(file.section("position")[0] == std::byte{9});
  check_small(file);
}

TEST_CASE("one trainer at a time, and any number of readers") {
  const TemporaryFolder folder;
  write_small_model(folder / "model");
  const auto train = [&] { return error_of([&] { ModelFile::open_to_train(folder / "model"); }); };
  const auto replace = [&] {
    return error_of([&] { ModelFile::create(folder / "model", small_sections()); });
  };
  {
    ModelFile file = ModelFile::open_to_train(folder / "model");
    CHECK(contains(train(), "another run trains it"));
    CHECK(contains(replace(), "another run trains it"));
    CHECK(in_child([&] { return contains(train(), "another run trains it") ? 0 : 1; }) == 0);
    check_small(ModelFile::open(folder / "model"));
    const ModelFile moved = std::move(file);
    CHECK(contains(train(), "another run trains it"));
  }
  CHECK(train() == "");
  CHECK(replace() == "");

  // Whoever comes to publish second has lost the name.
  ModelFile first = ModelFile::create(folder / "new", small_sections());
  ModelFile second = ModelFile::create(folder / "new", small_sections());
  first.commit(ModelState::kTraining, false);
  second.commit(ModelState::kTraining, false);
  first.publish();
  CHECK(contains(error_of([&] { second.publish(); }), "another run trains it"));
  CHECK(contains(error_of([&] { ModelFile::open_to_train(folder / "new"); }), "another run"));
}

TEST_CASE("a file that is open for queries cannot be changed, and sees what its trainer writes") {
  const TemporaryFolder folder;
  write_small_model(folder / "model");
  ModelFile reader = ModelFile::open(folder / "model");
  ModelFile trainer = ModelFile::open_to_train(folder / "model");
  trainer.writable_matrix("input").row(1)[2] = 77;
  CHECK(reader.matrix("input").row(1)[2] == 77);
  const std::string refusal = "open for queries";
  CHECK(contains(error_of([&] { reader.writable_section("counts"); }), refusal));
  CHECK(contains(error_of([&] { reader.writable_matrix("input"); }), refusal));
  CHECK(contains(error_of([&] { reader.seal("counts"); }), refusal));
  CHECK(contains(error_of([&] { reader.unseal("counts"); }), refusal));
  CHECK(contains(error_of([&] { reader.sync(); }), refusal));
  CHECK(contains(error_of([&] { reader.grow({.name = "counts", .bytes = 1}); }), refusal));
  CHECK(contains(error_of([&] { reader.commit(ModelState::kStopped, false); }), refusal));
}

TEST_CASE("the last header counts, and the last lasting one is never written over") {
  const TemporaryFolder folder;
  write_small_model(folder / "model");
  const auto sequences = [&] {
    const std::string bytes = read_file(folder / "model");
    return std::vector{header_in(bytes, 0).sequence, header_in(bytes, 1).sequence};
  };
  CHECK(sequences() == std::vector<std::uint64_t>{1, 2});  // both lasting
  for (int round = 0; round < 2; ++round) {                // also after it is opened anew
    ModelFile file = ModelFile::open_to_train(folder / "model");
    for (int k = 0; k < 3; ++k) {
      file.commit(ModelState::kStopped, false);
      CHECK(sequences()[1] == 2);
      CHECK(sequences()[0] == static_cast<std::uint64_t>(3 + 3 * round + k));
      CHECK(ModelFile::open(folder / "model").state() == ModelState::kStopped);
    }
  }
  ModelFile file = ModelFile::open_to_train(folder / "model");
  file.commit(ModelState::kDiverged, true);
  CHECK(sequences() == std::vector<std::uint64_t>{9, 2});
  file.commit(ModelState::kTraining, false);
  CHECK(sequences() == std::vector<std::uint64_t>{9, 10});
}

TEST_CASE("a model is live in the file and the boot that it was committed in") {
  const TemporaryFolder folder;
  write_small_model(folder / "model");
  CHECK(ModelFile::open(folder / "model").is_live());
  fs::rename(folder / "model", folder / "moved");
  CHECK(ModelFile::open(folder / "moved").is_live());

  fs::copy_file(folder / "moved", folder / "copy");
  CHECK_FALSE(ModelFile::open(folder / "copy").is_live());
  // The number of an inode that goes is given to the next file.
  fs::remove(folder / "moved");
  fs::copy_file(folder / "copy", folder / "moved");
  CHECK_FALSE(ModelFile::open(folder / "moved").is_live());

  ModelFile file = ModelFile::open_to_train(folder / "copy");
  file.commit(ModelState::kTraining, false);
  CHECK(file.is_live());
  CHECK(ModelFile::open(folder / "copy").is_live());

  std::string bytes = read_file(folder / "copy");
  hogvec::io::ModelHeader header = header_in(bytes, 0);
  header.boot[3] ^= 1;
  put_header(bytes, header);
  overwrite_file(folder / "copy", bytes);
  CHECK_FALSE(ModelFile::open(folder / "copy").is_live());
}

TEST_CASE("verify() finds one changed byte of a section that was sealed") {
  const TemporaryFolder folder;
  write_small_model(folder / "model");
  ModelFile file = ModelFile::open_to_train(folder / "model");
  for (const char* const name : {"words", "word_ends", "counts", "word_index"}) {
    for (std::size_t k = 0; k < file.section(name).size(); ++k) {
      file.writable_section(name)[k] ^= std::byte{4};
      CHECK(contains(error_of([&] { file.verify(name); }), name));
      CHECK(contains(error_of([&] { file.verify_all(); }), "damaged"));
      file.writable_section(name)[k] ^= std::byte{4};
    }
  }
  file.verify_all();
  file.writable_matrix("input").row(0)[0] = -1;
  file.verify("input");  // was never sealed
  file.seal("input");
  file.unseal("counts");
  file.commit(ModelState::kStopped, false);
  file.writable_matrix("input").row(0)[0] = -2;
  file.writable_section("counts")[0] = std::byte{0};
  const ModelFile reader = ModelFile::open(folder / "model");
  CHECK(contains(error_of([&] { reader.verify("input"); }), "input"));
  reader.verify("counts");
  CHECK(contains(error_of([&] { reader.verify("nothing"); }), "nothing"));
}
