#include "io/line_log.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "io/error.hpp"
#include "io/output_place.hpp"

namespace hogvec::io {
namespace {

/// Where the last whole line of a file ends. -1, with errno: it cannot be read.
off_t end_of_lines(int file) {
  const off_t size = lseek(file, 0, SEEK_END);
  std::array<char, 4096> block;
  for (off_t end = size; end > 0;) {
    const auto wanted = static_cast<std::size_t>(std::min<off_t>(end, block.size()));
    const ssize_t got = pread(file, block.data(), wanted, end - static_cast<off_t>(wanted));
    if (got != static_cast<ssize_t>(wanted)) return -1;
    end -= got;
    const std::string_view bytes(block.data(), wanted);
    if (const auto last = bytes.rfind('\n'); last != std::string_view::npos) {
      return end + static_cast<off_t>(last) + 1;
    }
  }
  return std::min<off_t>(size, 0);
}

}  // namespace

LineLog::LineLog(std::string path, Begin begin) : path_(std::move(path)), begin_(begin) {
  const OutputPlace place = find_output_place(path_);
  if (!place.straight) return;
  regular_ = false;
  file_ = open_straight(path_, place);
}

void LineLog::open() {
  const int flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC;
  int file;
  do {
    file = ::open(path_.c_str(), begin_ == Begin::kAnew ? flags | O_TRUNC : flags, 0666);
  } while (file < 0 && errno == EINTR);
  Descriptor opened(file);
  if (!opened) throw system_error(path_, "cannot be opened for writing");
  if (begin_ == Begin::kBehind) {
    const off_t end = end_of_lines(file);
    if (end < 0 || ftruncate(file, end) != 0) {
      throw system_error(path_, "cannot be written behind what is in it");
    }
  }
  file_ = std::move(opened);
}

void LineLog::append(std::string_view lines) {
  if (!file_) open();
  const off_t before = regular_ ? lseek(file_.get(), 0, SEEK_END) : 0;
  while (!lines.empty()) {
    const ssize_t written = ::write(file_.get(), lines.data(), lines.size());
    if (written >= 0) {
      lines.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // a pipe that another process made non-blocking
      pollfd ready{file_.get(), POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      const Error failure = system_error(path_, "cannot be written");
      // What others read has whole lines. Where that fails too, there is no better.
      [[maybe_unused]] const int cut = regular_ ? ftruncate(file_.get(), before) : 0;
      throw failure;
    }
  }
}

}  // namespace hogvec::io
