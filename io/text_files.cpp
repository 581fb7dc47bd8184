#include "io/text_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "io/content.hpp"
#include "io/error.hpp"

namespace hogvec::io {

namespace {

bool is_hidden(const std::filesystem::path& path) {
  return path.filename().string().starts_with('.');
}

void add_files_of(const std::string& folder, bool recursive, std::vector<std::string>& files) {
  std::error_code problem;
  std::vector<std::string> names;
  std::vector<std::string> folders;
  std::filesystem::directory_iterator entry(folder, problem);
  for (; !problem && entry != std::filesystem::directory_iterator(); entry.increment(problem)) {
    if (is_hidden(entry->path())) continue;
    const std::string path = entry->path().string();
    std::error_code unseen;  // a link that leads nowhere is no file
    if (entry->is_directory(unseen)) {
      // A link to a folder may lead in a circle.
      if (recursive && !entry->is_symlink(unseen)) folders.push_back(path);
    } else if (entry->is_regular_file(unseen)) {
      names.push_back(path);
    }
  }
  if (problem) throw Error(folder + ": cannot be listed: " + problem.message());
  for (const std::string& inner : folders) add_files_of(inner, recursive, names);
  files.insert(files.end(), names.begin(), names.end());
}

}  // namespace

std::vector<std::string> text_files(const std::vector<std::string>& paths, bool recursive) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code problem;
    if (path == "-" || !std::filesystem::is_directory(path, problem)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> inner;
    add_files_of(path, recursive, inner);
    if (inner.empty()) {
      throw Error(
          fmt::format("{}: this folder has no files{}", path,
                      recursive ? "" : "; those of folders in it are read with -recursive 1"));
    }
    std::sort(inner.begin(), inner.end());
    files.insert(files.end(), inner.begin(), inner.end());
  }
  return files;
}

void require_texts(const std::vector<std::string>& paths, bool recursive) {
  for (const std::string& path : text_files(paths, recursive)) require_readable(path);
}

}  // namespace hogvec::io
