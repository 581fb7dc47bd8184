#include "tools/run_notes.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "engine/case_folding.hpp"
#include "engine/kernels.hpp"
#include "engine/train/model_rows.hpp"
#include "engine/train/softmax/precision.hpp"

namespace hogvec::tools {
namespace {

/// In the unit that leaves two or three digits.
std::string rough_time(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", std::ceil(seconds));
  if (seconds < 90 * 60) return fmt::format("{:.0f} min", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{:.1f} h", seconds / 3600);
  return fmt::format("{:.0f} days", seconds / 86400);
}

std::string rough_number(double number) {
  if (number < 1e3) return fmt::format("{:.0f}", number);
  if (number < 1e6) return fmt::format("{:.3g} k", number / 1e3);
  return fmt::format("{:.3g} M", number / 1e6);
}

}  // namespace

std::string utf8_note(const Vocabulary& vocabulary) {
  std::size_t others = 0;
  std::string_view first;
  for (WordId id = 0; id < vocabulary.size(); ++id) {
    const std::string_view word = vocabulary.word(id);
    if (is_utf8(word)) continue;
    if (others++ == 0) first = word;
  }
  if (others == 0) return "";
  return fmt::format(
      "{} not UTF-8, the first is \"{}\": gensim will say \"UnicodeDecodeError: 'utf-8' codec "
      "can't "
      "decode byte\" of the vectors, unless it is told unicode_errors='ignore'; make the text "
      "UTF-8: iconv -f LATIN1 -t UTF-8",
      others == 1 ? "1 word is" : fmt::format("{} words are", others), first);
}

std::string left_out_note(const Vocabulary& vocabulary, std::size_t max_vocabulary) {
  const Vocabulary::LeftOut& left_out = vocabulary.left_out();
  const std::uint64_t all = vocabulary.total_count() + left_out.occurrences;
  const double share =
      all == 0 ? 0 : static_cast<double>(left_out.occurrences) / static_cast<double>(all);
  return fmt::format(
      "-max-vocab {} leaves out {} different words, {} occurrences, {:.2f}% of the "
      "text",
      max_vocabulary, left_out.words, left_out.occurrences, 100 * share);
}

std::vector<std::string> vocabulary_notes(const VocabularyChanges& changes,
                                          std::size_t max_word_bytes) {
  using SentenceEnd = VocabularyChanges::SentenceEnd;
  std::vector<std::string> notes;
  if (changes.sentence_end == SentenceEnd::kMoved) {
    notes.push_back(
        "has </s>, the end of a sentence, behind other words; it is taken for the first");
  }
  if (changes.sentence_end == SentenceEnd::kAdded) {
    notes.push_back("has no </s>, the end of a sentence; it is put first");
  }
  if (changes.folded > 0) {
    notes.push_back(
        fmt::format("{} of its words are not in small letters, and read as if they "
                    "were, as those of the text are",
                    changes.folded));
  }
  if (changes.cut > 0) {
    notes.push_back(
        fmt::format("{} of its words are longer than -max-word {}, and cut as those of "
                    "the text are",
                    changes.cut, max_word_bytes));
  }
  if (changes.absent > 0) {
    notes.push_back(fmt::format("{} of its words are not in the text", changes.absent));
  }
  return notes;
}

std::string placement_note(const Placement& placement, const TrainPlan& plan) {
  std::string note = fmt::format(
      "placement: {} core{}, {} domain{}{}", placement.cores, placement.cores == 1 ? "" : "s",
      placement.domains, placement.domains == 1 ? "" : "s", placement.forced ? " as wished" : "");
  if (placement.round_trip > 0) {
    note += fmt::format(", a cache line goes there and back in {:.0f} ns", placement.round_trip);
  }
  if (placement.memory_nodes > 1) note += fmt::format("; {} memory nodes", placement.memory_nodes);
  const ReplicaPolicy policy = replica_policy(plan, placement);
  if (policy.sets == 0) return note + "; no replicas of rows";
  note += fmt::format("; {} sets of replicas, of", policy.sets);
  const char* before = " ";
  const auto add = [&](std::size_t rows, const char* of) {
    if (rows > 0) note += fmt::format("{}{} rows of {}", std::exchange(before, ", "), rows, of);
  };
  add(policy.input_rows, "W");
  add(policy.output_rows, "W'");
  add(policy.node_rows, "the tree");
  return note;
}

std::string short_text_note(const Schedule& schedule, const TrainPlan& plan) {
  const auto workers = static_cast<std::uint64_t>(plan.chunk_workers());
  const std::size_t chunks = schedule.chunks().size();
  if (workers <= chunks || schedule.total() == 0) return "";
  const std::string note = fmt::format("the text has {} chunk{} of words for {} threads: ", chunks,
                                       chunks == 1 ? "" : "s", workers);
  if (workers <= schedule.total()) return note + "they work at several epochs at once";
  return note + fmt::format("{} have nothing to do", workers - schedule.total());
}

std::vector<std::string> effects_notes(const TrainPlan& plan) {
  std::vector<std::string> notes;
  if (!plan.full_softmax) return notes;
  if (plan.softmax_exact && plan.cbow()) {
    notes.emplace_back(
        "-softmax-exact 1 and -cbow 1: neighboring centers share context words, so that they are "
        "trained one by one, as with -softmax-batch 1");
  }
  if (plan.softmax_precision == SoftmaxPrecision::kBf16) {
    const simd::KernelTable& table = active_kernels();
    if (const double gain = softmax_gain(plan, table); gain < 1) {
      notes.push_back(fmt::format(
          "-softmax-precision bf16: with the kernels in use, {}, and batches of {} it is {:.1f} "
          "times "
          "as fast as fp32",
          softmax_kernels(plan.softmax_precision, table).name, plan.softmax_batch, gain));
    }
  }
  return notes;
}

std::string estimate_note(const TimeEstimate& estimate) {
  const bool whole = estimate.epochs == std::floor(estimate.epochs);
  const std::string epochs = fmt::format("{:.{}f} epoch{}", estimate.epochs, whole ? 0 : 2,
                                         estimate.epochs == 1 ? "" : "s");
  return fmt::format("about {} for {}: {} centers an epoch, {} centers/s",
                     rough_time(estimate.seconds), epochs, rough_number(estimate.centers),
                     rough_number(estimate.centers_per_second));
}

std::string epoch_note(const EpochLoss& epoch, const HeldOutLoss& held_out, bool perplexity) {
  std::string line = fmt::format("epoch {}: loss {:.4f}", epoch.epoch + 1, epoch.loss);
  if (perplexity) line += fmt::format(" perplexity {:.2f}", epoch.perplexity);
  return line + fmt::format(", held-out loss {:.4f} perplexity {:.2f}", held_out.mean(),
                            held_out.perplexity());
}

}  // namespace hogvec::tools
