// Writing and reading vector files, of 20,000 words at D = 100, in the system's temporary folder.
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "bench/support.hpp"
#include "io/output_file.hpp"
#include "io/vectors_file.hpp"

namespace hogvec::bench {
namespace {

constexpr std::size_t kWords = 20'000;
constexpr std::size_t kDim = 100;

/// A matrix of vectors with names, and a place to write them.
class Vectors {
 public:
  explicit Vectors(io::VectorFormat format)
      : format_(format),
        vocabulary_(zipf_vocabulary(kWords)),
        matrix_(random_matrix(kWords, kDim, 1, 1)) {}

  void write() const {
    io::OutputFile output(path());
    io::write_vectors(output, format_, matrix_.view(), [this](std::size_t k) -> std::string_view {
      return vocabulary_.word(static_cast<WordId>(k));
    });
    output.commit();
  }

  /// Whether the file that was written holds the words and values.
  bool read_back() const {
    const io::WordVectors read = io::read_vectors(path());
    if (read.words.size() != kWords || read.dim != kDim) return false;
    for (std::size_t k = 0; k < kWords; ++k) {
      if (read.words[k] != vocabulary_.word(static_cast<WordId>(k))) return false;
    }
    // Text has six digits behind the point; and rounding to the nearest float.
    const double error = format_ == io::VectorFormat::kText ? 5e-7 + 6e-8 : 0;
    return all_close(read.values, packed(matrix_, kWords), error, 0);
  }

  std::string path() const { return file_.path(); }
  std::size_t size() const { return std::filesystem::file_size(path()); }

 private:
  io::VectorFormat format_;
  Vocabulary vocabulary_;
  Matrix matrix_;
  TemporaryFile file_;
};

void bench_write(benchmark::State& state, io::VectorFormat format) {
  const Vectors vectors(format);
  vectors.write();
  if (!vectors.read_back()) return state.SkipWithError("wrong result");
  for (auto _ : state) vectors.write();
  count(state, "bytes", vectors.size());
}

void bench_read(benchmark::State& state, io::VectorFormat format) {
  const Vectors vectors(format);
  vectors.write();
  if (!vectors.read_back()) return state.SkipWithError("wrong result");
  for (auto _ : state) benchmark::DoNotOptimize(io::read_vectors(vectors.path()));
  count(state, "bytes", vectors.size());
}

}  // namespace

void register_vectors_file() {
  for (const io::VectorFormat format : {io::VectorFormat::kText, io::VectorFormat::kBinary}) {
    const std::string name = format == io::VectorFormat::kText ? "text" : "binary";
    // Writing formats on all cores: CPU time of one thread would say little.
    benchmark::RegisterBenchmark(("write_vectors/" + name).c_str(),
                                 [format](auto& state) { bench_write(state, format); })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark(("read_vectors/" + name).c_str(),
                                 [format](auto& state) { bench_read(state, format); })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace hogvec::bench
