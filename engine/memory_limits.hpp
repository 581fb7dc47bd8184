// How much memory a process may still take, by everything that bounds it.
//
// What is read are files of the kernel below `root`, which is "" but in tests. A file that is
// missing, unreadable or holds something else bounds nothing.
#pragma once

#include <cstddef>
#include <limits>
#include <string>

namespace hogvec {

/// Bytes where nothing bounds them.
inline constexpr std::size_t kUnlimited = std::numeric_limits<std::ptrdiff_t>::max();

/// What the machine has free; no more than it may still promise where it promises no more than it
/// has (vm.overcommit_memory = 2).
std::size_t machine_memory(const std::string& root);

/// What is left of the tightest limit of the control groups that the process is in (cgroup v1 and
/// v2): its own group's, and those of all groups around it. Page cache that gives way counts as
/// free.
std::size_t control_group_memory(const std::string& root);

/// The limits of a process to its own address space, in bytes.
struct AddressLimits {
  std::size_t all = kUnlimited;   // RLIMIT_AS
  std::size_t data = kUnlimited;  // RLIMIT_DATA
};

/// What is left of them beside what is mapped already.
std::size_t address_memory(const std::string& root, const AddressLimits& limits);

}  // namespace hogvec
