// What a page shows of a run's history: curves of any length, numbers that are none, what is
// measured and what is not; flags as they were given and as they count; words that are watched.
// Out of scope: what a run puts into its history (test_run_page.sh).
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/model/matrix.hpp"
#include "tools/options.hpp"
#include "tools/run_history.hpp"
#include "tools/watched_words.hpp"

namespace {

using namespace hogvec;
using namespace hogvec::tools;
using nlohmann::json;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

CommandLine line_of(std::vector<std::string> words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  return {static_cast<int>(pointers.size()), pointers.data()};
}

/// A run with so many pieces of ten examples, of which piece k has a loss of k.
RunHistory history_of(std::size_t pieces) {
  RunHistory run;
  for (std::size_t k = 0; k < pieces; ++k) {
    run.curve.push_back({(k + 1) * 100, 0.025, {10.0 * static_cast<double>(k), 10, 0}});
  }
  return run;
}

TEST_CASE("a curve has at most 512 points, which are the means of those side by side") {
  for (const std::size_t pieces : {0u, 1u, 511u, 512u, 513u, 1025u, 4096u}) {
    CAPTURE(pieces);
    const json curve = page_data(history_of(pieces), 0)["curve"];
    const std::size_t points = curve["words"].size();
    CHECK(points <= 512);
    CHECK(curve["loss"].size() == points);
    CHECK(curve["alpha"].size() == points);
    if (pieces == 0) continue;
    CHECK(points > pieces / 17);  // no fewer than half of 512 where there are so many
    CHECK(curve["words"].back() == pieces * 100);
    const double together = curve["words"][0].get<double>() / 100;
    CHECK(curve["loss"][0].get<double>() == doctest::Approx((together - 1) / 2));
  }
}

TEST_CASE("what is no number is null") {
  RunHistory run = history_of(2);
  run.curve[0].loss.sum = kNone;
  run.curve[1].loss.examples = 0;
  run.epochs.push_back({std::numeric_limits<double>::infinity(), kNone, false});
  run.held_out.push_back({1, kNone, kNone});
  run.watched.push_back({"word", 1});
  run.looks.push_back({1, {{kNone, {{"other", static_cast<float>(kNone)}}}}});
  run.alpha = kNone;
  const json data = json::parse(page_data(run, kNone).dump());
  CHECK(data["curve"]["loss"] == json::array({nullptr, nullptr}));
  CHECK(data["epochs"][0]["loss"].is_null());
  CHECK(data["epochs"][0]["perplexity"].is_null());
  CHECK(data["held_out"][0]["loss"].is_null());
  CHECK(data["watched"][0]["looks"][0]["moved"].is_null());
  CHECK(data["watched"][0]["looks"][0]["near"][0][1].is_null());
  CHECK(data["alpha"].is_null());
}

TEST_CASE("of epochs at most a thousand are shown, the last one among them") {
  RunHistory run;
  run.epochs.assign(123'457, {1, std::nullopt, true});
  const json epochs = page_data(run, 0)["epochs"];
  CHECK(epochs.size() <= 1001);
  CHECK(epochs.size() > 500);
  CHECK(epochs.back()["epoch"] == 123'457);
}

TEST_CASE("clocks and memory have a say in what is measured alone") {
  RunHistory run = history_of(3);
  run.notes = {{"a warning", true}, {"took 3 s", false}};
  json before = page_data(run, 1);
  run.seconds = run.page_seconds = run.wall_begin = run.trained_seconds = 17;
  run.phase_seconds.fill(3);
  run.peak_memory = 1 << 20;
  run.samples = {{1, 100, 5}};
  run.placement = Placement{.cores = 2};
  run.notes[1].text = "took 4 s";
  json after = page_data(run, 2);
  CHECK(before["measured"] != after["measured"]);
  before.erase("measured");
  after.erase("measured");
  CHECK(before == after);
  CHECK(after["warnings"] == json::array({"a warning"}));
}

TEST_CASE("settings say what they were given as, what they are, and who has said so") {
  CommandLine line = line_of({"word2vec", "-train", "text", "-output", "v", "-cbow", "0",
                              "-threads", "0", "-negative", "+7", "-page", "p"});
  const Word2vecOptions options = word2vec_options(line);
  const auto setting = [&, all = run_settings(options, line)](const std::string& flag) {
    for (const Setting& one : all) {
      if (one.flag == flag) return one;
    }
    FAIL("no setting " << flag);
    return Setting{};
  };
  CHECK(setting("-alpha").value == "0.025");
  CHECK(setting("-alpha").from == SettingFrom::kChosen);
  CHECK(setting("-block").from == SettingFrom::kChosen);
  CHECK(setting("-noise-rows").value == "7");
  CHECK(setting("-negative").given == "+7");
  CHECK(setting("-negative").value == "7");
  CHECK(setting("-negative").from == SettingFrom::kGiven);
  CHECK(setting("-threads").given == "0");
  CHECK(setting("-threads").value != "0");
  CHECK(setting("-threads").from == SettingFrom::kChosen);
  CHECK(setting("-window").from == SettingFrom::kDefault);
  CHECK(setting("-page").value == "p");  // and not where that lies
}

Vocabulary vocabulary_of(std::size_t words) {
  std::vector<io::WordCount> counts{{"</s>", 1}};
  for (std::size_t k = 1; k < words; ++k)
    counts.push_back({"w" + std::to_string(k), 10'000 / k + 1});
  return Vocabulary::in_order(std::move(counts));
}

TEST_CASE("a dozen frequent words are watched, or those there are, and never the sentence's end") {
  for (const std::size_t words : {1u, 2u, 5u, 13u, 100u, 5000u}) {
    CAPTURE(words);
    const Vocabulary vocabulary = vocabulary_of(words);
    const WatchedWords watched({}, vocabulary);
    CHECK(watched.ids().size() <= 12);
    CHECK(watched.ids().empty() == (words == 1));
    if (words >= 13) CHECK(watched.ids().size() == 12);
    for (std::size_t k = 0; k < watched.ids().size(); ++k) {
      CHECK(watched.ids()[k] < words);
      CHECK(watched.ids()[k] > (k == 0 ? 0 : watched.ids()[k - 1]));
    }
  }
}

TEST_CASE("a look tells the nearest words, and how far a word has moved since the one before") {
  const Vocabulary vocabulary = vocabulary_of(4);
  const Matrix rows(4, 2);
  const float values[4][2] = {{1, 0}, {1, 0}, {0.9f, 0.1f}, {-1, 0}};
  for (std::size_t k = 0; k < 4; ++k) std::copy_n(values[k], 2, rows.row(k));
  Word2vecOptions options;
  options.watch = {"w1", "w1", "w3"};
  WatchedWords watched(options, vocabulary);
  REQUIRE(watched.ids() == std::vector<WordId>{1, 3});
  std::vector<WordLook> looks = watched.look(rows, 1);
  REQUIRE(looks.size() == 2);
  CHECK_FALSE(looks[0].moved);
  REQUIRE(looks[0].near.size() == 2);  // neither </s> nor itself
  CHECK(looks[0].near[0].word == "w2");
  CHECK(looks[0].near[1].word == "w3");
  CHECK(looks[0].near[1].cosine == doctest::Approx(-1));
  rows.row(1)[0] = 0;
  rows.row(1)[1] = 5;
  looks = watched.look(rows, 1);
  CHECK(*looks[0].moved == doctest::Approx(0));
  CHECK(*looks[1].moved == doctest::Approx(1));
}

}  // namespace
