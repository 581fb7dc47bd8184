// Which processors a measurement is made on.
#pragma once

#include <vector>

namespace hogvec::bench {

/// The cpus that this thread may use, one of each core first: two hardware threads of one core are
/// not two cores. None where nobody knows.
std::vector<int> usable_cpus();

/// Binds the calling thread to these, as far as the system lets it.
void run_on(const std::vector<int>& cpus);

}  // namespace hogvec::bench
