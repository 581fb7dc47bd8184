#include "tools/python/src/settings.hpp"

#include <functional>
#include <map>
#include <string>

namespace py = pybind11;

namespace hogvec::python {
namespace {

using Reader = std::function<void(TrainSettings&, const py::handle&)>;

template <class T>
Reader to(T TrainSettings::*member) {
  return [member](TrainSettings& settings, const py::handle& value) {
    settings.*member = value.cast<T>();
  };
}

const std::map<std::string, Reader>& readers() {
  static const std::map<std::string, Reader> all = {
      {"cbow",
       [](TrainSettings& settings, const py::handle& value) {
         settings.architecture = value.cast<bool>() ? Architecture::kCbow : Architecture::kSkipGram;
       }},
      {"softmax_hogwild",
       [](TrainSettings& settings, const py::handle& value) {
         settings.softmax_threads =
             value.cast<bool>() ? SoftmaxThreads::kHogwild : SoftmaxThreads::kOwner;
       }},
      {"softmax_bf16",
       [](TrainSettings& settings, const py::handle& value) {
         settings.softmax_precision =
             value.cast<bool>() ? SoftmaxPrecision::kBf16 : SoftmaxPrecision::kFp32;
       }},
      {"hierarchical_softmax", to(&TrainSettings::hierarchical_softmax)},
      {"full_softmax", to(&TrainSettings::full_softmax)},
      {"negatives", to(&TrainSettings::negatives)},
      {"block_centers", to(&TrainSettings::block_centers)},
      {"noise_rows", to(&TrainSettings::noise_rows)},
      {"softmax_batch", to(&TrainSettings::softmax_batch)},
      {"softmax_exact", to(&TrainSettings::softmax_exact)},
      {"dim", to(&TrainSettings::dim)},
      {"window", to(&TrainSettings::window)},
      {"shrink_windows", to(&TrainSettings::shrink_windows)},
      {"sentence_words", to(&TrainSettings::sentence_words)},
      {"noise_power", to(&TrainSettings::noise_power)},
      {"subsampling", to(&TrainSettings::subsampling)},
      {"epochs", to(&TrainSettings::epochs)},
      {"alpha", to(&TrainSettings::alpha)},
      {"end_alpha", to(&TrainSettings::end_alpha)},
      {"seed", to(&TrainSettings::seed)},
      {"threads", to(&TrainSettings::threads)},
  };
  return all;
}

}  // namespace

TrainSettings settings_of(const py::dict& settings) {
  TrainSettings made;
  for (const auto& [key, value] : settings) {
    const auto reader = readers().find(key.cast<std::string>());
    if (reader == readers().end()) throw py::key_error(key.cast<std::string>());
    reader->second(made, value);
  }
  return made;
}

}  // namespace hogvec::python
