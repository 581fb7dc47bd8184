#include "tools/text_places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

#include "engine/corpus/lowercase.hpp"
#include "engine/resources.hpp"
#include "io/error.hpp"
#include "io/output_file.hpp"
#include "io/text_files.hpp"

namespace hogvec::tools {

namespace {

constexpr std::string_view kStdin = "-";
constexpr std::string_view kRankInName = "%r";

bool has_rank(const std::string& path) { return path.find(kRankInName) != std::string::npos; }

}  // namespace

std::string absolute_path(const std::string& path) {
  if (path.empty() || path == kStdin) return path;
  std::error_code failure;
  const std::filesystem::path full = std::filesystem::absolute(path, failure);
  return failure ? path : full.string();
}

std::string TextPlaces::shown() const {
  if (paths.empty()) return "";
  return paths.size() == 1 ? paths[0] : fmt::format("{} and {} more", paths[0], paths.size() - 1);
}

bool TextPlaces::of_ranks() const {
  return ranks > 0 && std::any_of(paths.begin(), paths.end(), has_rank);
}

TextPlaces TextPlaces::of_rank(int rank) const {
  TextPlaces own = *this;
  own.ranks = 0;
  if (!of_ranks()) return own;
  const std::string number = std::to_string(rank);
  for (std::string& path : own.paths) {
    if (!has_rank(path)) {
      throw Error(
          fmt::format("{}: stands beside names with %r in them, and every rank would read "
                      "it; give all texts %r, or none",
                      path));
    }
    for (std::size_t at; (at = path.find(kRankInName)) != std::string::npos;) {
      path.replace(at, kRankInName.size(), number);
    }
  }
  return own;
}

bool TextPlaces::hold(const std::string& path) const {
  if (of_ranks()) {
    for (int rank = 0; rank < ranks; ++rank) {
      if (of_rank(rank).hold(path)) return true;
    }
    return false;
  }
  std::vector<std::string> files;
  try {
    files = io::text_files(paths, recursive);
  } catch (const Error&) {  // which require() tells
    files = paths;
  }
  return std::any_of(files.begin(), files.end(),
                     [&](const std::string& file) { return io::same_file(path, file); });
}

void TextPlaces::require(std::string_view flag) const {
  if (empty()) throw Error(fmt::format("{}: name the text to read", flag));
  io::require_texts(paths, recursive);
}

std::unique_ptr<io::TextSource> TextPlaces::open(const io::TextShare& share) const {
  std::unique_ptr<io::TextSource> source = io::open_text(paths, recursive, share);
  return lowercase ? lowercased(std::move(source)) : std::move(source);
}

TextPlaces text_places(CommandLine& line, std::string_view flag) {
  TextPlaces places;
  places.paths = line.operands(flag);
  std::erase(places.paths, "");  // which the reference takes for none
  places.recursive = line.integer("-recursive", 0, 1).value_or(0) != 0;
  places.lowercase = line.integer("-lowercase", 0, 1).value_or(0) != 0;
  return places;
}

std::string kept_places(const TextPlaces& places) {
  std::string kept;
  for (const std::string& path : places.paths) {
    if (!kept.empty()) kept += CommandLine::kBetweenOperands;
    kept += absolute_path(path);
  }
  return kept;
}

int reading_threads(int threads, const TextPlaces& places) {
  std::optional<std::uint64_t> size;
  try {
    size = places.open()->size();
  } catch (const Error&) {  // which require() tells
  }
  return hogvec::reading_threads(threads, size);
}

}  // namespace hogvec::tools
