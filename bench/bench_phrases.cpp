// PhraseText: a text read, one pass over it, and what is joined.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/support.hpp"
#include "engine/phrases/phrases.hpp"

namespace hogvec::bench {
namespace {

constexpr std::uint64_t kMinCount = 5;
// Random words that come together as often as chance has it score (n - 5) / n.
constexpr float kThreshold = 0.8F;

/// A pass by plain loops.
PhrasePass reference_pass(const std::string& text) {
  std::vector<std::vector<std::string>> lines;
  std::istringstream rows(text);
  for (std::string row; std::getline(rows, row);) {
    std::istringstream words(row);
    lines.emplace_back();
    for (std::string word; words >> word;) lines.back().push_back(word);
  }
  std::unordered_map<std::string, std::uint64_t> counts;
  PhrasePass pass{};
  for (const auto& line : lines) {
    pass.words += line.size();
    for (std::size_t i = 0; i < line.size(); ++i) {
      ++counts[line[i]];
      if (i > 0) ++counts[line[i - 1] + "_" + line[i]];
    }
  }
  for (const auto& [spelling, count] : counts) pass.vocabulary_size += count >= kMinCount;
  const auto total = static_cast<float>(pass.words);
  for (const auto& line : lines) {
    bool joined = false;  // the word before, to the one before it
    for (std::size_t i = 1; i < line.size(); ++i) {
      const std::uint64_t a = counts[line[i - 1]], b = counts[line[i]];
      const std::uint64_t pair = counts[line[i - 1] + "_" + line[i]];
      const bool frequent = a >= kMinCount && b >= kMinCount && pair >= kMinCount;
      const float score = static_cast<float>(pair - kMinCount) / static_cast<float>(a) /
                          static_cast<float>(b) * total;
      joined = !joined && frequent && score > kThreshold;
      pass.joined += joined;
    }
  }
  return pass;
}

void bench_phrases(benchmark::State& state, int threads) {
  const PhraseOptions options{.min_count = kMinCount, .resources = {.threads = threads}};
  const Text small(2'000, 100'000);
  const PhrasePass want = reference_pass(small.bytes);
  const PhrasePass got = PhraseText(*io::open_text({small.file.path()}), options).join(kThreshold);
  if (got.words != want.words || got.vocabulary_size != want.vocabulary_size ||
      got.joined != want.joined || got.joined == 0) {
    return state.SkipWithError("wrong result");
  }
  std::size_t words = 0;
  for (auto _ : state) {
    words = PhraseText(*io::open_text({large_text().file.path()}), options).join(kThreshold).words;
  }
  count(state, "words", words);
  count(state, "bytes", large_text().bytes.size());
}

}  // namespace

void register_phrases() {
  for (const int threads : thread_counts()) {
    benchmark::RegisterBenchmark(("phrases/threads:" + std::to_string(threads)).c_str(),
                                 [threads](auto& state) { bench_phrases(state, threads); })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace hogvec::bench
