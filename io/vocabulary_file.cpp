#include "io/vocabulary_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "io/content.hpp"
#include "io/error.hpp"
#include "io/model_file.hpp"
#include "io/model_words.hpp"
#include "io/output_file.hpp"
#include "io/text_start.hpp"

namespace hogvec::io {

namespace {

constexpr std::string_view kSeparators = " \t";
// The reference reads and adds up counts in a signed 64-bit integer.
constexpr std::uint64_t kMaxCount = std::numeric_limits<std::int64_t>::max();

/// Takes the next word off the front of a line; empty at its end.
std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kSeparators), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(kSeparators));
  line.remove_prefix(word.size());
  return word;
}

/// Returns what is wrong with the line, nullptr where nothing is.
const char* parse_line(std::string_view line, WordCount& entry) {
  entry.word = take_word(line);
  const std::string_view count = take_word(line);
  if (count.empty()) return "has no count";
  const char* const end = count.data() + count.size();
  const auto [stop, code] = std::from_chars(count.data(), end, entry.count);
  if (count.front() == '-') return "has a negative count";
  if (code == std::errc::result_out_of_range || (code == std::errc() && entry.count > kMaxCount)) {
    return "has a count above 2^63 - 1";
  }
  if (code != std::errc() || stop != end) return "has a count that is not a number";
  return take_word(line).empty() ? nullptr : "has more than a word and a count";
}

/// What is wrong with a word and its count beside those before, nothing where nothing is.
class VocabularyCheck {
 public:
  /// `name` is what stands there, "line" or "word". Words stay where they are.
  VocabularyCheck(std::string_view name, std::size_t words) : name_(name) { seen_.reserve(words); }

  std::string add(const WordCount& entry, std::size_t number) {
    const auto [first, is_new] = seen_.emplace(entry.word, number);
    if (!is_new) return fmt::format("has the word of {} {} again", name_, first->second);
    if (entry.count > kMaxCount - total_) return "brings the sum of counts above 2^63 - 1";
    total_ += entry.count;
    return {};
  }

 private:
  std::string_view name_;
  std::unordered_map<std::string_view, std::size_t> seen_;
  std::uint64_t total_ = 0;
};

/// The vocabulary of a model file, whose sections are believed only where their checksums are
/// right.
std::vector<WordCount> model_vocabulary(const std::string& path) {
  const ModelFile file = ModelFile::open(path);
  const ModelWords view(file);
  for (const char* const section : {"words", "word_ends", "counts"}) file.verify(section);
  std::vector<WordCount> words = view.all();
  if (words.empty()) throw Error(path + ": holds no word; give a model file of some text");
  VocabularyCheck check("word", words.size());
  for (std::size_t id = 0; id < words.size(); ++id) {
    const bool splits = words[id].word.find_first_of(" \t\r\n") != std::string::npos;
    const std::string problem = splits
                                    ? "holds a space or the end of a line, where words of texts end"
                                    : check.add(words[id], id + 1);
    if (!problem.empty()) throw Error(fmt::format("{}: word {} {}", path, id + 1, problem));
  }
  return words;
}

std::vector<WordCount> parse_vocabulary(const std::string& path, std::string_view rest) {
  std::vector<WordCount> words;
  // Room for every line at once: `check` views the words where they lie.
  words.reserve(static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '\n')) + 1);
  VocabularyCheck check("line", 0);
  std::string line;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const auto fail = [&](const std::string& what) {
      throw Error(fmt::format("{}: line {} {}; a vocabulary file has one \"word count\" a line",
                              path, number, what));
    };
    line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    std::erase(line, '\r');
    if (line.find_first_not_of(kSeparators) == std::string::npos) continue;
    WordCount& entry = words.emplace_back();
    if (const char* const problem = parse_line(line, entry)) fail(problem);
    if (const std::string problem = check.add(entry, number); !problem.empty()) fail(problem);
  }
  if (words.empty()) {
    throw Error(path + ": holds no word; a vocabulary file has one \"word count\" a line");
  }
  return words;
}

}  // namespace

std::vector<WordCount> read_vocabulary_file(const std::string& path) {
  if (is_model_file(path)) return model_vocabulary(path);
  const Content content(path);
  return read_unchanged(content, [&] { return parse_vocabulary(path, text_of(content)); });
}

void write_vocabulary(OutputFile& file, const std::vector<WordCount>& words) {
  std::string line;
  // A space before a word is none of it.
  if (!words.empty() && !can_begin_text(words.front().word)) file.write(" ");
  for (const WordCount& entry : words) {
    line = entry.word;
    line += ' ';
    line += std::to_string(entry.count);
    line += '\n';
    file.write(line);
  }
}

void write_vocabulary_file(const std::string& path, const std::vector<WordCount>& words) {
  OutputFile file(path);
  write_vocabulary(file, words);
  file.commit();
}

}  // namespace hogvec::io
