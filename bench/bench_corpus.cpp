// From text to ids: the scan for the bytes that end words, words cut and counted, and the whole of
// reading and encoding.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bench/support.hpp"
#include "engine/corpus/corpus.hpp"
#include "engine/corpus/encode_text.hpp"
#include "engine/corpus/text_words.hpp"
#include "engine/corpus/tokenizer.hpp"
#include "engine/corpus/word_table.hpp"

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
  count_bytes(state, size, size);
}

/// The words of a text between single spaces and newlines, in order.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find_first_of(" \n", begin);
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

void bench_tokenize(benchmark::State& state) {
  const std::string_view text = large_text().bytes;
  SectionTokenizer tokenizer(text, ReadOptions{}.max_word_bytes);
  const std::vector<std::string_view> want = words_of(text);
  std::vector<std::string_view> got;
  std::size_t newlines = 0;
  tokenizer.run(
      0, text.size(), [&](std::string_view word, std::size_t) { got.push_back(word); },
      [&](std::size_t) { ++newlines; });
  if (got != want || newlines != std::size_t(std::count(text.begin(), text.end(), '\n'))) {
    return state.SkipWithError("wrong result");
  }
  for (auto _ : state) {
    std::size_t sum = 0;
    tokenizer.run(
        0, text.size(), [&](std::string_view word, std::size_t at) { sum += word.size() ^ at; },
        [&](std::size_t at) { sum += at; });
    benchmark::DoNotOptimize(sum);
  }
  count(state, "words", want.size());
  count_bytes(state, text.size(), text.size());
}

/// Words that are already cut, without the look-ahead of a reader.
void bench_count_words(benchmark::State& state) {
  const std::string_view text = large_text().bytes;
  const std::vector<std::string_view> words = words_of(text);
  const auto count_all = [&](WordTable& table) {
    for (const std::string_view word : words) {
      table.add(WordTable::key_of(word, text.data() + text.size()), 0, 1);
    }
  };
  std::unordered_map<std::string_view, std::uint64_t> want;
  for (const std::string_view word : words) ++want[word];
  WordTable table;
  count_all(table);
  bool right = table.size() == want.size();
  table.for_each([&](const WordTable::Record& word) { right &= want[word.word()] == word.count; });
  if (!right) return state.SkipWithError("wrong result");
  for (auto _ : state) {
    WordTable counted;
    count_all(counted);
    benchmark::DoNotOptimize(counted);
  }
  count(state, "words", words.size());
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
  const ReadOptions options{.min_count = 1, .resources = {.threads = threads}};
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

/// Words cut, counted and numbered, before the vocabulary is made.
void bench_encode_text(benchmark::State& state, int threads) {
  const Text& text = large_text();
  const EncodeOptions options{.resources = {.threads = threads}};
  const std::vector<std::string_view> words = words_of(text.bytes);
  std::size_t ids = 0;
  {
    const EncodedText encoded = encode_text(*io::open_text({text.file.path()}), options);
    std::size_t next = 0;  // of words
    std::vector<WordId> room;
    for (const EncodedText::Section& section : encoded.sections) {
      const auto& numbers = encoded.numbers[static_cast<std::size_t>(section.worker)];
      for (const WordId number : encoded.blocks->read(section.piece, room)) {
        const WordId id = numbers[number];
        ++ids;
        if (id != 0 && (next == words.size() || encoded.words.word(id) != words[next++])) {
          return state.SkipWithError("wrong result");
        }
      }
    }
    if (next != words.size()) return state.SkipWithError("words are missing");
  }
  for (auto _ : state)
    benchmark::DoNotOptimize(encode_text(*io::open_text({text.file.path()}), options));
  count(state, "bytes", text.bytes.size());
  count(state, "words", ids);
}

/// The words of a text that has a vocabulary already.
void bench_encode_corpus(benchmark::State& state, int threads) {
  const Text& text = large_text();
  const ReadOptions options{.min_count = 1, .resources = {.threads = threads}};
  const Corpus corpus = read_corpus(text.file.path(), options);
  const auto encode = [&] {
    return encode_corpus(*io::open_text({text.file.path()}), corpus.vocabulary, options);
  };
  const EncodedCorpus encoded = encode();
  if (!spells(corpus, text.bytes) || encoded.unknown() != 0 ||
      !std::equal(encoded.ids().begin(), encoded.ids().end(), corpus.text.ids().begin(),
                  corpus.text.ids().end())) {
    return state.SkipWithError("wrong result");
  }
  for (auto _ : state) benchmark::DoNotOptimize(encode());
  count(state, "bytes", text.bytes.size());
  count(state, "words", encoded.size());
}

/// Tables of many workers, of which a half of the words are in others too, to one.
void bench_merge_words(benchmark::State& state, std::size_t tables, int threads) {
  constexpr std::size_t kWords = 100'000;  // of a table
  const auto make = [&] {
    std::vector<WordTable> made(tables);
    for (std::size_t t = 0; t < tables; ++t) {
      for (std::size_t k = 0; k < kWords; ++k) {
        const std::string word = std::to_string(k % 2 == 0 ? k : k * tables + t);
        made[t].add(WordTable::key_of(word), t, 1);
      }
    }
    return made;
  };
  std::size_t words = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<WordTable> made = make();
    std::vector<std::vector<WordId>> numbers;
    state.ResumeTiming();
    const TextWords merged(std::move(made), threads, numbers);
    words = merged.size();
    state.PauseTiming();
    std::uint64_t total = 0;
    for (std::size_t k = 0; k < words; ++k) total += merged.count(k);
    if (total != tables * kWords) return state.SkipWithError("wrong result");
    state.ResumeTiming();
  }
  count(state, "words", tables * kWords);
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
  benchmark::RegisterBenchmark("tokenize", bench_tokenize)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("count_words", bench_count_words)->Unit(benchmark::kMillisecond);
  for (const int threads : thread_counts(2)) {
    benchmark::RegisterBenchmark(
        ("merge_words/tables:16/threads:" + std::to_string(threads)).c_str(),
        [threads](auto& state) { bench_merge_words(state, 16, threads); })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  }
  const struct {
    const char* name;
    void (*run)(benchmark::State&, int threads);
  } kReaders[] = {{"encode_text", bench_encode_text},
                  {"encode_corpus", bench_encode_corpus},
                  {"read_corpus", bench_read_corpus}};
  for (const auto& [name, run] : kReaders) {
    for (const int threads : thread_counts()) {
      benchmark::RegisterBenchmark(
          (std::string(name) + "/threads:" + std::to_string(threads)).c_str(), run, threads)
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace hogvec::bench
