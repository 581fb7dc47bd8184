#include "bench/support.hpp"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

#include "bench/peak.hpp"
#include "engine/kernels.hpp"
#include "engine/sampling/alias_sampler.hpp"
#include "engine/sampling/subsampling.hpp"

namespace hogvec::bench {
namespace {

/// Syllables, so that lengths rise with the rank as they do in a language: 2 letters for the first
/// hundred words, 4 for the next ten thousand, then 6.
std::string name_of(std::size_t rank) {
  std::string name;
  std::size_t rest = rank;
  do {
    name += "bcdfghjklmnpqrstvwxz"[rest % 20];
    name += "aeiou"[rest / 20 % 5];
    rest /= 100;
  } while (rest-- > 0);
  return name;
}

std::string sentences(std::size_t vocabulary_size, std::size_t words) {
  const Vocabulary vocabulary = zipf_vocabulary(vocabulary_size);
  std::mt19937 random(3);
  std::string text;
  std::size_t left = 0;
  for (const WordId id : zipf_ids(vocabulary, words)) {
    if (left == 0) left = 5 + random() % 31;
    text += vocabulary.word(id);
    text += --left == 0 ? '\n' : ' ';
  }
  text.back() = '\n';
  return text;
}

/// A rate as a share of a limit of so many units a second.
void count_share(benchmark::State& state, const char* name, std::size_t per_iteration,
                 double limit) {
  if (limit == 0) return;
  state.counters[name] = benchmark::Counter(static_cast<double>(per_iteration) / limit,
                                            benchmark::Counter::kIsIterationInvariantRate);
}

}  // namespace

std::vector<int> thread_counts(int per_core) {
  const int cores = std::max(static_cast<int>(std::thread::hardware_concurrency()), 1);
  std::set<int> counts{1, 2, cores, per_core * cores};
  for (int threads = 2; threads <= per_core * cores; threads *= 2) counts.insert(threads);
  return {counts.begin(), counts.end()};
}

void count_flop(benchmark::State& state, const simd::KernelTable& kernels,
                std::size_t per_iteration, int threads) {
  count(state, "FLOP", per_iteration);
  count_share(state, "of_peak", per_iteration, threads * fma_peak(kernels));
}

void count_bytes(benchmark::State& state, std::size_t per_iteration, std::size_t array_bytes,
                 int threads) {
  count(state, "bytes", per_iteration);
  count_share(state, "of_read", per_iteration, threads * read_peak(array_bytes));
}

Aligned<float> random_values(std::size_t n, float size, std::uint64_t seed) {
  std::vector<std::uint32_t> bits(simd::padded(n));
  active_kernels().random_bits(seed, bits.data(), bits.size());
  Aligned<float> values(n);
  std::transform(bits.begin(), bits.begin() + static_cast<std::ptrdiff_t>(n), values.begin(),
                 [size](std::uint32_t x) {
                   return static_cast<float>(static_cast<std::int32_t>(x)) * 0x1p-31F * size;
                 });
  return values;
}

Matrix random_matrix(std::size_t rows, std::size_t dim, float size, std::uint64_t seed) {
  Matrix matrix(rows, dim);
  const Aligned<float> values = random_values(rows * dim, size, seed);
  for (std::size_t k = 0; k < rows; ++k) {
    std::copy_n(values.data() + k * dim, dim, matrix.row(k));
  }
  return matrix;
}

std::vector<double> packed(MatrixView matrix, std::size_t rows) {
  std::vector<double> values;
  values.reserve(rows * matrix.dim());
  for (std::size_t k = 0; k < rows; ++k) {
    values.insert(values.end(), matrix.row(k), matrix.row(k) + matrix.dim());
  }
  return values;
}

Vocabulary zipf_vocabulary(std::size_t size) {
  std::vector<io::WordCount> words;
  words.reserve(size);
  words.push_back({std::string(kSentenceEndWord), 0});
  for (std::size_t rank = 1; rank < size; ++rank) {
    words.push_back({name_of(rank - 1), 1'000'000'000 / rank});
  }
  return {std::move(words), 1};
}

std::vector<WordId> zipf_ids(const Vocabulary& vocabulary, std::size_t n) {
  std::vector<std::uint32_t> bits(simd::padded(2 * n));
  active_kernels().random_bits(2, bits.data(), bits.size());
  std::vector<WordId> ids(n);
  AliasSampler(vocabulary, 1.0).draw({bits.data(), 2 * n}, ids);
  return ids;
}

std::vector<WordId> sampled_ids(const Vocabulary& vocabulary, std::size_t n) {
  const std::vector<std::uint32_t> keep = keep_thresholds(vocabulary, 1e-3);
  std::mt19937 random(4);
  std::vector<WordId> kept;
  const std::vector<WordId> ids = zipf_ids(vocabulary, 4 * n);
  while (kept.size() < n) {
    for (const WordId id : ids) {
      if (random() <= keep[id]) kept.push_back(id);
    }
  }
  kept.resize(n);
  return kept;
}

Corpus corpus_of(Vocabulary vocabulary, std::span<const WordId> ids) {
  return {std::move(vocabulary), EncodedCorpus(ids)};
}

TemporaryFile::TemporaryFile()
    : folder_((std::filesystem::temp_directory_path() / "hogvec_bench.XXXXXX").string()) {
  if (mkdtemp(folder_.data()) == nullptr) {
    throw std::runtime_error(folder_ + ": no folder for temporary files can be made there");
  }
}

TemporaryFile::TemporaryFile(std::string_view content) : TemporaryFile() {
  if (!(std::ofstream(path(), std::ios::binary) << content)) {
    throw std::runtime_error(path() + ": cannot be written: is the disk full?");
  }
}

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Text::Text(std::size_t vocabulary_size, std::size_t words)
    : bytes(sentences(vocabulary_size, words)), file(bytes) {}

const Text& large_text() {
  static const Text text(60'000, 4'400'000);
  return text;
}

}  // namespace hogvec::bench
