#include "engine/system.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "engine/memory_limits.hpp"

namespace hogvec {
namespace {

/// RLIM_INFINITY is more than kUnlimited.
std::size_t bytes_of(const rlimit& limit) { return std::min<rlim_t>(limit.rlim_cur, kUnlimited); }

}  // namespace

std::size_t available_memory() {
  return std::min({machine_memory(""), control_group_memory(""), available_addresses()});
}

std::size_t available_addresses() {
  rlimit all{.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
  rlimit data = all;
  getrlimit(RLIMIT_AS, &all);
  getrlimit(RLIMIT_DATA, &data);
  return address_memory("", {.all = bytes_of(all), .data = bytes_of(data)});
}

std::size_t stack_addresses(int threads, int more) {
  std::size_t bytes = 0;
  pthread_attr_t attributes;
  if (pthread_getattr_default_np(&attributes) == 0) {
    pthread_attr_getstacksize(&attributes, &bytes);
    pthread_attr_destroy(&attributes);
  }
  std::error_code failure;
  const std::filesystem::directory_iterator running("/proc/self/task", failure);
  const std::ptrdiff_t missing = threads - std::distance(begin(running), end(running));
  return bytes * static_cast<std::size_t>(std::max<std::ptrdiff_t>(missing, 0) + more);
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
