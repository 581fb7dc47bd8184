// hogvec_bench: what the parts of hogvec cost on this machine (README.md).
#include <benchmark/benchmark.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/support.hpp"
#include "engine/kernels.hpp"

namespace {

void add_context() {
  std::string available;
  for (const hogvec::simd::KernelTable* kernels : hogvec::simd::available_kernels()) {
    available += available.empty() ? "" : " ";
    available += kernels->name;
  }
  benchmark::AddCustomContext("active kernels", std::string(hogvec::active_kernels().name));
  benchmark::AddCustomContext("available kernels", available);
  benchmark::AddCustomContext("cores", std::to_string(std::thread::hardware_concurrency()));
}

/// Shares are computed as rates of a rate's limit: shown as they are, not "/s".
class Reporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& context) override { return shown_->ReportContext(context); }
  void ReportRuns(const std::vector<Run>& runs) override {
    std::vector<Run> shares = runs;
    for (Run& run : shares) {
      for (auto& [name, counter] : run.counters) {
        if (name.starts_with("of_")) counter.flags = benchmark::Counter::kDefaults;
      }
    }
    shown_->ReportRuns(shares);
  }
  void Finalize() override { shown_->Finalize(); }

 private:
  std::unique_ptr<benchmark::BenchmarkReporter> shown_{benchmark::CreateDefaultDisplayReporter()};
};

void register_all() {
  using namespace hogvec::bench;  // NOLINT(google-build-using-namespace): one function
  register_peak();
  register_vector();
  register_context();
  register_logistic_block();
  register_softmax_sweep();
  register_softmax_exact();
  register_sampling();
  register_analogies();
  register_nearest();
  register_corpus();
  register_phrases();
  register_huffman_tree();
  register_vectors_file();
  register_kmeans();
  register_trainer();
  register_schedule();
  register_row_replicas();
  register_team();
  register_full_softmax();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    add_context();
    register_all();
    Reporter reporter;
    const std::size_t run = benchmark::RunSpecifiedBenchmarks(&reporter);
    benchmark::Shutdown();
    return run > 0 ? 0 : 1;  // a filter that matches nothing
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hogvec_bench: %s\n", error.what());
    return 1;
  }
}
