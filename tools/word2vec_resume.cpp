#include "tools/word2vec_resume.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "io/error.hpp"
#include "tools/console.hpp"
#include "tools/kept_flags.hpp"
#include "tools/training.hpp"

namespace hogvec::tools {
namespace {

/// The copy of the latest epoch's end that there is; what it would be called where there is none.
std::string newest_copy(const std::string& path, std::size_t epochs) {
  std::size_t epoch = std::min<std::size_t>(epochs, 10'000);
  while (epoch > 1 && !io::is_model_file(epoch_copy(path, epoch))) --epoch;
  return epoch_copy(path, epoch);
}

}  // namespace

void check_resumed(const StoredModel& resumed, const Word2vecOptions& options) {
  const std::string& path = resumed.path();
  const TrainPlan& was = resumed.record().plan;
  const TrainSettings& is = options.settings;
  const std::string difference = fixed_difference(resumed.record().flags, flags_of(options));
  if (!difference.empty()) {
    throw Error(fmt::format("-resume {}: {}; a run goes on by the settings that it began with",
                            path, difference));
  }
  if (is.epochs < was.epochs) {
    throw Error(fmt::format("-resume {}: -iter was {} and is {}; it may only be raised", path,
                            was.epochs, is.epochs));
  }
  if (resumed.state() == io::ModelState::kDiverged) {
    throw Error(fmt::format(
        "-resume {}: its values have grown beyond all use; go on from the copy of an epoch's end, "
        "{}, if there is one, with a smaller -alpha",
        path, newest_copy(path, was.epochs)));
  }
  if (options.debug == 0) return;
  if (is.epochs != was.epochs) {
    note(fmt::format("-iter {}: from here on alpha is that of a run of {} epochs, not of {}",
                     is.epochs, is.epochs, was.epochs));
  }
  if (is.alpha != was.alpha) {
    note(fmt::format("-alpha {}: from here on it falls from {}, not from {}", is.alpha, is.alpha,
                     was.alpha));
  }
}

void check_text(const StoredModel& resumed, const RunText& text, const Word2vecOptions& options) {
  const RunRecord& record = resumed.record();
  if (text.words == record.text_words && fingerprint_of(text) == record.fingerprint) {
    return;
  }
  throw Error(
      fmt::format("-resume {}: {} is not the text that it was begun with: {} words of the "
                  "vocabulary, and then {}{}; name that text by -train, or begin a new run by "
                  "-continue",
                  resumed.path(), options.train.shown(), record.text_words, text.words,
                  text.words == record.text_words ? ", but others" : ""));
}

}  // namespace hogvec::tools
