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

bool TextPlaces::hold(const std::string& path) const {
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
