// Damaged model files: refused with one line, or read by the copy of the header that is whole;
// never a crash. Fields are damaged under a checksum that was computed anew, so that they are what
// is refused.
#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <limits>

#include "tests/files.hpp"
#include "tests/io/model_pages.hpp"

using namespace hogvec::testing;
using hogvec::io::kModelPage;
using hogvec::io::ModelFile;
using hogvec::io::ModelHeader;
using hogvec::io::ModelState;

namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

/// A small model's bytes, and a file to put damaged ones into.
class Damage {
 public:
  Damage() {
    write_small_model(path());
    whole_ = read_file(path());
  }
  std::string path() const { return folder_ / "model"; }
  const std::string& whole() const { return whole_; }

  /// What open() says to these bytes; empty where it opens them.
  std::string open(const std::string& bytes) const {
    overwrite_file(path(), bytes);
    return error_of([&] { ModelFile::open(path()).verify_all(); });
  }
  /// The same to a header that was changed, and whose checksum is right.
  std::string open_changed(const std::function<void(ModelHeader&)>& change) const {
    ModelHeader header = header_in(whole_, 1);
    change(header);
    std::string bytes = whole_;
    put_header(bytes, header);
    return open(bytes);
  }

 private:
  TemporaryFolder folder_;
  std::string whole_;
};

}  // namespace

TEST_CASE("a header of which one byte is wrong does not count, and the other copy does") {
  const Damage damage;
  std::string bytes = damage.whole();
  for (std::size_t k = 0; k < 2 * kModelPage; ++k) {
    bytes[k] ^= 0x20;
    REQUIRE(damage.open(bytes) == "");
    const ModelFile file = ModelFile::open(damage.path());
    REQUIRE(file.state() == (k < kModelPage ? ModelState::kFinished : ModelState::kTraining));
    REQUIRE(hogvec::io::is_model_file(damage.path()));
    bytes[k] ^= 0x20;
  }
}

TEST_CASE("two headers of which one byte each is wrong are refused in one line") {
  const Damage damage;
  std::string bytes = damage.whole();
  for (std::size_t k = 0; k < kModelPage; ++k) {
    bytes[k] ^= 0x20;
    bytes[kModelPage + k] ^= 0x20;
    const std::string message = damage.open(bytes);
    REQUIRE(contains(message, damage.path()));
    REQUIRE(message.find('\n') == std::string::npos);
    // With both magics gone it is no model file any more; a major version is told as one.
    REQUIRE(contains(message, k < 8 ? "is not a model file" : k < 12 ? "format" : "damaged"));
    REQUIRE(hogvec::io::is_model_file(damage.path()) == (k >= 8));
    bytes[k] ^= 0x20;
    bytes[kModelPage + k] ^= 0x20;
  }
}

TEST_CASE("the whole header of the larger sequence counts, wherever it lies") {
  const Damage damage;
  std::string bytes = damage.whole();
  const std::string first = bytes.substr(0, kModelPage);
  bytes.replace(0, kModelPage, bytes.substr(kModelPage, kModelPage));
  bytes.replace(kModelPage, kModelPage, first);
  REQUIRE(damage.open(bytes) == "");
  CHECK(ModelFile::open(damage.path()).state() == ModelState::kFinished);
}

TEST_CASE("a file that is cut off anywhere is refused") {
  const Damage damage;
  for (std::size_t size = 0; size < damage.whole().size(); size += size < 64 ? 1 : 509) {
    const std::string message = damage.open(damage.whole().substr(0, size));
    REQUIRE(contains(message, size < 8 ? "is not a model file" : "is cut off"));
  }
  CHECK(contains(damage.open(damage.whole().substr(0, damage.whole().size() - 1)), "is cut off"));
  CHECK(damage.open(damage.whole() + "what follows") == "");
}

TEST_CASE("other files are no model files") {
  const Damage damage;
  for (const std::string& bytes :
       {std::string("3 2\na 1 2\n"), std::string(20'000, '\0'), std::string(20'000, '\x89')}) {
    CHECK(contains(damage.open(bytes), "is not a model file"));
    CHECK_FALSE(hogvec::io::is_model_file(damage.path()));
  }
}

TEST_CASE("another major version is refused by its number, and a later minor one is read") {
  const Damage damage;
  const std::string message = damage.open_changed([](ModelHeader& header) {
    header.major = 2;
    header.minor = 3;
  });
  CHECK(contains(message, "format 2.3"));
  CHECK(contains(message, "reads 1.x"));
  // Its header may be laid out in another way, and its checksum not be where ours is.
  std::string bytes = damage.whole();
  for (const std::size_t copy : {std::size_t{0}, kModelPage}) bytes[copy + 8] = 2;
  CHECK(contains(damage.open(bytes), "format 2.0"));

  CHECK(damage.open_changed([](ModelHeader& header) {
    header.minor = 7;
    header.flags |= 0x100;
    header.later[100] = 1;
    header.last[5] = 2;
    for (auto& entry : header.table) entry.flags |= 0x40;
    header.table[0].zero = 9;
  }) == "");
}

TEST_CASE("what a later minor version has put into the header stays there") {
  const Damage damage;
  REQUIRE(damage.open_changed([](ModelHeader& header) {
    header.minor = 7;
    header.later[100] = 1;
    header.table[2].flags |= 0x40;
    header.table[2].zero = 9;
  }) == "");
  ModelFile file = ModelFile::open_to_train(damage.path());
  file.unseal("counts");
  file.commit(ModelState::kStopped, false);
  file.copy_to(damage.path() + ".copy");
  for (const std::string& path : {damage.path(), damage.path() + ".copy"}) {
    const ModelFile again = ModelFile::open(path);
    CHECK(again.state() == ModelState::kStopped);
    const std::string bytes = read_file(path);
    const int newest = header_in(bytes, 0).sequence > header_in(bytes, 1).sequence ? 0 : 1;
    const ModelHeader header = header_in(bytes, newest);
    CHECK(header.minor == 7);
    CHECK(header.later[100] == 1);
    CHECK(header.table[2].flags == 0x40);
    CHECK(header.table[2].zero == 9);
  }
}

TEST_CASE("sections that do not fit the file are refused") {
  const Damage damage;
  const std::size_t size = damage.whole().size();
  const ModelHeader whole = header_in(damage.whole(), 1);
  constexpr std::size_t kWords = 0;
  constexpr std::size_t kInput = 4;
  REQUIRE(std::string(whole.table[kInput].name) == "input");
  const auto message = [&](std::size_t section, const auto& change) {
    return damage.open_changed([&](ModelHeader& header) { change(header.table[section]); });
  };
  for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{kModelPage}}) {
    CHECK(contains(message(kWords, [&](auto& e) { e.offset = offset; }), "over the header"));
  }
  for (const std::uint64_t offset : {whole.table[0].offset + 1, whole.table[0].offset + 64, kMax}) {
    CHECK(contains(message(kWords, [&](auto& e) { e.offset = offset; }), "begin at a page"));
  }
  for (const std::uint64_t offset : {std::uint64_t{size}, kMax - kModelPage + 1,
                                     std::uint64_t{1} << 63, (std::uint64_t{1} << 62)}) {
    CHECK(contains(message(kWords, [&](auto& e) { e.offset = offset; }), "within the file"));
  }
  for (const std::uint64_t bytes :
       {std::uint64_t{size}, kMax, kMax - whole.table[0].offset + 1, std::uint64_t{1} << 63}) {
    CHECK(contains(message(kWords, [&](auto& e) { e.bytes = bytes; }), "within the file"));
  }
  CHECK(contains(message(kWords, [&](auto& e) { e.offset = whole.table[1].offset; }), "another"));
  CHECK(contains(message(kWords, [&](auto& e) { e.bytes = kModelPage + 1; }), "lies over another"));
}

TEST_CASE("matrices whose shape is not that of their bytes are refused") {
  const Damage damage;
  const auto message = [&](const auto& change) {
    return damage.open_changed([&](ModelHeader& header) { change(header.table[4]); });
  };
  CHECK(contains(message([](auto& e) { e.rows += 1; }), "bytes of its rows"));
  CHECK(contains(message([](auto& e) { e.rows = 0; }), "bytes of its rows"));
  CHECK(contains(message([](auto& e) { e.bytes -= 4; }), "bytes of its rows"));
  CHECK(contains(message([](auto& e) { e.stride += 16; }), "bytes of its rows"));
  CHECK(contains(message([](auto& e) { e.stride -= 1; }), "64 bytes"));
  CHECK(contains(message([](auto& e) { e.stride = 16; }), "longer"));
  CHECK(contains(message([](auto& e) { e.dim = 33; }), "longer"));
  CHECK(contains(message([](auto& e) { e.dim = 0; }), "columns"));
  CHECK(contains(message([](auto& e) { e.stride = 0; }), "columns"));
  // rows * stride * 4 is the section's bytes modulo 2^64.
  CHECK(contains(message([](auto& e) { e.rows += std::uint64_t{1} << 57; }), "bytes of its rows"));
  CHECK(contains(message([](auto& e) {
                   e.rows = std::uint64_t{1} << 62;
                   e.bytes = 0;
                 }),
                 "bytes of its rows"));
  CHECK(contains(message([](auto& e) {
                   e.dim = e.stride = 0xfffffff0;
                   e.rows = std::uint64_t{1} << 30;
                 }),
                 "bytes of its rows"));
}

TEST_CASE("names, counts and states that cannot be are refused") {
  const Damage damage;
  const auto changed = [&](const std::function<void(ModelHeader&)>& change) {
    return damage.open_changed(change);
  };
  CHECK(contains(changed([](auto& h) { std::memset(h.table[1].name, 'x', 16); }), "not end"));
  CHECK(contains(changed([](auto& h) { std::memset(h.table[1].name, 0, 16); }), "no name"));
  CHECK(contains(changed([](auto& h) { h.table[1].name[0] = '\x1b'; }), "not printable"));
  CHECK(contains(changed([](auto& h) { h.table[1].name[0] = ' '; }), "not printable"));
  CHECK(contains(changed([](auto& h) {
                   std::memcpy(h.table[1].name, h.table[0].name, 16);
                   h.table[1].name[15] = 'x';  // behind the name's end
                 }),
                 "name of another"));
  CHECK(contains(changed([](auto& h) { h.sections = 57; }), "57 sections"));
  CHECK(contains(changed([](auto& h) { h.sections = 0xffffffff; }), "sections"));
  CHECK(contains(changed([](auto& h) { h.sections += 1; }), "no name"));
  CHECK(contains(changed([](auto& h) { h.state = 0; }), "state"));
  CHECK(contains(changed([](auto& h) { h.state = 5; }), "state"));
  CHECK(contains(changed([](auto& h) { h.file_bytes += 1; }), "is cut off"));
  CHECK(contains(changed([](auto& h) { h.file_bytes = kMax; }), "is cut off"));
  CHECK(contains(changed([](auto& h) { h.file_bytes = 0; }), "damaged"));
  CHECK(contains(changed([](auto& h) { h.file_bytes = h.sections = 0; }), "damaged"));
  CHECK(contains(changed([](auto& h) { h.sequence = kMax / 2 + 1; }), "damaged"));
  CHECK(changed([](auto& h) { h.sections = 0; }) == "");
}

TEST_CASE("what opens under a damaged header can be trained no more than it can be read") {
  const Damage damage;
  ModelHeader header = header_in(damage.whole(), 1);
  header.table[0].offset = 0;
  std::string bytes = damage.whole();
  put_header(bytes, header);
  write_file(damage.path(), bytes);
  CHECK(contains(error_of([&] { ModelFile::open_to_train(damage.path()); }), "over the header"));
  CHECK(read_file(damage.path()) == bytes);
  // A number that leaves no larger one for the next header.
  header = header_in(damage.whole(), 1);
  header.sequence = kMax / 2;
  put_header(bytes, header);
  write_file(damage.path(), bytes);
  CHECK(ModelFile::open(damage.path()).state() == ModelState::kFinished);
  CHECK(contains(error_of([&] { ModelFile::open_to_train(damage.path()); }), "number"));
}
