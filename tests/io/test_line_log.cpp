// LineLog: lines of several appends, what stood there before, a last line that is cut off, a limit
// on the size of a file, a pipe. Out of scope: disks that are full (tools/test_run_page.sh).
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "io/error.hpp"
#include "io/line_log.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;
using namespace hogvec::testing;
using io::LineLog;

using Begin = LineLog::Begin;

TEST_CASE("a log is there with its first line, and each line at once") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  LineLog log(path, Begin::kAnew);
  CHECK(access(path.c_str(), F_OK) != 0);
  log.append("one\n");
  CHECK(read_file(path) == "one\n");
  log.append("two\nthree\n");
  CHECK(read_file(path) == "one\ntwo\nthree\n");
}

TEST_CASE("a new log takes the place of an old one with its first line, and no sooner") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  write_file(path, "old\n");
  { const LineLog none(path, Begin::kAnew); }
  CHECK(read_file(path) == "old\n");
  LineLog log(path, Begin::kAnew);
  log.append("new\n");
  CHECK(read_file(path) == "new\n");
}

TEST_CASE("a log that goes on stands behind the last whole line") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  const std::string longer(10'000, 'x');  // than what is read at a time
  for (const auto& [before, kept] : {std::pair<std::string, std::string>{"", ""},
                                     {"one\n", "one\n"},
                                     {"one\ntw", "one\n"},
                                     {"tw", ""},
                                     {"one\n" + longer, "one\n"},
                                     {longer, ""},
                                     {longer + "\n", longer + "\n"}}) {
    write_file(path, before);
    LineLog log(path, Begin::kBehind);
    log.append("more\n");
    CHECK(read_file(path) == kept + "more\n");
  }
  unlink(path.c_str());
  LineLog(path, Begin::kBehind).append("first\n");
  CHECK(read_file(path) == "first\n");
}

TEST_CASE("lines that have no room leave no half of one, and the next may have it") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  LineLog log(path, Begin::kAnew);
  log.append("one\n");
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{.rlim_cur = 10, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  CHECK_THROWS_AS(log.append("a line that is too long\n"), Error);
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK(read_file(path) == "one\n");
  log.append("two\n");
  CHECK(read_file(path) == "one\ntwo\n");
}

TEST_CASE("what is open is written straight, and places that cannot be are refused") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  LineLog("/dev/fd/" + std::to_string(ends[1]), Begin::kBehind).append("a line\n");
  close(ends[1]);
  char bytes[16];
  CHECK(std::string(bytes, static_cast<std::size_t>(read(ends[0], bytes, sizeof bytes))) ==
        "a line\n");
  close(ends[0]);
  const TemporaryFolder folder;
  CHECK_THROWS_AS(LineLog(folder / "none/log", Begin::kAnew), Error);
  CHECK_THROWS_AS(LineLog(folder / ".", Begin::kAnew), Error);
  CHECK_THROWS_AS(LineLog("/dev/full", Begin::kAnew).append("a line\n"), Error);
}

}  // namespace
