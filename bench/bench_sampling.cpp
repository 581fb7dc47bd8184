// What is drawn for a chunk before it is trained: random numbers, repeats, pair counts, noise.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "bench/support.hpp"
#include "engine/kernels.hpp"
#include "engine/sampling/alias_sampler.hpp"
#include "engine/sampling/subsampling.hpp"
#include "engine/train/chunk.hpp"

namespace hogvec::bench {
namespace {

constexpr std::size_t kChunk = 10'000 / simd::kRowPadding * simd::kRowPadding;  // words
constexpr std::size_t kWindow = 5;
constexpr std::size_t kCenters = 4;
constexpr std::size_t kOutputs = kCenters + 5;

void bench_random_bits(benchmark::State& state, const simd::KernelTable& kernels) {
  // The stream is no published one: the narrowest table stands for the plain loop.
  std::vector<std::uint32_t> bits(kChunk), want(kChunk);
  kernels.random_bits(7, bits.data(), kChunk);
  simd::available_kernels().back()->random_bits(7, want.data(), kChunk);
  if (bits != want) return state.SkipWithError("not the numbers of the other tables");
  std::uint64_t key = 0;
  for (auto _ : state) {
    kernels.random_bits(++key, bits.data(), kChunk);
    benchmark::ClobberMemory();
  }
  count(state, "numbers", kChunk);
}

void bench_repeat_distances(benchmark::State& state, const simd::KernelTable& kernels) {
  constexpr std::size_t kSpan = kCenters + 2 * kWindow;  // of a block of centers
  const std::vector<WordId> ids = zipf_ids(zipf_vocabulary(30'000), kSpan + kChunk);
  std::vector<std::uint32_t> distances(kChunk), want(kChunk);
  for (std::size_t i = 0; i < kChunk; ++i) {
    for (std::size_t d = kSpan; d > 0; --d) {
      if (ids[kSpan + i - d] == ids[kSpan + i]) want[i] = static_cast<std::uint32_t>(d);
    }
  }
  kernels.repeat_distances(ids.data() + kSpan, kChunk, kSpan, distances.data());
  if (distances != want) return state.SkipWithError("wrong result");
  for (auto _ : state) {
    kernels.repeat_distances(ids.data() + kSpan, kChunk, kSpan, distances.data());
    benchmark::ClobberMemory();
  }
  count(state, "words", kChunk);
}

/// A block in mid sentence: kCenters windows, the last place a repeat of the first. Output row c is
/// center c's, and all but it want the rows as noise.
struct Windows {
  static constexpr std::size_t kPlaces = kCenters + 2 * kWindow;
  static constexpr std::size_t kInputs = kPlaces - 1;
  static constexpr std::size_t kPairs = kInputs * kOutputs;
  static constexpr std::size_t kStride = simd::padded(kOutputs);

  Windows()
      : input_of(kPlaces),
        reach{5, 3, 1, 4},
        center_positives(kCenters * kStride),
        center_trials(kCenters * kStride),
        positives(kPairs + 2 * simd::kRowPadding),
        trials(positives.size()),
        holds(kCenters * simd::padded(kPlaces)) {
    constexpr float kDraws[kOutputs] = {0, 0, 0, 1, 1, 2, 1, 1, 1};
    for (std::size_t i = 0; i < kInputs; ++i) input_of[i] = static_cast<std::uint32_t>(i);
    for (std::size_t c = 0; c < kCenters; ++c) {
      std::copy_n(kDraws, kOutputs, &center_trials[c * kStride]);
      center_positives[c * kStride + c] = center_trials[c * kStride + c] = 1;
    }
  }

  void count_pairs(const simd::KernelTable& kernels) {
    kernels.window_pairs({.input_of = input_of.data(),
                          .reach = reach.data(),
                          .center_positives = center_positives.data(),
                          .center_trials = center_trials.data(),
                          .positives = positives.data(),
                          .trials = trials.data(),
                          .holds = holds.data(),
                          .place_count = kPlaces,
                          .input_count = kInputs,
                          .first_center = kWindow,
                          .center_count = kCenters,
                          .output_count = kOutputs,
                          .center_stride = kStride});
  }

  bool counts_right(const simd::KernelTable& kernels) {
    std::vector<double> a(kPairs), n(kPairs);
    for (std::size_t c = 0; c < kCenters; ++c) {
      const std::size_t center = kWindow + c;
      for (std::size_t place = center - reach[c]; place <= center + reach[c]; ++place) {
        if (place == center) continue;
        for (std::size_t m = 0; m < kOutputs; ++m) {
          a[input_of[place] * kOutputs + m] += center_positives[c * kStride + m];
          n[input_of[place] * kOutputs + m] += center_trials[c * kStride + m];
        }
      }
    }
    count_pairs(kernels);
    return all_close(std::span(positives).first(kPairs), a, 0, 0) &&
           all_close(std::span(trials).first(kPairs), n, 0, 0);
  }

  std::vector<std::uint32_t> input_of, reach;
  Aligned<float> center_positives, center_trials;
  std::vector<float> positives, trials;
  Aligned<float> holds;
};

void bench_window_pairs(benchmark::State& state, const simd::KernelTable& kernels) {
  Windows windows;
  if (!windows.counts_right(kernels)) return state.SkipWithError("wrong result");
  for (auto _ : state) {
    windows.count_pairs(kernels);
    benchmark::ClobberMemory();
  }
  count(state, "blocks", 1);
}

/// A sampler of noise words, and whether it draws them as often as it should.
struct Noise {
  static constexpr double kPower = 0.75;

  explicit Noise(std::size_t vocabulary_size)
      : vocabulary(zipf_vocabulary(vocabulary_size)),
        sampler(vocabulary, kPower),
        right(draws_right()) {}

  double weight(WordId id) const {
    return std::pow(static_cast<double>(vocabulary.count(id)), kPower);
  }

  bool draws_right() const {
    constexpr std::size_t kDraws = std::size_t{1} << 20;
    std::vector<std::uint32_t> bits(2 * kDraws);
    active_kernels().random_bits(5, bits.data(), bits.size());
    std::vector<WordId> words(kDraws);
    sampler.draw(bits, words);
    double sum = 0;
    for (WordId id = 1; id < vocabulary.size(); ++id) sum += weight(id);
    for (WordId id = 1; id < 50; ++id) {
      const auto want = weight(id) / sum * static_cast<double>(kDraws);
      const auto got = static_cast<double>(std::count(words.begin(), words.end(), id));
      // Six standard deviations: once in 5e8.
      if (std::fabs(got - want) > 6 * std::sqrt(want)) return false;
    }
    return true;
  }

  Vocabulary vocabulary;
  AliasSampler sampler;
  bool right;
};

/// Of all threads of the run, which draw from the one sampler.
void bench_draw(benchmark::State& state, std::size_t vocabulary_size) {
  // A million names take longer to make than to measure.
  const Noise& noise = kept<Noise>(vocabulary_size);
  if (!noise.right) return state.SkipWithError("wrong shares");
  constexpr std::size_t kDraws = 5 * kChunk;  // of one chunk
  std::vector<std::uint32_t> bits(2 * kDraws);
  active_kernels().random_bits(6 + static_cast<std::uint64_t>(state.thread_index()), bits.data(),
                               bits.size());
  std::vector<WordId> words(kDraws);
  for (auto _ : state) {
    noise.sampler.draw(bits, words);
    benchmark::ClobberMemory();
  }
  count_of_thread(state, "draws", kDraws);
}

/// What a worker draws of a chunk before it trains: kept words, their windows and repeats.
void bench_chunk_sample(benchmark::State& state) {
  constexpr double kThreshold = 1e-3;
  const Vocabulary vocabulary = zipf_vocabulary(30'000);
  const std::vector<WordId> text = zipf_ids(vocabulary, kChunk);
  const std::vector<std::uint32_t> keep = keep_thresholds(vocabulary, kThreshold);
  double mean = 0, variance = 0;
  for (const WordId id : text) {
    const double p = keep_probability(vocabulary, id, kThreshold);
    mean += p;
    variance += p * (1 - p);
  }
  ChunkSample sample(kChunk, 2 * kWindow);
  sample.draw(text, keep, kWindow, 1, 2);
  const auto kept = static_cast<double>(sample.size());
  const double reach = std::accumulate(sample.reaches(), sample.reaches() + sample.size(), 0.0);
  // Six standard deviations: once in 5e8. A reach is 1 .. 5, evenly: 3 with a variance of 2.
  if (std::fabs(kept - mean) > 6 * std::sqrt(variance) ||
      std::fabs(reach - 3 * kept) > 6 * std::sqrt(2 * kept)) {
    return state.SkipWithError("wrong shares");
  }
  std::uint64_t key = 2;
  for (auto _ : state) {
    key += 2;
    sample.draw(text, keep, kWindow, key, key + 1);
    benchmark::ClobberMemory();
  }
  count(state, "words", kChunk);
}

}  // namespace

void register_sampling() {
  for_every_table("random_bits", bench_random_bits);
  for_every_table("repeat_distances", bench_repeat_distances);
  for_every_table("window_pairs", bench_window_pairs);
  benchmark::RegisterBenchmark("chunk_sample", bench_chunk_sample);
  for (const std::size_t size : {30'000, 1'000'000}) {
    benchmark::RegisterBenchmark(("alias_sampler/V:" + std::to_string(size)).c_str(),
                                 [size](auto& state) { bench_draw(state, size); });
  }
  // In the cache that some cores share, and beyond most of them.
  for (const std::size_t size : {200'000, 2'000'000}) {
    for_threads_at_once("draw_shared/V:" + std::to_string(size),
                        [size](auto& state) { bench_draw(state, size); });
  }
}

}  // namespace hogvec::bench
