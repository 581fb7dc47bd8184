#include "tools/python/src/phrases.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tools/python/src/module.hpp"
#include "tools/python/src/phrase_sentence.hpp"
#include "tools/python/src/token_text.hpp"

namespace hogvec::python {
namespace {

namespace py = pybind11;

std::string bytes_of(const py::handle& text) {
  std::string bytes;
  append_utf8(text.ptr(), bytes);
  return bytes;
}

/// The phrases of a frozen model: spellings with scores, and the two words of those that have
/// several places where they may be parted.
class PhraseSet {
 public:
  PhraseSet(const py::dict& scores, const py::dict& splits) {
    for (const auto& [phrase, score] : scores) {
      const std::string spelling = bytes_of(py::str(phrase));
      spellings_.add(WordTable::key_of(spelling), 0, splits.contains(phrase) ? 1 : 0);
      scores_.push_back(score.cast<double>());
    }
    for (const auto& [phrase, parts] : splits) {
      for (const auto& [words, score] : py::reinterpret_borrow<py::dict>(parts)) {
        const auto pair = py::reinterpret_borrow<py::tuple>(words);
        const std::string split = split_of(bytes_of(phrase), bytes_of(pair[0]), bytes_of(pair[1]));
        splits_.add(WordTable::key_of(split), 0, 0);
        split_scores_.push_back(score.cast<double>());
      }
    }
  }

  py::list join(const py::object& sentence, const ConnectorWords& connectors,
                const py::str& delimiter, double threshold, SentenceOutput output) const {
    PhraseSentence tokens(sentence, connectors, bytes_of(delimiter));
    for (std::size_t end = 0; end < tokens.ends(); ++end) spellings_.prepare(tokens.pair(end));
    return tokens.join(output, [&](std::size_t end) -> std::optional<double> {
      const WordTable::Record* found = spellings_.find_record(tokens.pair(end));
      if (found == nullptr) return std::nullopt;
      double score = scores_[found->id];
      if (found->count != 0) {
        const std::string split =
            split_of(found->word(), tokens.word(end - 1).word, tokens.word(end).word);
        const auto number = splits_.find(WordTable::key_of(split));
        if (!number) return std::nullopt;
        score = split_scores_[*number];
      }
      return score > threshold ? std::optional(score) : std::nullopt;
    });
  }

 private:
  /// No byte of UTF-8 is 255.
  static std::string split_of(std::string_view spelling, std::string_view left,
                              std::string_view right) {
    std::string split(spelling);
    split.append("\xff").append(left).append("\xff").append(right);
    return split;
  }

  WordTable spellings_;  // a count of 1: its splits are in the other table
  std::vector<double> scores_;
  WordTable splits_;
  std::vector<double> split_scores_;
};

py::list join_counted(const PhraseTable& table, const py::object& sentence,
                      const ConnectorWords& connectors, const py::str& delimiter,
                      const ScoreRule& rule, SentenceOutput output) {
  PhraseSentence tokens(sentence, connectors, bytes_of(delimiter));
  for (std::size_t end = 0; end < tokens.ends(); ++end) {
    table.prepare(tokens.word(end));
    table.prepare(tokens.pair(end));
  }
  for (std::size_t end = 0; end < tokens.ends(); ++end) {
    table.prepare_record(tokens.word(end));
    table.prepare_record(tokens.pair(end));
  }
  return tokens.join(output, [&](std::size_t end) -> std::optional<double> {
    const std::uint64_t both = table.count(tokens.pair(end));
    if (both == 0) return std::nullopt;
    const std::uint64_t left = table.count(tokens.word(end - 1));
    const std::uint64_t right = table.count(tokens.word(end));
    if (left == 0 || right == 0) return std::nullopt;
    return rule.score(left, right, both);
  });
}

/// For spellings [begin, end): (spelling, its splits, whether it could be parted elsewhere too).
/// A split is (left, right, score) where it is above the rule's threshold, and without a rule
/// (left, right).
py::list splits(PhraseTable& table, std::size_t begin, std::size_t end,
                const ConnectorWords& connectors, const py::str& delimiter, const ScoreRule* rule) {
  const std::string joint = bytes_of(delimiter);
  const auto records = table.records();
  const auto count = [&](std::string_view word) { return table.count(WordTable::key_of(word)); };
  py::list list;
  for (std::size_t k = begin; k < std::min(end, records.size()); ++k) {
    const std::string_view spelling = records[k]->word();
    std::vector<py::tuple> found;
    table.for_each_split(spelling, joint, connectors, [&](const Split& split) {
      if (rule == nullptr) {
        found.push_back(py::make_tuple(to_str(split.left), to_str(split.right)));
      } else if (const auto score =
                     rule->score(count(split.left), count(split.right), records[k]->count)) {
        found.push_back(py::make_tuple(to_str(split.left), to_str(split.right), *score));
      }
    });
    if (found.empty()) continue;
    const bool elsewhere = spelling.find(joint, spelling.find(joint) + 1) != std::string_view::npos;
    list.append(py::make_tuple(to_str(spelling), found, elsewhere));
  }
  return list;
}

py::list entries(PhraseTable& table, std::size_t begin, std::size_t end) {
  const auto records = table.records();
  py::list list;
  for (std::size_t k = begin; k < std::min(end, records.size()); ++k) {
    list.append(py::make_tuple(to_str(records[k]->word()), records[k]->count));
  }
  return list;
}

void bind_rules(py::module_& module) {
  py::class_<ConnectorWords>(module, "ConnectorWords").def(py::init([](const py::iterable& words) {
    std::vector<std::string> spelled;
    for (const py::handle word : words) {
      if (!PyUnicode_Check(word.ptr())) {
        throw py::type_error("connector_words are str; one of them is " +
                             std::string(Py_TYPE(word.ptr())->tp_name));
      }
      spelled.push_back(bytes_of(word));
    }
    return std::make_unique<ConnectorWords>(spelled);
  }));
  py::class_<ScoreRule> rule(module, "ScoreRule");
  py::enum_<ScoreRule::Kind>(rule, "Kind")
      .value("ORIGINAL", ScoreRule::Kind::kOriginal)
      .value("NPMI", ScoreRule::Kind::kNpmi);
  rule.def(py::init(
      [](ScoreRule::Kind kind, double threshold, double min_count, double length, double words) {
        return ScoreRule{kind, threshold, min_count, length, words};
      }));
  py::enum_<SentenceOutput>(module, "SentenceOutput")
      .value("JOINED", SentenceOutput::kJoined)
      .value("PHRASES", SentenceOutput::kPhrases);
}

}  // namespace

void bind_phrases(py::module_& module) {
  bind_rules(module);
  py::class_<PhraseTable>(module, "PhraseTable")
      .def(py::init<>())
      .def("__len__", &PhraseTable::size)
      .def("count",
           [](const PhraseTable& table, const py::str& spelling) {
             return table.count(WordTable::key_of(bytes_of(spelling)));
           })
      .def("add",
           [](PhraseTable& table, const py::str& spelling, std::uint64_t count) {
             table.add(WordTable::key_of(bytes_of(spelling)), count);
           })
      .def("merge", &PhraseTable::merge)
      .def("prune", &PhraseTable::prune)
      .def("entries", &entries)
      .def("splits", &splits)
      .def("join", &join_counted);
  py::class_<PhraseSet>(module, "PhraseSet")
      .def(py::init<const py::dict&, const py::dict&>())
      .def("join", &PhraseSet::join);
  module.def("count_phrases", &count_phrases);
}

}  // namespace hogvec::python
