#include "tools/kept_flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "engine/train/plan.hpp"

namespace hogvec::tools {
namespace {

// What may be otherwise when a run goes on: how it is worked on, and where things go.
constexpr std::string_view kChangeable[] = {
    "-no-eos",    "-alpha",   "-binary", "-checkpoint",    "-classes", "-debug",  "-held-out",
    "-iter",      "-keep",    "-locked", "-min-alpha",     "-output",  "-report", "-output-context",
    "-recursive", "-threads", "-train",  "-write-on-stop", "-page",    "-log",    "-watch"};

// What only the beginning of a run needs: it counts where it is given again. (Of -locked the words,
// which the model keeps, and not the file that they are in: see locked_words().)
constexpr std::string_view kBegins[] = {"-continue",     "-grow-vocab", "-init",
                                        "-init-context", "-locked",     "-read-vocab"};

template <std::size_t kCount>
bool is_among(const std::string& flag, const std::string_view (&flags)[kCount]) {
  return std::find(std::begin(flags), std::end(flags), flag) != std::end(flags);
}

}  // namespace

std::map<std::string, std::string> flags_of(const Word2vecOptions& options) {
  const TrainSettings& s = options.settings;
  const TrainPlan plan = resolve(s);
  std::map<std::string, std::string> flags;
  const auto number = [&](const char* flag, auto value) { flags[flag] = fmt::format("{}", value); };
  const auto path = [&](const char* flag, const std::string& value) {
    if (!value.empty()) flags[flag] = absolute_path(value);
  };
  if (!options.train.empty()) flags["-train"] = kept_places(options.train);
  path("-output", options.output);
  path("-output-context", options.output_context);
  path("-read-vocab", options.read_vocab);
  path("-report", options.report);
  path("-page", options.page);
  path("-log", options.log);
  if (options.watch) flags["-watch"] = fmt::format("{}", fmt::join(*options.watch, ","));
  if (!options.held_out.empty()) flags["-held-out"] = kept_places(options.held_out);
  if (options.train.recursive) number("-recursive", 1);
  if (options.train.lowercase) number("-lowercase", 1);
  path("-continue", options.continue_from);
  path("-init", options.init);
  path("-init-context", options.init_context);
  path("-locked", options.locked);
  if (options.grow_vocabulary) number("-grow-vocab", 1);
  number("-write-on-stop", options.write_on_stop ? 1 : 0);
  number("-checkpoint", options.checkpoint_seconds);
  number("-keep", options.keep);
  number("-min-count", options.min_count);
  number("-max-vocab", options.max_vocabulary);
  number("-max-word", options.max_word_bytes);
  number("-classes", options.classes);
  number("-binary", options.binary ? 1 : 0);
  number("-debug", options.debug);
  number("-cbow", plan.cbow() ? 1 : 0);
  number("-size", plan.dim);
  number("-window", s.window);
  number("-sample", plan.subsampling);
  // What the first files had not is there where it is no default.
  const TrainSettings defaults;
  if (s.shrink_windows != defaults.shrink_windows) number("-shrink-windows", 0);
  if (s.noise_power != defaults.noise_power) number("-ns-exponent", s.noise_power);
  if (s.end_alpha != defaults.end_alpha) number("-min-alpha", s.end_alpha);
  if (!options.sentence_end) number("-no-eos", 1);
  number("-negative", plan.negatives);
  number("-hs", plan.hierarchical_softmax ? 1 : 0);
  number("-softmax", plan.full_softmax ? 1 : 0);
  number("-threads", plan.threads);
  number("-iter", plan.epochs);
  number("-alpha", plan.alpha);
  number("-seed", plan.seed);
  flags["-cbow-gradient"] = plan.cbow_gradient == CbowGradient::kPaper ? "paper" : "undivided";
  if (plan.full_softmax) {
    number("-softmax-batch", plan.softmax_batch);
    number("-softmax-exact", plan.softmax_exact ? 1 : 0);
    if (plan.softmax_precision != defaults.softmax_precision) flags["-softmax-precision"] = "bf16";
    flags["-softmax-threads"] =
        plan.softmax_threads == SoftmaxThreads::kOwner ? "owner" : "hogwild";
  } else {
    number("-block", plan.block_centers);
    if (plan.negatives > 0) number("-noise-rows", plan.noise_rows);
  }
  return flags;
}

std::map<std::string, std::string> lasting_flags(std::map<std::string, std::string> flags) {
  std::erase_if(flags, [](const auto& one) { return is_among(one.first, kBegins); });
  return flags;
}

std::string fixed_difference(const std::map<std::string, std::string>& was,
                             const std::map<std::string, std::string>& is) {
  const auto value = [](const std::map<std::string, std::string>& flags, const std::string& flag) {
    const auto found = flags.find(flag);
    return found == flags.end() ? std::string("not given") : found->second;
  };
  for (const auto* flags : {&was, &is}) {
    for (const auto& [flag, unused] : *flags) {
      if (is_among(flag, kChangeable) || (is_among(flag, kBegins) && !is.contains(flag))) continue;
      const std::string before = value(was, flag);
      const std::string now = value(is, flag);
      if (before != now) return fmt::format("{} was {} and is {}", flag, before, now);
    }
  }
  return {};
}

}  // namespace hogvec::tools
