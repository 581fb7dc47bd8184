// StoredModel: what a file of a run has when it is opened again, after an end, a death, a copy, and
// with other epochs and threads; damaged files. Texts of 20,000 to 40,000 words of 60, one to three
// chunks an epoch. Runs of one thread are compared byte by byte. Out of scope: the layout and what
// a power failure leaves (tests/io), programs that are killed (tools/resume.py).
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "engine/model/stored_model.hpp"
#include "engine/train/train.hpp"
#include "io/model_words.hpp"
#include "tests/engine/small_runs.hpp"

namespace {

using namespace hogvec;
using testing::contains;
using testing::error_of;
using testing::read_file;
using testing::small_corpus;
using testing::TemporaryFolder;
using testing::write_file;

std::vector<float> values(const Model& model) {
  std::vector<float> all;
  for (const MatrixView matrix : model.matrices()) {
    for (std::size_t k = 0; k < matrix.rows(); ++k) {
      all.insert(all.end(), matrix.row(k), matrix.row(k) + matrix.dim());
    }
  }
  return all;
}

/// Both objectives, so that all three matrices are there.
constexpr TrainSettings kSettings{.hierarchical_softmax = true, .dim = 10, .epochs = 3};

RunRecord record_of(const Corpus& corpus, const TrainSettings& settings) {
  return {.plan = make_plan(settings),
          .text_words = corpus.text.size(),
          .fingerprint = fingerprint_of(corpus.text),
          .flags = {{"-train", "text"}}};
}

void create(const std::string& path, const Corpus& corpus, const TrainSettings& settings) {
  StoredModel stored = StoredModel::create(path, corpus.vocabulary, record_of(corpus, settings));
  initialize(stored.model(), settings.seed, 1);
  stored.publish();
}

/// Trains as many epochs of a run that has begun, or all.
RunEnd train_epochs(StoredModel& stored, const Corpus& corpus, int epochs) {
  const TrainPlan& plan = stored.record().plan;
  const RunTables tables(corpus.vocabulary, plan);
  const Model model = stored.model();
  TrainingRun run(corpus, plan, tables, model, stored.position());
  RunEnd end = RunEnd::kEpoch;
  for (int epoch = 0; epoch < epochs && end == RunEnd::kEpoch; ++epoch) end = run.run_epoch();
  return end;
}

std::vector<float> values_of_whole_run(const Corpus& corpus, const TrainSettings& settings) {
  const Model model = initial_model(corpus.vocabulary.size(), settings);
  train(corpus, settings, model);
  return values(model);
}

TEST_CASE("a created file has no name before it is published, and then words, settings and rows") {
  const TemporaryFolder folder;
  const std::string path = folder / "m";
  const Corpus corpus = small_corpus(20'000);
  const RunRecord record = record_of(corpus, kSettings);
  {
    const StoredModel lost = StoredModel::create(path, corpus.vocabulary, record);
    CHECK(!std::filesystem::exists(path));
  }
  CHECK(folder.size() == 0);
  create(path, corpus, kSettings);
  StoredModel stored = StoredModel::open(path);
  CHECK(stored.path() == path);
  CHECK(stored.state() == io::ModelState::kStopped);
  CHECK(stored.record().to_json() == record.to_json());
  CHECK(stored.start().next == 0);
  CHECK(stored.start().epochs.empty());
  const Vocabulary vocabulary = stored.vocabulary();
  REQUIRE(vocabulary.size() == corpus.vocabulary.size());
  for (WordId id = 0; id < vocabulary.size(); ++id) {
    CHECK(vocabulary.word(id) == corpus.vocabulary.word(id));
    CHECK(vocabulary.count(id) == corpus.vocabulary.count(id));
  }
  CHECK(values(stored.model()) == values(initial_model(vocabulary.size(), kSettings)));
  // Each of eleven sections begins a page, behind two of header; and that is all.
  const std::size_t bytes = StoredModel::bytes(corpus.vocabulary, record);
  CHECK(std::filesystem::file_size(path) >= bytes);
  CHECK(std::filesystem::file_size(path) <= bytes + 13 * 4096);
}

TEST_CASE("a run that ends and is gone on with comes to the bytes of the whole one") {
  const TemporaryFolder folder;
  const std::string path = folder / "m";
  const Corpus corpus = small_corpus(40'000);
  create(path, corpus, kSettings);
  for (std::size_t epoch = 0; epoch < 3; ++epoch) {
    StoredModel stored = StoredModel::open(path);
    CHECK(stored.start().next == epoch * 3);
    stored.begin(stored.record());
    const RunEnd end = train_epochs(stored, corpus, 1);
    CHECK(end == (epoch == 2 ? RunEnd::kFinished : RunEnd::kEpoch));
    stored.end(epoch == 2 ? io::ModelState::kFinished : io::ModelState::kStopped);
  }
  StoredModel stored = StoredModel::open(path);
  CHECK(stored.state() == io::ModelState::kFinished);
  CHECK(stored.start().first() == 9);
  CHECK(stored.start().epochs.size() == 3);
  CHECK(values(stored.model()) == values_of_whole_run(corpus, kSettings));
}

/// The file anew, with so many more floats from row to row of the named matrices.
void widen(const std::string& path, std::span<const char* const> names, std::size_t floats) {
  const io::ModelFile from = io::ModelFile::open(path);
  std::vector<io::ModelSection> sections = from.sections();
  for (io::ModelSection& section : sections) {
    if (std::find(names.begin(), names.end(), section.name) == names.end()) continue;
    section.stride += floats;
    section.bytes = section.rows * section.stride * sizeof(float);
  }
  io::ModelFile to = io::ModelFile::create(path, sections);
  for (const io::ModelSection& section : sections) {
    if (section.is_matrix()) {
      const ConstMatrixView rows = from.matrix(section.name);
      const MatrixView copies = to.writable_matrix(section.name);
      for (std::size_t k = 0; k < rows.rows(); ++k) {
        std::copy_n(rows.row(k), rows.dim(), copies.row(k));
      }
    } else {
      const std::span<const std::byte> bytes = from.section(section.name);
      std::copy(bytes.begin(), bytes.end(), to.writable_section(section.name).begin());
    }
    if (from.is_sealed(section.name)) to.seal(section.name);
  }
  to.commit(from.state(), true);
  to.publish();
}

TEST_CASE("a file of another stride is gone on with, and comes to the same values") {
  const TemporaryFolder folder;
  const std::string path = folder / "m";
  const Corpus corpus = small_corpus(40'000);
  create(path, corpus, kSettings);
  widen(path, std::array{"input", "output", "nodes"}, 48);
  StoredModel stored = StoredModel::open(path);
  stored.begin(stored.record());
  CHECK(stored.model().input.stride() == row_stride(kSettings.dim) + 48);
  CHECK(train_epochs(stored, corpus, kSettings.epochs) == RunEnd::kFinished);
  CHECK(values(stored.model()) == values_of_whole_run(corpus, kSettings));
}

TEST_CASE("who dies leaves the live position; a copy of the file has the lasting one") {
  const TemporaryFolder folder;
  const std::string path = folder / "m";
  const Corpus corpus = small_corpus(40'000);
  create(path, corpus, kSettings);
  {
    StoredModel stored = StoredModel::open(path);
    stored.begin(stored.record());
    train_epochs(stored, corpus, 1);
    // Before any checkpoint the lasting position is that of the beginning.
    std::filesystem::copy_file(path, folder / "early");
    stored.checkpoint();
    train_epochs(stored, corpus, 1);
    std::filesystem::copy_file(path, folder / "late");
  }  // without end(): as a process that is killed leaves it
  {
    const StoredModel early = StoredModel::open(folder / "early");
    CHECK(early.state() == io::ModelState::kTraining);
    CHECK(early.start().first() == 0);
    const StoredModel late = StoredModel::open(folder / "late");
    CHECK(late.start().first() == 3);
    CHECK(late.start().epochs.size() == 1);
  }
  StoredModel live = StoredModel::open(path);
  CHECK(live.state() == io::ModelState::kTraining);
  CHECK(live.start().first() == 6);
  CHECK(live.start().epochs.size() == 2);
  live.begin(live.record());
  // Who goes on has made that position lasting, before its memory is laid out anew.
  std::filesystem::copy_file(path, folder / "again");
  CHECK(StoredModel::open(folder / "again").start().first() == 6);
  CHECK(train_epochs(live, corpus, 1) == RunEnd::kFinished);
  live.end(io::ModelState::kFinished);
  CHECK(values(live.model()) == values_of_whole_run(corpus, kSettings));
}

TEST_CASE("chunks in hand are kept by who has fewer workers than there were") {
  constexpr int kWorkers = 8;
  const TemporaryFolder folder;
  const std::string path = folder / "m";
  const Corpus corpus = small_corpus(20'000);
  TrainSettings settings = kSettings;
  settings.epochs = 20;
  settings.threads = kWorkers;
  create(path, corpus, settings);
  {
    StoredModel stored = StoredModel::open(path);
    stored.begin(stored.record());
    for (std::size_t worker = 0; worker < kWorkers; ++worker) stored.position().take(worker, 20);
  }
  settings.threads = 1;
  for (int death = 0; death < 3; ++death) {
    StoredModel stored = StoredModel::open(path);
    CHECK(stored.start().next == kWorkers);
    CHECK(stored.start().redo.size() == kWorkers);
    stored.begin(record_of(corpus, settings));
    stored.position().take(0, 20);
    if (death == 1) stored.checkpoint();
  }
}

/// The header page of a model file with the higher sequence is the one that counts.
constexpr std::size_t kPage = 4096;

/// A run goes on with more epochs, more threads, and a flag of so many bytes.
void grow(std::size_t flag_bytes) {
  const TemporaryFolder folder;
  const std::string path = folder / "m";
  const Corpus corpus = small_corpus(40'000);
  create(path, corpus, kSettings);
  {
    StoredModel stored = StoredModel::open(path);
    stored.begin(stored.record());
    train_epochs(stored, corpus, 1);
    stored.end(io::ModelState::kStopped);
  }
  const std::string before = read_file(path);
  TrainSettings more = kSettings;
  more.epochs = 1'000;  // tallies of more than the page that a section has
  more.threads = 40;
  more.alpha = 0.01;
  RunRecord record = record_of(corpus, more);
  record.flags["-output"] = std::string(flag_bytes, 'x');
  std::vector<float> rows;
  {
    StoredModel stored = StoredModel::open(path);
    rows = values(stored.model());
    stored.begin(record);
    CHECK(stored.record().to_json() == record.to_json());
    CHECK(stored.start().first() == 3);
    CHECK(values(stored.model()) == rows);
  }
  // The process dies before it commits: all that it wrote is there, but for the header.
  const std::string after = read_file(path);
  CHECK(after.size() > before.size());
  write_file(folder / "dead", before.substr(0, 2 * kPage) + after.substr(2 * kPage));
  {
    StoredModel dead = StoredModel::open(folder / "dead");
    CHECK(dead.record().to_json() == record_of(corpus, kSettings).to_json());
    CHECK(dead.state() == io::ModelState::kStopped);
    CHECK(dead.start().first() == 3);
    CHECK(values(dead.model()) == rows);
    dead.begin(record);  // and grows again, behind what was left
    CHECK(values(dead.model()) == rows);
  }
  // The machine dies while one of the headers is written: the other counts, of the same position.
  for (const std::size_t page : {0u, 1u}) {
    std::string torn = after;
    std::fill_n(torn.begin() + static_cast<std::ptrdiff_t>(page * kPage), kPage, '\0');
    write_file(folder / "torn", torn);
    StoredModel stored = StoredModel::open(folder / "torn");
    CHECK(stored.record().to_json() == record.to_json());
    CHECK(stored.start().first() == 3);
    CHECK(values(stored.model()) == rows);
  }
  StoredModel stored = StoredModel::open(path);
  CHECK(stored.start().first() == 3);
  CHECK(stored.start().epochs.size() == 1);
  stored.begin(record);
  for (std::size_t worker = 0; worker < 40; ++worker) CHECK(stored.position().take(worker, 3'000));
  stored.checkpoint();
  CHECK(stored.start().redo.size() == 40);
}

TEST_CASE(
    "a record of other epochs, threads and flags finds room, and the old header still holds") {
  grow(1);       // the settings fit where they are
  grow(10'000);  // and not in their section
}

TEST_CASE("a copy can be gone on with by itself, and the run goes on where it is") {
  const TemporaryFolder folder;
  const std::string path = folder / "m";
  const Corpus corpus = small_corpus(40'000);
  create(path, corpus, kSettings);
  {
    StoredModel stored = StoredModel::open(path);
    stored.begin(stored.record());
    train_epochs(stored, corpus, 1);
    stored.copy_to(folder / "copy");
    CHECK(stored.state() == io::ModelState::kTraining);
    train_epochs(stored, corpus, 1);
  }
  CHECK(StoredModel::open(path).start().first() == 6);  // as live as before
  {
    StoredModel copy = StoredModel::open(folder / "copy");
    CHECK(copy.state() == io::ModelState::kStopped);
    CHECK(copy.start().first() == 3);
    copy.begin(copy.record());
    CHECK(train_epochs(copy, corpus, 2) == RunEnd::kFinished);
    CHECK(values(copy.model()) == values_of_whole_run(corpus, kSettings));
  }
}

TEST_CASE("a copy that fails leaves a run that is trained, as it was") {
  const TemporaryFolder folder;
  const std::string path = folder / "m";
  const Corpus corpus = small_corpus(40'000);
  create(path, corpus, kSettings);
  {
    StoredModel stored = StoredModel::open(path);
    stored.begin(stored.record());
    train_epochs(stored, corpus, 1);
    CHECK(contains(error_of([&] { stored.copy_to(folder / "none/copy"); }), "none/copy"));
    CHECK(stored.state() == io::ModelState::kTraining);
    train_epochs(stored, corpus, 1);
  }
  CHECK(StoredModel::open(path).start().first() == 6);
}

/// One line that begins with the path.
void check_refused(const std::string& path, const std::string& part) {
  const std::string message = error_of([&] { StoredModel::open(path); });
  CHECK(message.starts_with(path + ": "));
  CHECK(contains(message, part));
  CHECK(!contains(message, "\n"));
}

/// Other bytes in a section, under a right checksum.
void overwrite(const std::string& path, const char* section, const std::string& bytes) {
  io::ModelFile file = io::ModelFile::open_to_train(path);
  const std::span<std::byte> room = file.writable_section(section);
  REQUIRE(bytes.size() <= room.size());
  std::fill(room.begin(), room.end(), std::byte{0});
  std::memcpy(room.data(), bytes.data(), bytes.size());
  if (file.is_sealed(section)) file.seal(section);
  file.commit(file.state(), true);
}

TEST_CASE("settings and positions that are damaged are refused, in a line that names the file") {
  const TemporaryFolder folder;
  const std::string path = folder / "m";
  const Corpus corpus = small_corpus(20'000);
  const std::string json = record_of(corpus, kSettings).to_json();
  for (const std::string& plan : {std::string(), json.substr(0, json.size() / 2), std::string("{}"),
                                  "\xff" + json.substr(1)}) {
    create(path, corpus, kSettings);
    overwrite(path, "plan", plan);
    check_refused(path, "the settings of the run are damaged");
  }
  create(path, corpus, kSettings);
  // The first position that is written is the second copy.
  overwrite(path, "position_b", std::string(32, '\xff'));
  check_refused(path, "the position of the run is damaged");
  create(path, corpus, kSettings);
  {
    StoredModel stored = StoredModel::open(path);
    stored.begin(stored.record());
  }
  overwrite(path, "position", "something else");
  check_refused(path, "the position of the run is damaged");
}

TEST_CASE("a file without the matrices of its settings, or with others, is refused") {
  const TemporaryFolder folder;
  const std::string path = folder / "m";
  const Corpus corpus = small_corpus(20'000);
  TrainSettings tree = kSettings;
  tree.negatives = 0;
  TrainSettings noise = kSettings;
  noise.hierarchical_softmax = false;
  TrainSettings longer = kSettings;
  longer.dim = 11;
  const std::string needs = record_of(corpus, kSettings).to_json();
  create(path, corpus, tree);
  overwrite(path, "plan", needs);
  check_refused(path, "the matrix output");
  create(path, corpus, noise);
  overwrite(path, "plan", needs);
  check_refused(path, "the matrix nodes");
  create(path, corpus, longer);
  overwrite(path, "plan", needs);
  check_refused(path, "the matrix input");

  create(path, corpus, kSettings);
  widen(path, std::array{"output"}, 16);
  check_refused(path, "the matrix output has rows of another stride than input");

  // A model that somebody else has made, of words and vectors alone.
  std::filesystem::remove(path);
  std::vector<io::ModelSection> sections = io::word_sections(corpus.vocabulary.words());
  sections.push_back(io::ModelSection::matrix("input", corpus.vocabulary.size(), 10));
  io::ModelFile file = io::ModelFile::create(path, sections);
  io::write_word_sections(file, corpus.vocabulary.words());
  file.commit(io::ModelState::kFinished, true);
  file.publish();
  file = io::ModelFile();
  check_refused(path, "plan");
}

}  // namespace
