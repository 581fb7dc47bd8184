// Where texts come from: mapped files, streams, folders and a caller's pieces give the same bytes
// in the same places, however they are cut. Blocks are about a megabyte: texts have some, and words
// that are longer than one. What is packed: tests/tools/test_streams.sh.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "io/text_files.hpp"
#include "io/text_source.hpp"
#include "tests/files.hpp"

using namespace hogvec::io;
using namespace hogvec::testing;

namespace {

bool separates(char c) { return c == ' ' || c == '\t' || c == '\n'; }

/// All blocks, one after the other, with "|" where a file ended without a newline before.
std::string all_of(TextSource& source) {
  std::string text;
  std::uint64_t position = 0;
  std::size_t number = 0;
  bool whole = true;  // the block before ended with a word, or a file did
  while (std::optional<TextBlock> block = source.next()) {
    CHECK(block->number() == number++);
    CHECK(block->position() == position);
    CHECK((whole || block->after_end()));
    if (block->after_end()) text += '|';
    text += block->text();
    position += block->text().size();
    whole = block->text().empty() || separates(block->text().back());
    block->release();
  }
  source.finish();
  CHECK(!source.next());
  return text;
}

std::string all_of(const std::vector<std::string>& paths, bool recursive = false) {
  return all_of(*open_text(paths, recursive));
}

/// The bytes as a FIFO gives them.
std::string through_pipe(const std::string& bytes) {
  const TemporaryFolder folder;
  const std::string path = folder / "pipe";
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  const std::jthread writer([&] { std::ofstream(path) << bytes; });
  return all_of({path});
}

/// The bytes in pieces of some length.
std::string in_pieces(const std::string& bytes, std::size_t length) {
  std::size_t at = 0;
  const auto source = text_of_pieces([&](std::string& out) {
    out += bytes.substr(at, length);
    at = std::min(bytes.size(), at + length);
    return at < bytes.size();
  });
  return all_of(*source);
}

std::string words(std::size_t count, std::size_t length) {
  std::string text;
  for (std::size_t k = 0; k < count; ++k) {
    text += std::string(k % length + 1, static_cast<char>('a' + k % 26));
    text += k % 11 == 0 ? '\n' : ' ';
  }
  return text;
}

}  // namespace

TEST_CASE("every source gives the bytes of the text") {
  const std::string long_word(3'500'000, 'x');
  for (const std::string& text :
       {std::string(), std::string("\n"), std::string("a"), words(400'000, 12),
        words(1000, 9) + long_word, long_word + " " + words(1000, 9) + long_word + "\n",
        std::string(2'500'000, ' ') + "a", std::string(1 << 20, 'a') + "\n" + "b"}) {
    CAPTURE(text.size());
    const TemporaryFile file(text);
    CHECK((all_of({file.path()}) == text));
    CHECK((through_pipe(text) == text));
    CHECK((in_pieces(text, 1'000'003) == text));
    if (text.size() < 100'000) CHECK((in_pieces(text, 1) == text));
  }
}

TEST_CASE("files follow each other, and what ends without a newline ends a sentence") {
  const TemporaryFile a("a b");
  const TemporaryFile empty("");
  const TemporaryFile c("c\n");
  const TemporaryFile d("d");
  CHECK(all_of({a.path(), empty.path(), c.path(), d.path(), a.path()}) == "a b|c\nd|a b");
}

TEST_CASE("a byte order mark begins no text, and UTF-16 is none") {
  const TemporaryFile marked("\xef\xbb\xbfone\n");
  CHECK(all_of({marked.path(), marked.path()}) == "one\none\n");
  CHECK(through_pipe("\xef\xbb\xbfone\n") == "one\n");
  CHECK(contains(error_of([] {
                   through_pipe(
                       std::string("\xff\xfe"
                                   "a\0\n\0",
                                   6));
                 }),
                 "UTF-16LE"));
}

TEST_CASE("a folder is its files in the order of bytes, deeper ones where they are asked for") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "t/sub");
  write_file(folder / "t/b", "b\n");
  write_file(folder / "t/B", "B\n");
  write_file(folder / "t/.hidden", "hidden\n");
  write_file(folder / "t/sub/c", "c\n");
  write_file(folder / "t/sub.x", "x\n");
  CHECK(all_of({folder / "t"}) == "B\nb\nx\n");
  CHECK(all_of({folder / "t"}, true) == "B\nb\nx\nc\n");
  std::filesystem::create_directory(folder / "empty");
  CHECK(contains(error_of([&] { open_text({folder / "empty"}); }),
                 "empty: this folder has no files"));
  CHECK(contains(error_of([&] { all_of({folder / "no"}); }), "no: cannot be opened"));
  CHECK(contains(error_of([&] { require_texts({folder / "no"}, false); }), "no: cannot be opened"));
}

TEST_CASE("a file that is changed while it is read is an error") {
  const TemporaryFolder folder;
  write_file(folder / "text", "a b c\n");
  const auto source = open_text({folder / "text"});
  CHECK(source->size() == 6);
  std::optional<TextBlock> block = source->next();
  REQUIRE(block);
  struct stat status;
  REQUIRE(stat((folder / "text").c_str(), &status) == 0);
  const timespec times[2] = {status.st_atim, {status.st_mtim.tv_sec + 5, 0}};
  REQUIRE(utimensat(AT_FDCWD, (folder / "text").c_str(), times, 0) == 0);
  block.reset();
  CHECK(contains(error_of([&] { source->finish(); }), "text: "));
}

TEST_CASE("what append() throws arrives") {
  const auto source = text_of_pieces([](std::string&) -> bool { throw hogvec::Error("mine"); });
  CHECK(error_of([&] { source->next(); }) == "mine");
}
