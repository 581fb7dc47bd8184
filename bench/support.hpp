// What the benchmarks share: registration, counters, checks, aligned arrays, random rows, files.
#pragma once

#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <mutex>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/corpus/corpus.hpp"
#include "engine/model/matrix.hpp"
#include "engine/vocab/vocabulary.hpp"
#include "simd/kernels.hpp"

namespace hogvec::bench {

// Each registers the benchmarks of its subject, bench_<subject>.cpp.
void register_analogies();
void register_context();
void register_corpus();
void register_full_softmax();
void register_huffman_tree();
void register_kmeans();
void register_logistic_block();
void register_nearest();
void register_peak();
void register_phrases();
void register_row_replicas();
void register_sampling();
void register_schedule();
void register_softmax_exact();
void register_softmax_sweep();
void register_team();
void register_trainer();
void register_vector();
void register_vectors_file();

/// Registers run(state, kernels) for each table of available_kernels(), as name/arch.
template <class Run>
void for_every_table(const std::string& name, const Run& run) {
  for (const simd::KernelTable* kernels : simd::available_kernels()) {
    benchmark::RegisterBenchmark((name + "/" + std::string(kernels->name)).c_str(),
                                 [run, kernels](benchmark::State& state) { run(state, *kernels); });
  }
}

inline constexpr std::array<std::size_t, 6> kDims = {50, 100, 128, 200, 300, 512};

/// The same at all lengths D of rows, run(state, kernels, dim), as name/D:dim/arch.
template <class Run>
void for_every_table_and_dim(const std::string& name, const Run& run,
                             std::span<const std::size_t> dims = kDims) {
  for (const std::size_t dim : dims) {
    for_every_table(name + "/D:" + std::to_string(dim),
                    [run, dim](auto& state, const auto& kernels) { run(state, kernels, dim); });
  }
}

/// 1, 2, 4, ... up to all cores, and to so many threads for each; 1 and 2 everywhere.
std::vector<int> thread_counts(int per_core = 1);

/// Registers run(state) to be called by all of 1, 2, 4, ... threads at once, up to two for each
/// core, as name/real_time/threads:N. They begin their loops together: what thread_index() 0 has
/// made before, all have in theirs.
template <class Run>
void for_threads_at_once(const std::string& name, const Run& run) {
  for (const int threads : thread_counts(2)) {
    benchmark::RegisterBenchmark(name.c_str(), run)->Threads(threads)->UseRealTime();
  }
}

/// The T of this size, made by whichever thread asks first, and kept from one run of a benchmark to
/// the next: until one of another size is asked for.
template <class T>
T& kept(std::size_t size) {
  static std::mutex mutex;
  static std::unique_ptr<T> made;
  static std::size_t made_size = 0;
  const std::lock_guard lock(mutex);
  if (made == nullptr || made_size != size) {
    made = nullptr;
    made = std::make_unique<T>(size);
    made_size = size;
  }
  return *made;
}

/// Reports `per_iteration` units of work, such as "FLOP", as a rate.
inline void count(benchmark::State& state, const char* unit, std::size_t per_iteration) {
  state.counters[unit] = benchmark::Counter(static_cast<double>(per_iteration),
                                            benchmark::Counter::kIsIterationInvariantRate);
}

/// The same after the loop of each of several threads: the rate of all of them together.
inline void count_of_thread(benchmark::State& state, const char* unit, std::size_t per_iteration) {
  const auto iterations = static_cast<double>(state.iterations());
  state.counters[unit] = benchmark::Counter(iterations * static_cast<double>(per_iteration),
                                            benchmark::Counter::kIsRate);
}

/// Reports useful floating-point operations, and as `of_peak` what share their rate is of the
/// multiply-adds that as many cores can do with the registers of `kernels`.
void count_flop(benchmark::State& state, const simd::KernelTable& kernels,
                std::size_t per_iteration, int threads = 1);
/// Reports bytes moved, and as `of_read` what share their rate is of that at which as many cores
/// read an array of `array_bytes`, in order: what is read may come from as far away.
void count_bytes(benchmark::State& state, std::size_t per_iteration, std::size_t array_bytes,
                 int threads = 1);

/// Whether every got[i] is within absolute + relative * |want[i]|; NaN is not.
template <class Got, class Want>
bool all_close(const Got& got, const Want& want, double absolute, double relative) {
  if (std::size(got) != std::size(want)) return false;
  for (std::size_t i = 0; i < std::size(got); ++i) {
    const auto expected = static_cast<double>(want[i]);
    const double error = std::fabs(static_cast<double>(got[i]) - expected);
    if (!(error <= absolute + relative * std::fabs(expected))) return false;
  }
  return true;
}

template <class T>
struct LineAllocator {
  using value_type = T;  // NOLINT(readability-identifier-naming): as the standard asks

  LineAllocator() = default;
  template <class U>
  explicit LineAllocator(const LineAllocator<U>& /*other*/) noexcept {}

  T* allocate(std::size_t n) {
    return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{simd::kRowAlignment}));
  }
  void deallocate(T* p, std::size_t /*n*/) noexcept {
    ::operator delete (p, std::align_val_t{simd::kRowAlignment});
  }
  friend bool operator==(const LineAllocator&, const LineAllocator&) noexcept { return true; }
};

/// A vector that begins on a cache line.
template <class T>
using Aligned = std::vector<T, LineAllocator<T>>;

/// Evenly in -size .. size, a function of the seed.
Aligned<float> random_values(std::size_t n, float size, std::uint64_t seed);
/// The same in rows, the padding zero.
Matrix random_matrix(std::size_t rows, std::size_t dim, float size, std::uint64_t seed);
/// A size of elements that makes dot products of `dim` of them about 1.5, the bend of the sigmoid:
/// a product is 1/3 of size^2 rms.
inline float element_size(std::size_t dim) {
  return std::sqrt(4.5F / std::sqrt(static_cast<float>(dim)));
}
/// All rows one after another, without padding.
std::vector<double> packed(MatrixView matrix, std::size_t rows);

/// Words 1 .. V-1 with counts falling as 1 / rank; index 0 as in a counted text.
Vocabulary zipf_vocabulary(std::size_t size);
/// Ids 1 .. V-1, drawn with the probabilities of that vocabulary.
std::vector<WordId> zipf_ids(const Vocabulary& vocabulary, std::size_t n);

/// A text of these ids.
Corpus corpus_of(Vocabulary vocabulary, std::span<const WordId> ids);

/// A path in a folder of its own, both of which go with the object.
class TemporaryFile {
 public:
  TemporaryFile();
  explicit TemporaryFile(std::string_view content);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  std::string path() const { return folder_ + "/file"; }

 private:
  std::string folder_;
};

/// Those that sub-sampling with t = 1e-3 has kept of a text of such ids.
std::vector<WordId> sampled_ids(const Vocabulary& vocabulary, std::size_t n);

/// Words of a Zipf vocabulary in sentences of 5 to 35, a line each.
struct Text {
  Text(std::size_t vocabulary_size, std::size_t words);

  std::string bytes;
  TemporaryFile file;  // holds `bytes`
};

/// 60,000 distinct words, about 20 MB; made when it is first asked for.
const Text& large_text();

}  // namespace hogvec::bench
