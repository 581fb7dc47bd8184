// hogvec_bench: what the parts of hogvec cost on this machine (README.md).
#include <benchmark/benchmark.h>

#include <cstdio>
#include <exception>
#include <string>
#include <thread>

#include "bench/support.hpp"

namespace {

void add_context() {
  std::string available;
  for (const hogvec::simd::KernelTable* kernels : hogvec::simd::available_kernels()) {
    available += available.empty() ? "" : " ";
    available += kernels->name;
  }
  benchmark::AddCustomContext("active kernels", std::string(hogvec::simd::active_kernels().name));
  benchmark::AddCustomContext("available kernels", available);
  benchmark::AddCustomContext("cores", std::to_string(std::thread::hardware_concurrency()));
}

void register_all() {
  using namespace hogvec::bench;  // NOLINT(google-build-using-namespace): one function
  register_peak();
  register_vector();
  register_analogies();
  register_context();
  register_logistic_block();
  register_softmax_sweep();
  register_sampling();
  register_corpus();
  register_vectors_file();
  register_trainer();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    add_context();
    register_all();
    const std::size_t run = benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return run > 0 ? 0 : 1;  // a filter that matches nothing
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hogvec_bench: %s\n", error.what());
    return 1;
  }
}
