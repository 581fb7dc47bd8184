#include "io/questions_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

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

/// Whether lines are pairs of words: the first is a word, the second what it has in common with.
bool is_pair(std::string_view line, WordRelation& pair) {
  pair = {take_word(line), take_word(line)};
  return !pair.second.empty() && trimmed(line).empty();
}

/// The files of a folder whose names end in .txt, at any depth, in the order of their bytes.
std::vector<std::string> text_files_of(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code problem;
  std::filesystem::recursive_directory_iterator entry(folder, problem);
  for (; !problem && entry != std::filesystem::recursive_directory_iterator();
       entry.increment(problem)) {
    if (entry->path().extension() == ".txt" && entry->is_regular_file(problem)) {
      files.push_back(entry->path().string());
    }
  }
  if (problem) throw Error(folder + ": cannot be listed: " + problem.message());
  std::sort(files.begin(), files.end());
  return files;
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

QuestionsFile::QuestionsFile(const std::string& path) {
  std::error_code problem;
  if (std::filesystem::is_directory(path, problem)) {
    for (const std::string& file : text_files_of(path)) {
      const std::string name = file.substr(path.size() + (path.ends_with('/') ? 0 : 1));
      read(file,
           names_.emplace_back(name.substr(0, name.size() - std::string_view(".txt").size())));
    }
  } else {
    read(path, "");
  }
  const bool any = std::any_of(sections_.begin(), sections_.end(),
                               [](const Section& section) { return !section.questions.empty(); });
  if (!any) {
    throw Error(path +
                ": holds no question; a question file has four words a line, in sections "
                "that begin with \": NAME\", or two where lines are pairs of one relation");
  }
}

void QuestionsFile::read(const std::string& path, std::string_view name) {
  const Content& content = contents_.emplace_back(path);
  read_unchanged(content, [&] { parse(path, text_of(content), name); });
}

void QuestionsFile::parse(const std::string& path, std::string_view rest, std::string_view name) {
  std::vector<WordRelation> pairs;
  std::vector<std::size_t> pair_lines;
  std::vector<std::size_t> malformed;
  const std::size_t first_section = sections_.size();
  bool questions = false;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string_view text = take_line(rest);
    const QuestionLine line = parse_question_line(text);
    if (line.kind == QuestionLine::Kind::kSection) sections_.push_back({line.name, {}});
    if (line.kind == QuestionLine::Kind::kQuestion) {
      if (sections_.size() == first_section) sections_.push_back({name, {}});
      sections_.back().questions.push_back(line.words);
      questions = true;
    }
    if (line.kind != QuestionLine::Kind::kMalformed) continue;
    if (WordRelation pair; is_pair(text, pair)) {
      pairs.push_back(pair);
      pair_lines.push_back(number);
    } else {
      malformed.push_back(number);
    }
  }
  if (questions) {  // among which two words are a mistake
    malformed.insert(malformed.end(), pair_lines.begin(), pair_lines.end());
  } else if (!pairs.empty()) {
    ask_pairs(path, name, pairs);
  }
  if (malformed.empty()) return;
  if (malformed_lines_ == 0) {
    first_malformed_line_ = *std::min_element(malformed.begin(), malformed.end());
  }
  malformed_lines_ += malformed.size();
}

void QuestionsFile::ask_pairs(const std::string& path, std::string_view name,
                              const std::vector<WordRelation>& pairs) {
  constexpr std::size_t kMostPairs = 1000;
  if (pairs.size() > kMostPairs) {
    throw Error(
        fmt::format("{}: has {} pairs, of which each asks for each other; give files of {} "
                    "at most",
                    path, pairs.size(), kMostPairs));
  }
  Section section{name, {}, true};
  for (const auto& [a, b] : pairs) {
    for (const auto& [c, d] : pairs) {
      if (a != c) section.questions.push_back({a, b, c, d});
    }
  }
  sections_.push_back(std::move(section));
}

}  // namespace hogvec::io
