// What the machine can do at most: arithmetic in registers, reading in order from each level of
// memory, a cache line from core to core. The measure that the other benchmarks are held against.
#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/cpus.hpp"
#include "bench/peak.hpp"
#include "bench/support.hpp"
#include "engine/system.hpp"
#include "engine/topology.hpp"
#include "io/memory_map.hpp"

namespace hogvec::bench {
namespace {

constexpr std::size_t kChains = 12;  // 2 ports x 4 cycles want 8 in flight; 16 registers hold 12
constexpr std::size_t kSteps = 1000;
constexpr std::size_t kLeastWords = std::size_t{1} << 18;  // 2 MiB a call: less shows its ends

// The loops of one instruction set. A macro, because a vector type wider than the baseline's is
// taken apart in a template before it is inlined where there are registers for it.
//   fma_NAME   kSteps multiply-adds in each of kChains registers
//   read_NAME  loads n words, a multiple of 64, of a ring of mask + 1, a power of two: a loop
//              within a loop would mispredict its end; all XORed, a cycle each where adding takes 4
// Without TARGET's fused multiply-add the same line is a multiplication and an addition.
#define HOGVEC_PEAK_LOOPS(NAME, BYTES, TARGET)                                                   \
  TARGET float fma_##NAME(float a, float b) {                                                    \
    typedef float Vector __attribute__((vector_size(BYTES))); /* NOLINT */                       \
    const Vector x = Vector{} + a, y = Vector{} + b;                                             \
    Vector s0 = x, s1 = x + 1, s2 = x + 2, s3 = x + 3, s4 = x + 4, s5 = x + 5;                   \
    Vector s6 = x + 6, s7 = x + 7, s8 = x + 8, s9 = x + 9, s10 = x + 10, s11 = x + 11;           \
    for (std::size_t i = 0; i < kSteps; ++i) {                                                   \
      s0 = s0 * x + y, s1 = s1 * x + y, s2 = s2 * x + y, s3 = s3 * x + y;                        \
      s4 = s4 * x + y, s5 = s5 * x + y, s6 = s6 * x + y, s7 = s7 * x + y;                        \
      s8 = s8 * x + y, s9 = s9 * x + y, s10 = s10 * x + y, s11 = s11 * x + y;                    \
    }                                                                                            \
    const Vector sum = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11;              \
    return sum[0] + sum[1] + sum[2] + sum[3];                                                    \
  }                                                                                              \
  TARGET std::uint64_t read_##NAME(const std::uint64_t* data, std::size_t n, std::size_t mask) { \
    typedef std::uint64_t Vector __attribute__((vector_size(BYTES), may_alias)); /* NOLINT */    \
    Vector s0{}, s1{}, s2{}, s3{}, s4{}, s5{}, s6{}, s7{};                                       \
    for (std::size_t i = 0; i < n; i += (BYTES)) { /* 8 vectors are BYTES words */               \
      const auto* p = reinterpret_cast<const Vector*>(data + (i & mask));                        \
      s0 ^= p[0], s1 ^= p[1], s2 ^= p[2], s3 ^= p[3];                                            \
      s4 ^= p[4], s5 ^= p[5], s6 ^= p[6], s7 ^= p[7];                                            \
    }                                                                                            \
    const Vector all = s0 ^ s1 ^ s2 ^ s3 ^ s4 ^ s5 ^ s6 ^ s7;                                    \
    std::uint64_t result = 0;                                                                    \
    for (std::size_t lane = 0; lane < sizeof(Vector) / sizeof(result); ++lane)                   \
      result ^= all[lane];                                                                       \
    return result;                                                                               \
  }

#ifdef __x86_64__
HOGVEC_PEAK_LOOPS(avx512bw, 64, __attribute__((target("avx512f,avx512bw"))))
HOGVEC_PEAK_LOOPS(avx2, 32, __attribute__((target("avx2,fma"))))
HOGVEC_PEAK_LOOPS(sse2, 16, )
#else
HOGVEC_PEAK_LOOPS(baseline, 16, )
#endif

struct Loops {
  std::string_view kernels;  // KernelTable::name
  float (*fma)(float a, float b);
  std::uint64_t (*read)(const std::uint64_t* data, std::size_t n, std::size_t mask);
};

constexpr Loops kLoops[] = {
#ifdef __x86_64__
    {"avx512bw", fma_avx512bw, read_avx512bw},
    {"fma3+avx2", fma_avx2, read_avx2},
    {"sse2", fma_sse2, read_sse2},
#else
    {"neon64", fma_baseline, read_baseline},
#endif
};

const Loops* loops_of(std::string_view kernels) {
  const auto found = std::find_if(std::begin(kLoops), std::end(kLoops),
                                  [&](const Loops& loops) { return loops.kernels == kernels; });
  return found == std::end(kLoops) ? nullptr : &*found;
}

/// Those of the fastest table that has some.
const Loops* widest_loops() {
  for (const simd::KernelTable* kernels : simd::available_kernels()) {
    if (const Loops* loops = loops_of(kernels->name)) return loops;
  }
  return nullptr;
}

std::size_t fma_flop(const simd::KernelTable& kernels) {
  return 2 * kSteps * kChains * kernels.lanes;
}

/// Random words, written: untouched pages would all be one zero page. XOR of all of them.
std::uint64_t fill(std::uint64_t* data, std::size_t words) {
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < words; ++i) {
    data[i] = i * i;
    all ^= data[i];
  }
  return all;
}

/// The least of many: what interrupts the loop only ever adds time.
template <class Run>
double least_seconds(const Run& run) {
  using Clock = std::chrono::steady_clock;
  double least = std::numeric_limits<double>::infinity();
  const auto end = Clock::now() + std::chrono::milliseconds(100);
  for (auto start = Clock::now(); start < end;) {
    run();
    const auto now = Clock::now();
    least = std::min(least, std::chrono::duration<double>(now - start).count());
    start = now;
  }
  return least;
}

void bench_fma(benchmark::State& state, const simd::KernelTable& kernels, const Loops& loops) {
  // x -> a x + b from 12 starts a + k runs into b / (1 - a) = 2: four lanes of 12 chains.
  if (!all_close(std::vector{loops.fma(0.5F, 1.0F)}, std::vector{4.0 * kChains * 2.0}, 1e-3, 0)) {
    return state.SkipWithError("wrong result");
  }
  float a = 0.5F;
  for (auto _ : state) {
    benchmark::DoNotOptimize(a);
    benchmark::DoNotOptimize(loops.fma(a, 1.0F));
  }
  count_of_thread(state, "FLOP", fma_flop(kernels));
}

void bench_read(benchmark::State& state, const Loops& loops, std::size_t bytes) {
  const io::MemoryMap memory = io::MemoryMap::anonymous(bytes, true);
  auto* const data = reinterpret_cast<std::uint64_t*>(memory.data());
  const std::size_t words = bytes / sizeof(std::uint64_t);
  const std::uint64_t want = fill(data, words);
  if (loops.read(data, words, words - 1) != want) return state.SkipWithError("wrong result");
  const std::size_t total = std::max(words, kLeastWords);
  for (auto _ : state) benchmark::DoNotOptimize(loops.read(data, total, words - 1));
  count_of_thread(state, "bytes", total * sizeof(std::uint64_t));
}

/// 1, 2, 4, ... and all of so many cores.
std::set<std::size_t> counts_of(std::size_t cores) {
  std::set<std::size_t> counts{cores};
  for (std::size_t count = 1; count < cores; count *= 2) counts.insert(count);
  return counts;
}

/// Memory by as many threads as there are cores at once, each of them its own array, which it has
/// written first: where it runs, on a machine whose cores have memory of their own.
void register_shared_read(const Loops& loops, std::size_t cores) {
  std::size_t last_levels = 0;  // of all cores together
  for (const benchmark::CPUInfo::CacheInfo& cache : benchmark::CPUInfo::Get().caches) {
    if (cache.type == "Instruction") continue;
    const auto sharing = static_cast<std::size_t>(std::max(cache.num_sharing, 1));
    last_levels = static_cast<std::size_t>(cache.size) * ((cores + sharing - 1) / sharing);
  }
  const std::size_t all = std::max(std::bit_ceil(2 * last_levels), std::size_t{256} << 20);
  if (2 * all > available_memory() / 2) return;  // of arrays that are rounded up
  for (const std::size_t threads : counts_of(cores)) {
    const std::size_t bytes = std::bit_ceil(all / threads);
    benchmark::RegisterBenchmark("peak/read/memory",
                                 [&loops, bytes](auto& state) { bench_read(state, loops, bytes); })
        ->UseRealTime()
        ->Threads(static_cast<int>(threads));
  }
}

/// Powers of two that lie well within each level, and one beyond the last.
void register_read(const Loops& loops) {
  const auto add = [&loops](const std::string& level, std::size_t bytes) {
    benchmark::RegisterBenchmark(("peak/read/" + level).c_str(),
                                 [&loops, bytes](auto& state) { bench_read(state, loops, bytes); });
  };
  std::size_t inner = 0;  // size of the level before
  for (const benchmark::CPUInfo::CacheInfo& cache : benchmark::CPUInfo::Get().caches) {
    if (cache.type == "Instruction") continue;
    const auto size = static_cast<std::size_t>(cache.size);
    const std::size_t most = std::bit_floor(size / 4 * 3);
    // Other cores, or other machines on the same processor, share the last level.
    const std::size_t bytes = inner == 0 ? most : std::min(most, std::bit_ceil(4 * inner));
    add("L" + std::to_string(cache.level), bytes);
    inner = size;
  }
  const std::size_t bytes = std::max(std::bit_ceil(inner + 1), std::size_t{256} << 20);
  if (bytes <= available_memory() / 2) add("DRAM", bytes);
}

/// A line that another thread answers on: there and back. The counter is the median of batches:
/// where another program takes a core for a while, the mean says nothing.
void bench_round_trip(benchmark::State& state, int core, int other) {
  using Clock = std::chrono::steady_clock;
  constexpr std::uint32_t kBatch = 100;
  constexpr std::uint32_t kStop = ~std::uint32_t{0};
  const std::vector<int> all = usable_cpus();
  alignas(2 * simd::kRowAlignment) std::atomic<std::uint32_t> turn{0};  // even: ours
  std::thread partner([&turn, other] {
    run_on({&other, 1});
    for (;;) {
      const std::uint32_t now = turn.load(std::memory_order_acquire);
      if (now == kStop) return;
      if (now % 2 == 1) turn.store(now + 1, std::memory_order_release);
    }
  });
  run_on({&core, 1});
  std::vector<double> nanoseconds;
  for (auto _ : state) {
    turn.store(0, std::memory_order_relaxed);
    const auto start = Clock::now();
    for (std::uint32_t i = 0; i < kBatch; ++i) {
      turn.store(2 * i + 1, std::memory_order_release);
      while (turn.load(std::memory_order_acquire) != 2 * i + 2) {
      }
    }
    const std::chrono::duration<double, std::nano> time = Clock::now() - start;
    nanoseconds.push_back(time.count() / kBatch);
  }
  turn.store(kStop, std::memory_order_release);
  partner.join();
  run_on(all);
  const auto middle = nanoseconds.begin() + static_cast<std::ptrdiff_t>(nanoseconds.size() / 2);
  std::nth_element(nanoseconds.begin(), middle, nanoseconds.end());
  state.counters["ns_per_trip"] = *middle;
}

}  // namespace

double fma_peak(const simd::KernelTable& kernels) {
  static std::map<std::string_view, double> peaks;
  const auto [peak, is_new] = peaks.try_emplace(kernels.name, 0.0);
  const Loops* const loops = loops_of(kernels.name);
  if (is_new && loops != nullptr) {
    constexpr int kCalls = 100;  // about a millisecond: the clock costs nothing
    float a = 0.5F;
    const double seconds = least_seconds([&] {
      for (int i = 0; i < kCalls; ++i) {
        benchmark::DoNotOptimize(a);
        benchmark::DoNotOptimize(loops->fma(a, 1.0F));
      }
    });
    peak->second = kCalls * static_cast<double>(fma_flop(kernels)) / seconds;
  }
  return peak->second;
}

double read_peak(std::size_t bytes) {
  constexpr std::size_t kLeastBytes = std::size_t{16} << 10;
  static std::map<std::size_t, double> peaks;
  const std::size_t ring = std::max(std::bit_floor(bytes), kLeastBytes);
  const auto [peak, is_new] = peaks.try_emplace(ring, 0.0);
  const Loops* const loops = widest_loops();
  if (is_new && loops != nullptr) {
    const io::MemoryMap memory = io::MemoryMap::anonymous(ring, true);
    auto* const data = reinterpret_cast<std::uint64_t*>(memory.data());
    const std::size_t words = ring / sizeof(std::uint64_t);
    fill(data, words);
    const std::size_t total = std::max(words, kLeastWords);
    const double seconds =
        least_seconds([&] { benchmark::DoNotOptimize(loops->read(data, total, words - 1)); });
    peak->second = static_cast<double>(total * sizeof(std::uint64_t)) / seconds;
  }
  return peak->second;
}

void register_peak() {
  const std::vector<int> cores = usable_cpus();
  for (const simd::KernelTable* kernels : simd::available_kernels()) {
    const Loops* const loops = loops_of(kernels->name);
    if (loops == nullptr) continue;
    const auto run = [kernels, loops](auto& state) { bench_fma(state, *kernels, *loops); };
    const std::string name = "peak/fma/" + std::string(kernels->name);
    benchmark::RegisterBenchmark(name.c_str(), run);
    if (cores.size() < 2) continue;
    // How far a loop without memory scales, which is what the others can be held to.
    benchmark::RegisterBenchmark(name.c_str(), run)
        ->UseRealTime()
        ->Threads(static_cast<int>(cores.size()));
  }
  if (const Loops* widest = widest_loops()) {
    register_read(*widest);
    register_shared_read(*widest, cores.size());
  }
  // From the first core as far as 2, 4, ... threads reach, which are on cores of their own while
  // there are some.
  for (const std::size_t reach : counts_of(cores.size())) {
    if (reach < 2) continue;
    const int other = cores[reach - 1];
    benchmark::RegisterBenchmark(
        ("peak/round_trip/" + std::to_string(cores[0]) + "-" + std::to_string(other)).c_str(),
        [core = cores[0], other](auto& state) { bench_round_trip(state, core, other); })
        ->Iterations(5000)  // chosen by time, they would be a handful where a core is taken
        ->UseRealTime();
  }
}

}  // namespace hogvec::bench
