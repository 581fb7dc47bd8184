// From text to ids: the scan for the bytes that end words, and the whole of read_corpus.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/support.hpp"
#include "engine/corpus/corpus.hpp"

namespace hogvec::bench {
namespace {

void bench_special_bytes(benchmark::State& state, const simd::KernelTable& kernels,
                         std::size_t size) {
  constexpr std::string_view kSpecial{" \t\n\r\0", 5};
  const std::string_view text = std::string_view(large_text().bytes).substr(0, size);
  std::vector<std::uint64_t> bits(size / 64), want(size / 64);
  for (std::size_t i = 0; i < size; ++i) {
    const bool special = kSpecial.find(text[i]) != std::string_view::npos;
    want[i / 64] |= std::uint64_t{special} << (i % 64);
  }
  kernels.special_bytes(text.data(), size, bits.data());
  if (bits != want) return state.SkipWithError("wrong result");
  for (auto _ : state) {
    kernels.special_bytes(text.data(), size, bits.data());
    benchmark::ClobberMemory();
  }
  count(state, "bytes", size);
}

/// Whether the ids spell the text: words between single spaces, sentences between newlines.
bool spells(const Corpus& corpus, std::string_view text) {
  std::size_t begin = 0;
  for (const WordId id : corpus.text.ids()) {
    if (begin >= text.size()) return false;
    if (text[begin] == '\n') {
      if (id != kSentenceEnd) return false;
      ++begin;
      continue;
    }
    const std::size_t end = text.find_first_of(" \n", begin);
    if (corpus.vocabulary.word(id) != text.substr(begin, end - begin)) return false;
    begin = text[end] == ' ' ? end + 1 : end;
  }
  return begin == text.size();
}

void bench_read_corpus(benchmark::State& state, int threads) {
  const Text& text = large_text();
  const ReadOptions options{.threads = threads, .min_count = 1};
  std::size_t words = 0;
  {
    const Corpus corpus = read_corpus(text.file.path(), options);
    if (!spells(corpus, text.bytes)) return state.SkipWithError("wrong result");
    words = corpus.text.size();
  }
  for (auto _ : state) benchmark::DoNotOptimize(read_corpus(text.file.path(), options));
  count(state, "bytes", text.bytes.size());
  count(state, "words", words);
}

}  // namespace

void register_corpus() {
  // In the second-level cache, and from memory.
  for (const std::size_t kibibytes : {64, 16 * 1024}) {
    for_every_table("special_bytes/KiB:" + std::to_string(kibibytes),
                    [kibibytes](auto& state, const auto& kernels) {
                      bench_special_bytes(state, kernels, kibibytes * 1024);
                    });
  }
  for (const int threads : {1, 2}) {
    benchmark::RegisterBenchmark(("read_corpus/threads:" + std::to_string(threads)).c_str(),
                                 [threads](auto& state) { bench_read_corpus(state, threads); })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace hogvec::bench
