#include "engine/memory_limits.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

namespace hogvec {
namespace {

constexpr std::string_view kSpaces = " \t\n";

std::size_t number_or_unlimited(std::string_view text) {
  std::size_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) return kUnlimited;
  return std::min(number, kUnlimited);
}

/// The words of a line, or of a file of few.
std::vector<std::string> words_of(std::istream&& text) {
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

/// The number that is all of a file; kUnlimited for "max".
std::size_t read_number(const std::string& path) {
  const std::vector<std::string> words = words_of(std::ifstream(path));
  return words.size() == 1 ? number_or_unlimited(words[0]) : kUnlimited;
}

/// The number after `key` in a file of "key number" lines.
std::size_t read_field(const std::string& path, std::string_view key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key) || line.find_first_of(kSpaces) != key.size()) continue;
    const std::vector<std::string> words = words_of(std::istringstream(line));
    return words.size() > 1 ? number_or_unlimited(words[1]) : kUnlimited;
  }
  return kUnlimited;
}

std::size_t bytes_of_kibibytes(std::size_t number) {
  return number > kUnlimited / 1024 ? kUnlimited : number * 1024;
}

/// limit - used, not below 0; a limit of which nobody knows what is used counts whole.
std::size_t left_of(std::size_t limit, std::size_t used) {
  if (limit == kUnlimited || used == kUnlimited) return limit;
  return limit - std::min(limit, used);
}

/// Whether one of the words between commas is "memory".
bool names_memory(const std::string& list) {
  return ("," + list + ",").find(",memory,") != std::string::npos;
}

/// The files of a version of control groups.
struct Version {
  const char* mount_type;
  std::array<const char*, 2> limits;  // or nullptr
  const char* used;
  const char* cache;  // in memory.stat: page cache that is not in use
};

constexpr Version kVersion1{
    "cgroup", {"memory.limit_in_bytes", nullptr}, "memory.usage_in_bytes", "total_inactive_file"};
constexpr Version kVersion2{
    "cgroup2", {"memory.max", "memory.high"}, "memory.current", "inactive_file"};

/// The group of the process, as /proc/self/cgroup has it ("ID:CONTROLLERS:PATH").
std::optional<std::string> group_path(const std::string& root, const Version& version) {
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool right = &version == &kVersion2 ? line.starts_with("0::") : names_memory(controllers);
    if (right && line[second + 1] == '/') return line.substr(second + 1);
  }
  return std::nullopt;
}

/// Spaces and the like are \ooo in mountinfo.
std::string unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    if (text[i] == '\\' && i + 3 < text.size() &&
        std::from_chars(&text[i + 1], &text[i + 4], byte, 8).ptr == &text[i + 4]) {
      plain += static_cast<char>(byte);
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

struct Mount {
  std::string group;  // the one whose files are in `folder`
  std::string folder;
};

/// Where the groups are to be seen ("ID PARENT DEVICE GROUP FOLDER OPTIONS... - TYPE NAME
/// OPTIONS").
std::optional<Mount> find_mount(const std::string& root, const Version& version) {
  std::ifstream file(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> words = words_of(std::istringstream(line));
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (words.end() - dash < 4 || dash - words.begin() < 6 || dash[1] != version.mount_type) {
      continue;
    }
    if (&version == &kVersion1 && !names_memory(dash[3])) continue;
    return Mount{unescaped(words[3]), unescaped(words[4])};
  }
  return std::nullopt;
}

/// The path of a group below the one that is mounted; none where it is not below it, as in a
/// container that sees the whole machine's paths but only its own files.
std::string below(const std::string& group, const std::string& mounted) {
  if (group.find("/..") != std::string::npos) return "";
  if (mounted == "/") return group == "/" ? "" : group;
  const bool inside = group.starts_with(mounted) &&
                      (group.size() == mounted.size() || group[mounted.size()] == '/');
  return inside ? group.substr(mounted.size()) : "";
}

std::size_t group_memory(const std::string& folder, const Version& version) {
  std::size_t limit = kUnlimited;
  for (const char* const name : version.limits) {
    if (name == nullptr) continue;
    limit = std::min(limit, read_number(folder + '/' + name));
  }
  const std::size_t used = read_number(folder + '/' + version.used);
  const std::size_t cache = read_field(folder + "/memory.stat", version.cache);
  return left_of(limit, used == kUnlimited || cache > used ? used : used - cache);
}

std::size_t control_group_memory(const std::string& root, const Version& version) {
  const std::optional<std::string> group = group_path(root, version);
  const std::optional<Mount> mount = find_mount(root, version);
  if (!group || !mount) return kUnlimited;
  const std::string top = root + mount->folder;
  std::size_t least = group_memory(top, version);
  for (std::string path = below(*group, mount->group); !path.empty();
       path.resize(path.find_last_of('/'))) {
    least = std::min(least, group_memory(top + path, version));
  }
  return least;
}

}  // namespace

std::size_t machine_memory(const std::string& root) {
  const std::string file = root + "/proc/meminfo";
  const std::size_t free = bytes_of_kibibytes(read_field(file, "MemAvailable:"));
  if (read_number(root + "/proc/sys/vm/overcommit_memory") != 2) return free;
  const std::size_t limit = bytes_of_kibibytes(read_field(file, "CommitLimit:"));
  return std::min(free, left_of(limit, bytes_of_kibibytes(read_field(file, "Committed_AS:"))));
}

std::size_t control_group_memory(const std::string& root) {
  return std::min(control_group_memory(root, kVersion1), control_group_memory(root, kVersion2));
}

std::size_t address_memory(const std::string& root, const AddressLimits& limits) {
  const std::vector<std::string> pages = words_of(std::ifstream(root + "/proc/self/statm"));
  const auto mapped = [&](std::size_t field) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t number = field < pages.size() ? number_or_unlimited(pages[field]) : 0;
    return number > kUnlimited / page ? kUnlimited : number * page;
  };
  // "size resident shared text lib data dt" (proc(5))
  return std::min(left_of(limits.all, mapped(0)), left_of(limits.data, mapped(5)));
}

}  // namespace hogvec
