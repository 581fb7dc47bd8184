// The machine that a program runs on, as a person would name it.
#pragma once

#include <cstddef>
#include <string>

namespace hogvec::tools {

struct Machine {
  std::string processor;   // "AMD EPYC 9654 96-Core Processor"; empty: the system does not say
  std::string system;      // "Linux 6.1.0 x86_64"
  int cores = 0;           // of the machine
  int usable = 0;          // of them, by this process
  std::size_t memory = 0;  // bytes; 0: the system does not say
};

Machine this_machine();

}  // namespace hogvec::tools
