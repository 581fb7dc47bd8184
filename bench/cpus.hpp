// Which processors a measurement is made on.
#pragma once

#include <vector>

namespace hogvec::bench {

/// The cpus that this thread may use, one of each core first, and then the other hardware threads
/// of the cores. None where nobody knows.
std::vector<int> usable_cpus();

}  // namespace hogvec::bench
