// compute-accuracy FILE [THRESHOLD]: how many analogy questions vectors answer.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

#include "engine/case_folding.hpp"
#include "engine/query/analogies.hpp"
#include "engine/query/folded_words.hpp"
#include "engine/workers.hpp"
#include "io/error.hpp"
#include "io/packing.hpp"
#include "io/questions_file.hpp"
#include "io/text_start.hpp"
#include "tools/command_line.hpp"
#include "tools/console.hpp"

namespace hogvec::tools {

namespace {

constexpr std::string_view kName = "compute-accuracy";

constexpr std::string_view kHelp =
    R"(Usage: compute-accuracy FILE [THRESHOLD] [-compat 1] [-threads N] < QUESTIONS
Reads analogy questions A B C D from standard input, four words a line in sections that begin with
": NAME", and prints how often the word nearest to B - A + C is D, by cosine. The first five
sections count as semantic, the others as syntactic. Ends at a line EXIT or at the end of the input.
FILE holds word vectors of word2vec, binary or text, of GloVe or of NumPy (.npy, with the words in
.words), or is a model file; only the first THRESHOLD words of it are used, all where that is 0 or
missing. Words are compared whatever the case of their letters (Unicode). Questions before the first
section are one without a name.

  -compat 1   print what the reference prints: letters from A to Z alone are compared without their
              case, what comes before the first section has no lines, an empty section is 0 of 1,
              and words with a cosine of 0 or less answer nothing
  -threads N  threads to read and to answer with (0: all cores)
  --help      print this text
  --version   print the version
)";

constexpr std::string_view kUsage =
    "Usage: ./compute-accuracy <FILE> <threshold>\n"
    "where FILE contains word projections, and threshold is used to reduce vocabulary of the model "
    "for fast approximate evaluation (0 = off, otherwise typical value is 30000)\n";

/// "%.2f" of a percentage, in the reference's float; 0.00 of nothing.
std::string percent(std::uint64_t part, std::uint64_t whole) {
  const float ratio =
      whole == 0 ? 0.0f : static_cast<float>(part) / static_cast<float>(whole) * 100;
  return fmt::format("{:.2f}", static_cast<double>(ratio));
}

struct Count {
  std::uint64_t right = 0;
  std::uint64_t seen = 0;

  void add(const Count& other) {
    right += other.right;
    seen += other.seen;
  }
  std::string percentage() const { return percent(right, seen); }
};

/// Asks many questions at once, and prints every section when it is complete.
class Accuracy {
 public:
  Accuracy(const WordIndex& index, bool compat)
      : index_(index),
        compat_(compat),
        words_(index, compat ? Letters::kAscii : Letters::kUnicode) {}

  void begin_section(std::string_view name) {
    sections_.push_back({std::string(name), {}, 0});
    if (sections_.size() > kMostWaiting) answer_waiting();
  }

  void ask(const io::QuestionWords& question) {
    ++asked_;
    ++sections_.back().asked;
    std::size_t rows[4];
    for (std::size_t i = 0; i < 4; ++i) {
      rows[i] = words_.find(question[i]);
      if (rows[i] == WordIndex::kNotFound) return;
    }
    questions_.push_back({static_cast<std::uint32_t>(rows[0]), static_cast<std::uint32_t>(rows[1]),
                          static_cast<std::uint32_t>(rows[2])});
    about_.push_back({rows[3], sections_.size() - 1});
    if (questions_.size() > kMostWaiting) answer_waiting();
  }

  void finish() {
    answer_waiting();
    print_section(sections_.back());
    print(fmt::format("Questions seen / total: {} {}   {} % \n", total_.seen, asked_,
                      percent(total_.seen, asked_)));
  }

 private:
  static constexpr std::size_t kMostWaiting = 1 << 16;
  static constexpr std::size_t kSemanticSections = 5;

  struct Section {
    std::string name;
    Count count;
    std::uint64_t asked = 0;  // with words that are not known too
  };
  struct About {
    std::size_t expected;  // row
    std::size_t section;
  };

  /// Leaves only the section that is not complete yet.
  void answer_waiting() {
    const auto answers = answer_analogies(index_, index_.size(), questions_, AnalogyScore::kSum);
    for (std::size_t q = 0; q < answers.size(); ++q) {
      // The reference compares words, not rows: one that differs by its case alone is right.
      const bool right = answers[q].row != WordIndex::kNotFound &&
                         (!compat_ || answers[q].score > 0) &&
                         words_.find(index_.word(answers[q].row)) == about_[q].expected;
      sections_[about_[q].section].count.add({right ? 1u : 0u, 1});
    }
    questions_.clear();
    about_.clear();
    for (std::size_t s = 0; s + 1 < sections_.size(); ++s) print_section(sections_[s]);
    sections_.erase(sections_.begin(), sections_.end() - 1);
  }

  /// What stands before the first section counts, and has no name.
  void print_section(const Section& section) {
    total_.add(section.count);
    (number_ <= kSemanticSections ? semantic_ : syntactic_).add(section.count);
    if (number_++ == 0 && (compat_ || section.asked == 0)) return;
    const std::uint64_t least = compat_ ? 1 : 0;  // an empty section is 0 of 1 there
    print(
        fmt::format("{}:\nACCURACY TOP1: {} %  ({} / {})\n"
                    "Total accuracy: {} %   Semantic accuracy: {} %   Syntactic accuracy: {} % \n",
                    number_ == 1 ? "(no section)" : section.name, section.count.percentage(),
                    section.count.right, std::max(section.count.seen, least), total_.percentage(),
                    semantic_.percentage(), syntactic_.percentage()));
  }

  const WordIndex& index_;
  bool compat_;
  FoldedWords words_;
  std::vector<Section> sections_{1};
  std::vector<Analogy> questions_;
  std::vector<About> about_;
  std::size_t number_ = 0;  // of the next section to print
  std::uint64_t asked_ = 0;
  Count total_, semantic_, syntactic_;
};

/// All words for 0 and where it is missing.
std::size_t threshold_of(const char* text) {
  if (text == nullptr) return WordIndex::kNotFound;
  const std::string_view word = text;
  std::size_t threshold = 0;
  const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), threshold);
  if (code != std::errc() || end != word.data() + word.size()) {
    throw Error(fmt::format("threshold {}: want a whole number, 0 or more", word));
  }
  return threshold == 0 ? WordIndex::kNotFound : threshold;
}

/// Errors: the questions are compressed, or no text.
std::string first_line(const std::string& text) {
  if (io::packing_of(text) != io::Packing::kPlain) {
    throw Error(
        "the questions on standard input are compressed; unpack them: zcat QUESTIONS | "
        "compute-accuracy VECTORS");
  }
  return std::string(io::text_start(text, "the questions on standard input"));
}

void answer_input(const WordIndex& index, bool compat) {
  Accuracy accuracy(index, compat);
  std::string text;
  std::size_t number = 0;
  std::size_t malformed = 0;
  std::size_t first_malformed = 0;
  while (read_line(text)) {
    ++number;
    if (number == 1) text = first_line(text);
    const io::QuestionLine line = io::parse_question_line(text);
    if (line.kind == io::QuestionLine::Kind::kSection) accuracy.begin_section(line.name);
    if (line.kind == io::QuestionLine::Kind::kQuestion) accuracy.ask(line.words);
    if (line.kind != io::QuestionLine::Kind::kMalformed) continue;
    const std::vector<std::string_view> words = split_words(text);
    if (words.size() == 1 && ascii_lower(words.front()) == "exit") break;
    if (malformed++ == 0) first_malformed = number;
  }
  accuracy.finish();
  if (malformed == 0) return;
  complain(kName, fmt::format("warning: {} left out, the first is line {}; a question has four "
                              "words",
                              malformed == 1 ? "1 line is" : fmt::format("{} lines are", malformed),
                              first_malformed));
}

}  // namespace
}  // namespace hogvec::tools

int main(int argc, char** argv) {
  using namespace hogvec;
  using namespace hogvec::tools;
  return run_on_vectors(
      {kName, kHelp, kUsage}, argc, argv, [](const char* path, CommandLine& line) {
        const int threads = threads_of(line);
        const bool compat = line.integer("-compat", 0, 1).value_or(0) != 0;
        const std::size_t threshold = threshold_of(line.next_operand());
        if (std::string_view(path) == "-") {
          throw Error("-: the standard input has the questions; name a file of vectors");
        }
        warn_of_extra_words(kName, line);
        run_with_threads(threads,
                         [&] { answer_input(read_index(kName, path, threshold), compat); });
      });
}
