#include "engine/system.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace hogvec {
namespace {

constexpr std::size_t kUnlimited = std::numeric_limits<std::ptrdiff_t>::max();

/// The number that follows `key` in a file of "key number" lines, kUnlimited where there is none.
std::size_t read_field(const char* path, const std::string& key) {
  std::ifstream file(path);
  std::string word;
  while (file >> word) {
    std::size_t number = 0;
    if (word == key && file >> number) return number;
  }
  return kUnlimited;
}

/// The first number of a file, kUnlimited where it holds none ("max").
std::size_t read_number(const char* path) {
  std::ifstream file(path);
  std::size_t number = 0;
  return file >> number ? number : kUnlimited;
}

std::size_t control_group_memory() {
  const std::size_t limit = read_number("/sys/fs/cgroup/memory.max");
  if (limit == kUnlimited) return kUnlimited;
  // Page cache counts as used, but gives way.
  const std::size_t used = read_number("/sys/fs/cgroup/memory.current");
  const std::size_t cache = read_field("/sys/fs/cgroup/memory.stat", "inactive_file");
  const std::size_t held = used == kUnlimited ? 0 : used - (cache < used ? cache : 0);
  return limit - std::min(limit, held);
}

}  // namespace

std::size_t available_memory() {
  const std::size_t kibibytes = read_field("/proc/meminfo", "MemAvailable:");
  const std::size_t machine = kibibytes > kUnlimited / 1024 ? kUnlimited : kibibytes * 1024;
  rlimit limit{};
  const bool limited = getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  const std::size_t process = limited ? limit.rlim_cur : kUnlimited;
  return std::min({machine, control_group_memory(), process});
}

std::size_t resident_memory() {
  std::ifstream file("/proc/self/statm");
  std::size_t mapped = 0;
  std::size_t resident = 0;
  if (!(file >> mapped >> resident)) return 0;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

}  // namespace hogvec
