// The texts that a flag names.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/text_source.hpp"
#include "tools/command_line.hpp"

namespace hogvec::tools {

/// Files, folders and streams that are one text, in this order.
struct TextPlaces {
  std::vector<std::string> paths;
  bool recursive = false;  // the folders in folders too
  bool lowercase = false;  // as if all letters were small
  int ranks = 0;           // %r in a name stands for the number of each of so many; 0: for itself

  bool empty() const noexcept { return paths.empty(); }
  /// For messages, "a" or "a and 2 more"; in reports one is itself.
  std::string shown() const;
  /// Whether a path is one of them, or lies in a folder of theirs.
  bool hold(const std::string& path) const;
  /// Errors: the first that cannot be read; none at all.
  void require(std::string_view flag) const;
  std::unique_ptr<io::TextSource> open(const io::TextShare& share = {}) const;

  /// Whether every rank has files of its own.
  bool of_ranks() const;
  /// The texts of one rank. Errors: names with %r beside others.
  TextPlaces of_rank(int rank) const;
};

/// Those of a flag, which may stand several times and have several words behind it: the next word,
/// whatever it is, and those that follow and are no flags. As -recursive and -lowercase say.
TextPlaces text_places(CommandLine& line, std::string_view flag);

/// Absolute, but for "-", the standard input, and an empty one.
std::string absolute_path(const std::string& path);

/// As one value that text_places() takes where a default has it: paths are absolute.
std::string kept_places(const TextPlaces& places);

/// reading_threads() of them.
int reading_threads(int threads, const TextPlaces& places);

}  // namespace hogvec::tools
