#include "tools/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <csignal>
#include <numeric>

#include "engine/resources.hpp"
#include "io/error.hpp"
#include "tools/console.hpp"
#include "tools/signals.hpp"

namespace hogvec::tools {
namespace {

/// Insertions, deletions and substitutions from one word to the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substitution = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, substitution});
    }
  }
  return row.back();
}

/// Our name for a flag of fastText or gensim, however its words are joined: -minCount, --min_count.
/// Empty where there is none.
std::string_view flag_of_others(std::string_view word) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"input", "-train"},
      {"corpus", "-train"},
      {"corpusfile", "-train"},
      {"sentences", "-train"},
      {"dim", "-size"},
      {"vectorsize", "-size"},
      {"vector", "-size"},
      {"ws", "-window"},
      {"windowsize", "-window"},
      {"lr", "-alpha"},
      {"learningrate", "-alpha"},
      {"startalpha", "-alpha"},
      {"endalpha", "-min-alpha"},
      {"minalpha", "-min-alpha"},
      {"epoch", "-iter"},
      {"epochs", "-iter"},
      {"niter", "-iter"},
      {"iterations", "-iter"},
      {"neg", "-negative"},
      {"ns", "-negative"},
      {"nsexponent", "-ns-exponent"},
      {"t", "-sample"},
      {"subsample", "-sample"},
      {"mincount", "-min-count"},
      {"maxvocabsize", "-max-vocab"},
      {"maxfinalvocab", "-max-vocab"},
      {"thread", "-threads"},
      {"workers", "-threads"},
      {"nthreads", "-threads"},
      {"shrinkwindows", "-shrink-windows"},
      {"cbowmean", "-cbow-gradient"},
      {"sg", "-cbow"},
      {"pretrainedvectors", "-init"},
      {"verbose", "-debug"},
      {"topn", "-top"},
  };
  std::string plain;
  for (const char c : word) {
    if (c == '-' || c == '_') continue;
    plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  for (const auto& [theirs, ours] : kNames) {
    if (plain == theirs) return ours;
  }
  return "";
}

/// The whole of `text` as a T, whatever the locale. A leading plus is allowed, as atoi allows it.
template <class T>
std::optional<T> parse(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

CommandLine::CommandLine(int argc, char** argv)
    : program_(argv[0]),
      words_(argv + 1, argv + argc),
      given_(words_.size()),
      used_(words_.size(), false) {}

void CommandLine::add_defaults(const std::map<std::string, std::string>& flags) {
  for (const auto& [flag, value] : flags) {
    words_.push_back(flag);
    words_.push_back(value);
  }
  used_.resize(words_.size(), true);
}

std::optional<std::string> CommandLine::given(std::string_view flag) const {
  const auto end = words_.begin() + static_cast<std::ptrdiff_t>(given_);
  const auto found = std::find(words_.begin() + static_cast<std::ptrdiff_t>(front_), end, flag);
  if (found == end || found + 1 == end) return std::nullopt;
  return *(found + 1);
}

std::string CommandLine::command() const {
  std::string command = program();
  for (std::size_t i = 0; i < given_; ++i) command += ' ' + quoted(words_[i]);
  return command;
}

std::string CommandLine::program() const { return quoted(program_); }

const char* CommandLine::next_word() {
  if (front_ == given_) return nullptr;
  used_[front_] = true;
  return words_[front_++].c_str();
}

const char* CommandLine::next_operand() {
  while (front_ != given_ && used_[front_]) ++front_;
  return next_word();
}

const char* CommandLine::next_file() {
  for (;;) {
    while (front_ != given_ && used_[front_]) ++front_;
    if (front_ == given_ || !words_[front_].starts_with('-') || words_[front_] == "-") {
      return next_word();
    }
    front_ = std::min(front_ + 2, given_);  // an unknown flag, and its value
  }
}

std::vector<std::string> CommandLine::values(std::string_view flag) {
  flags_.emplace_back(flag);
  std::vector<std::string> values;
  for (std::size_t i = front_; i < words_.size(); ++i) {
    if (words_[i] != flag) continue;
    if (i + 1 == given_ || i + 1 == words_.size()) throw MissingArgument{std::string(flag)};
    used_[i] = used_[i + 1] = true;
    values.emplace_back(words_[++i]);
  }
  return values;
}

std::vector<std::string> CommandLine::operands(std::string_view flag) {
  flags_.emplace_back(flag);
  std::vector<std::string> operands;
  const auto is_flag = [](const std::string& word) { return word.starts_with('-') && word != "-"; };
  for (std::size_t i = front_; i < words_.size(); ++i) {
    if (words_[i] != flag) continue;
    if (i >= given_ && !operands.empty()) break;
    if (i + 1 == given_ || i + 1 == words_.size()) throw MissingArgument{std::string(flag)};
    used_[i] = used_[i + 1] = true;
    if (i >= given_) {
      std::string_view rest = words_[i + 1];
      for (;;) {
        const std::string_view one = rest.substr(0, rest.find(kBetweenOperands));
        operands.emplace_back(one);
        if (one.size() == rest.size()) return operands;
        rest.remove_prefix(one.size() + 1);
      }
    }
    operands.push_back(words_[++i]);
    while (i + 1 < given_ && !used_[i + 1] && !is_flag(words_[i + 1])) {
      used_[++i] = true;
      operands.push_back(words_[i]);
    }
  }
  return operands;
}

const char* CommandLine::value(std::string_view flag) {
  flags_.emplace_back(flag);
  const auto found =
      std::find(words_.begin() + static_cast<std::ptrdiff_t>(front_), words_.end(), flag);
  if (found == words_.end()) return nullptr;
  const auto place = static_cast<std::size_t>(found - words_.begin());
  // The last word of the command line has no value, whatever defaults follow.
  if (place + 1 == given_ || place + 1 == words_.size()) throw MissingArgument{std::string(flag)};
  used_[place] = used_[place + 1] = true;
  return words_[place + 1].c_str();
}

const char* CommandLine::file(std::string_view flag) {
  const char* const name = value(flag);
  if (name != nullptr && *name == '\0') {
    throw Error(fmt::format("{}: the name of the file is empty", flag));
  }
  return name;
}

std::optional<std::int64_t> CommandLine::integer(std::string_view flag, std::int64_t least,
                                                 std::int64_t most) {
  const char* text = value(flag);
  if (text == nullptr) return std::nullopt;
  const std::optional<std::int64_t> number = parse<std::int64_t>(text);
  if (!number || *number < least) {
    throw Error(fmt::format("{} {}: want a whole number, {} or more", flag, text, least));
  }
  if (*number > most) {
    throw Error(fmt::format("{} {}: want a whole number, {} at most", flag, text, most));
  }
  return number;
}

std::optional<double> CommandLine::number(std::string_view flag, bool negative) {
  const char* text = value(flag);
  if (text == nullptr) return std::nullopt;
  const std::optional<double> number = parse<double>(text);
  if (!number || !std::isfinite(*number) || (*number < 0 && !negative)) {
    throw Error(fmt::format("{} {}: want a number{}", flag, text, negative ? "" : ", 0 or more"));
  }
  return number;
}

std::vector<std::string> CommandLine::warnings() const {
  std::vector<std::string> warnings;
  for (std::size_t i = 0; i < given_; ++i) {
    if (used_[i]) continue;
    const std::string_view word = words_[i];
    const bool flag = word.starts_with('-');
    // What follows an unknown flag is its value.
    if (!flag && i > 0 && !used_[i - 1] && words_[i - 1][0] == '-') continue;
    if (std::find(flags_.begin(), flags_.end(), word) != flags_.end()) {
      warnings.push_back(fmt::format("{} stands twice; the first counts", word));
      if (i + 1 < given_) ++i;
      continue;
    }
    const std::string hint = nearest_flag(word);
    warnings.push_back(fmt::format("{} {} is ignored{}", flag ? "the unknown flag" : "the word",
                                   word, hint.empty() ? "" : "; did you mean " + hint + "?"));
  }
  return warnings;
}

std::string CommandLine::nearest_flag(std::string_view word) const {
  const std::string_view ours = flag_of_others(word);
  if (std::find(flags_.begin(), flags_.end(), ours) != flags_.end()) return std::string(ours);
  std::string nearest;
  std::size_t best = 3;  // two slips at most
  for (const std::string& flag : flags_) {
    const std::size_t distance = edit_distance(word, flag);
    if (distance >= best) continue;
    best = distance;
    nearest = flag;
  }
  return nearest;
}

std::string output_path(std::string_view name) {
  return std::string(name == "-" ? "/dev/stdout" : name);
}

std::string quoted(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./,:=@%+-";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(word);
  }
  // What no terminal should be given has a form that can be shown.
  const bool controls = std::any_of(word.begin(), word.end(), is_control);
  std::string result = controls ? "$'" : "'";
  for (const char c : word) {
    if (is_control(c)) {
      result += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
    } else if (controls && (c == '\'' || c == '\\')) {
      result += {'\\', c};
    } else if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  return result + "'";
}

int threads_of(CommandLine& line) {
  constexpr std::int64_t kMostThreads = 4096;  // as word2vec
  const auto threads = line.integer("-threads", 0, kMostThreads).value_or(0);
  return threads != 0 ? static_cast<int>(threads) : usable_cores();
}

int run_with_flags(std::string_view name, std::string_view usage, int argc, char** argv,
                   const std::function<void(CommandLine&)>& body) noexcept {
  // A write to a closed pipe, or past the largest size allowed, is an error like any other.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  return run(name, [&] {
    watch_signals(name);
    if (argc == 1) {
      print(usage);
      return 0;
    }
    if (answer_common_options(argc, argv, name, usage)) return 0;
    CommandLine line(argc, argv);
    body(line);
    return 0;
  });
}

}  // namespace hogvec::tools
