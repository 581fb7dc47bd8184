#include "io/questions_file.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "io/error.hpp"
#include "io/text_start.hpp"

namespace hogvec::io {

namespace {

constexpr std::string_view kSeparators = " \t\r\v\f";

std::string_view take_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return line;
}

/// Takes the next word off the front of a line; empty at its end.
std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kSeparators), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(kSeparators));
  line.remove_prefix(word.size());
  return word;
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSeparators), text.size()));
  return text.substr(0, text.find_last_not_of(kSeparators) + 1);
}

bool parse_number(std::string_view text, double& number) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, number);
  return code == std::errc() && stop == end && std::isfinite(number);
}

std::vector<WordPair> parse_word_pairs(const std::string& path, std::string_view rest) {
  std::vector<WordPair> pairs;
  while (!rest.empty()) {
    std::string_view line = take_line(rest);
    const std::string_view first = take_word(line);
    const std::string_view second = take_word(line);
    double score = 0;
    if (first.starts_with('#') || !parse_number(take_word(line), score)) continue;
    pairs.push_back({std::string(first), std::string(second), score});
  }
  if (pairs.empty()) {
    throw Error(path + ": holds no pair; a similarity file has two words and a number a line");
  }
  return pairs;
}

}  // namespace

QuestionLine parse_question_line(std::string_view line) {
  line = trimmed(line);
  if (line.empty()) return {};
  if (line.front() == ':') return {QuestionLine::Kind::kSection, trimmed(line.substr(1)), {}};
  QuestionLine question{QuestionLine::Kind::kQuestion, {}, {}};
  for (std::string_view& word : question.words) word = take_word(line);
  if (question.words.back().empty() || !line.empty())
    return {QuestionLine::Kind::kMalformed, {}, {}};
  return question;
}

QuestionsFile::QuestionsFile(const std::string& path) : map_(MemoryMap::open_file(path)) {
  read_unchanged(map_, [&] { parse(path); });
}

void QuestionsFile::parse(const std::string& path) {
  std::string_view rest = text_of(map_, path);
  bool any = false;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const QuestionLine line = parse_question_line(take_line(rest));
    switch (line.kind) {
      case QuestionLine::Kind::kBlank:
        break;
      case QuestionLine::Kind::kSection:
        sections_.push_back({line.name, {}});
        break;
      case QuestionLine::Kind::kQuestion:
        if (sections_.empty()) sections_.emplace_back();
        sections_.back().questions.push_back(line.words);
        any = true;
        break;
      case QuestionLine::Kind::kMalformed:
        if (malformed_lines_++ == 0) first_malformed_line_ = number;
        break;
    }
  }
  if (!any) {
    throw Error(path +
                ": holds no question; a question file has four words a line, in sections "
                "that begin with \": NAME\"");
  }
}

std::vector<WordPair> read_word_pairs(const std::string& path) {
  const MemoryMap map = MemoryMap::open_file(path);
  return read_unchanged(map, [&] { return parse_word_pairs(path, text_of(map, path)); });
}

}  // namespace hogvec::io
