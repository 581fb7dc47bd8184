// RunRecord: every setting and every flag comes back from its JSON; damaged JSON is an error.
// Out of scope: where it lies in a file (test_stored_model), what a program does with its flags.
#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "engine/model/run_record.hpp"
#include "io/checksum.hpp"
#include "tests/files.hpp"

namespace {

using namespace hogvec;
using testing::error_of;

constexpr const char* kDamaged = "the settings of the run are damaged";

/// Every value another than that of an empty plan, and the largest where it is a number.
RunRecord full_record() {
  constexpr auto kMost = std::numeric_limits<std::size_t>::max();
  RunRecord record;
  record.plan.architecture = Architecture::kCbow;
  record.plan.hierarchical_softmax = true;
  record.plan.full_softmax = true;
  record.plan.negatives = kMost;
  record.plan.block_centers = kMost - 1;
  record.plan.noise_rows = kMost - 2;
  record.plan.rows_at_once = kMost - 3;
  record.plan.softmax_batch = kMost - 4;
  record.plan.softmax_exact = true;
  record.plan.softmax_threads = SoftmaxThreads::kHogwild;
  record.plan.cbow_gradient = CbowGradient::kPaper;
  record.plan.dim = kMost - 5;
  record.plan.window = kMost - 6;
  record.plan.subsampling = 0.1;  // no binary fraction
  record.plan.epochs = kMost - 7;
  record.plan.alpha = std::numeric_limits<double>::denorm_min();
  record.plan.seed = kMost - 8;
  record.plan.threads = std::numeric_limits<int>::max();
  record.text_words = kMost - 9;
  record.fingerprint = 0x00f0'0000'0000'0001;  // leading zeros, and not all of them
  record.flags = {{"-output", "v"}, {"-train", "a \"b\"\\\n'c'"}, {"-init", ""}};
  return record;
}

void check_equal(const TrainPlan& a, const TrainPlan& b) {
  CHECK(a.architecture == b.architecture);
  CHECK(a.hierarchical_softmax == b.hierarchical_softmax);
  CHECK(a.full_softmax == b.full_softmax);
  CHECK(a.negatives == b.negatives);
  CHECK(a.block_centers == b.block_centers);
  CHECK(a.noise_rows == b.noise_rows);
  CHECK(a.rows_at_once == b.rows_at_once);
  CHECK(a.softmax_batch == b.softmax_batch);
  CHECK(a.softmax_exact == b.softmax_exact);
  CHECK(a.softmax_threads == b.softmax_threads);
  CHECK(a.cbow_gradient == b.cbow_gradient);
  CHECK(a.dim == b.dim);
  CHECK(a.window == b.window);
  CHECK(a.subsampling == b.subsampling);
  CHECK(a.epochs == b.epochs);
  CHECK(a.alpha == b.alpha);
  CHECK(a.seed == b.seed);
  CHECK(a.threads == b.threads);
  CHECK(a.shrink_windows == b.shrink_windows);
  CHECK(a.sentence_words == b.sentence_words);
  CHECK(a.noise_power == b.noise_power);
  CHECK(a.end_alpha == b.end_alpha);
}

void check_equal(const RunRecord& a, const RunRecord& b) {
  check_equal(a.plan, b.plan);
  CHECK(a.text_words == b.text_words);
  CHECK(a.fingerprint == b.fingerprint);
  CHECK(a.flags == b.flags);
}

TEST_CASE("a record comes back from its JSON, every setting of it") {
  // The smallest and the largest of everything, and what flags stand for.
  const RunRecord records[] = {
      {}, full_record(), {.plan = make_plan({}), .text_words = 1, .fingerprint = 2}};
  for (const RunRecord& record : records) {
    const std::string json = record.to_json();
    check_equal(RunRecord::from_json(json), record);
    CHECK(RunRecord::from_json(json).to_json() == json);
  }
}

TEST_CASE("flags of any bytes come back, and the JSON is UTF-8") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  RunRecord record{.plan = make_plan({})};
  record.flags = {{"-train", all}, {all, "b\xc3\xa4r \xff\xfe"}};
  const std::string json = record.to_json();
  CHECK(RunRecord::from_json(json).flags == record.flags);
  for (const char byte : json) CHECK(static_cast<unsigned char>(byte) != 0xff);
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

TEST_CASE("what the first files had not is as it was when there was no other") {
  RunRecord record{.plan = make_plan({})};
  std::string json = record.to_json();
  for (const char* const setting : {"\"end_alpha\": 0.0", "\"noise_power\": 0.75",
                                    "\"shrink_windows\": true", "\"sentence_words\": 1000"}) {
    json = replaced(json, setting, "\"unknown\": 0");
  }
  check_equal(RunRecord::from_json(json), record);
}

TEST_CASE("JSON that is cut off, or lacks a setting, or has one of another kind, is an error") {
  const std::string json = RunRecord{.plan = make_plan({}), .flags = {{"-train", "x"}}}.to_json();
  const auto refused = [](const std::string& text) {
    return error_of([&] { RunRecord::from_json(text); }) == kDamaged;
  };
  REQUIRE(!refused(json));
  // The last two bytes are the brace and a newline that nobody needs.
  for (std::size_t size = 0; size + 1 < json.size(); ++size) CHECK(refused(json.substr(0, size)));
  const char* const names[] = {"architecture",  "hierarchical_softmax",
                               "full_softmax",  "negatives",
                               "block_centers", "noise_rows",
                               "rows_at_once",  "softmax_batch",
                               "softmax_exact", "softmax_threads",
                               "cbow_gradient", "dim",
                               "window",        "subsampling",
                               "epochs",        "alpha",
                               "seed",          "threads",
                               "words",         "fingerprint",
                               "flags"};
  for (const char* const name : names) {
    const std::string quoted = std::string("\"") + name + "\":";
    CHECK(refused(replaced(json, quoted, "\"other\":")));
    CHECK(refused(replaced(json, quoted, quoted + " [1], \"other\":")));
  }
  // No conversion from one number to another: what was written is what is read.
  for (const char* const number : {"-1", "1.5", "true", "1e300", "18446744073709551616", "\"5\""}) {
    CHECK(refused(replaced(json, "\"negatives\": 5", std::string("\"negatives\": ") + number)));
  }
  for (const char* const number : {"-1", "2147483648", "1.0"}) {
    CHECK(refused(replaced(json, "\"threads\": 1", std::string("\"threads\": ") + number)));
  }
  CHECK(refused(replaced(json, "\"softmax_exact\": false", "\"softmax_exact\": 0")));
  CHECK(refused(replaced(json, "\"skip-gram\"", "\"skip\"")));
  for (const char* const digits : {"x", "0 ", "-0"}) {
    CHECK(refused(
        replaced(json, "\"fingerprint\": \"0", std::string("\"fingerprint\": \"") + digits)));
  }
  CHECK(refused(replaced(json, "\"fingerprint\": \"0", "\"fingerprint\": \"10000000000000000000")));
  CHECK(refused(replaced(json, "{\n    \"-train\": \"x\"\n  }", "[\"x\"]")));
  CHECK(refused(replaced(json, "{\n    \"-train\": \"x\"\n  }", "\"x\"")));
  CHECK(refused(replaced(json, "\"x\"", "\"\xc4\x80\"")));  // no byte is that code point
  CHECK(refused("[]"));
  CHECK(refused(std::string(100'000, '[')));  // deep, but no deep recursion
}

TEST_CASE("locked words come back, and a list of something else is refused") {
  RunRecord record;
  record.plan = make_plan({});
  record.locked = {0, 7, 4'000'000'000};
  CHECK(RunRecord::from_json(record.to_json()).locked == record.locked);
  const std::string json = record.to_json();
  for (const char* const other : {"0 x 3", "0 7 40000000000"}) {
    CHECK_THROWS_AS(RunRecord::from_json(replaced(json, "0 7 4000000000", other)), Error);
  }
  record.locked.clear();
  CHECK(RunRecord::from_json(record.to_json()).locked.empty());
}

TEST_CASE("texts of other words, or in another order, have other fingerprints") {
  const std::vector<WordId> text{1, 2, 3, 0};
  // That of the bytes, as it always was: of all at once.
  CHECK(fingerprint_of(EncodedCorpus(text)) ==
        io::checksum_of(text.data(), text.size() * sizeof(WordId)));
  for (const std::vector<WordId>& other :
       {std::vector<WordId>{1, 2, 3}, {2, 1, 3, 0}, {1, 2, 3, 0, 0}, {1, 2, 4, 0}}) {
    CHECK(fingerprint_of(EncodedCorpus(text)) != fingerprint_of(EncodedCorpus(other)));
  }
}

}  // namespace
