#include "tools/machine.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "engine/resources.hpp"

namespace hogvec::tools {
namespace {

/// Processors of some makers have no name in there.
std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    const std::size_t name = line.find_first_not_of(" \t", line.find(':') + 1);
    return name == std::string::npos ? "" : line.substr(name);
  }
  return "";
}

}  // namespace

Machine this_machine() {
  Machine machine;
  machine.processor = processor_name();
  if (utsname name{}; uname(&name) == 0) {
    machine.system = fmt::format("{} {} {}", name.sysname, name.release, name.machine);
  }
  machine.usable = usable_cores();
  machine.cores = std::max(machine.usable, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
  const long pages = sysconf(_SC_PHYS_PAGES);
  if (pages > 0) {
    machine.memory =
        static_cast<std::size_t>(pages) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  }
  return machine;
}

}  // namespace hogvec::tools
