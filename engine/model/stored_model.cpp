#include "engine/model/stored_model.hpp"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "io/error.hpp"
#include "io/model_words.hpp"

namespace hogvec {
namespace {

constexpr const char* kRecord = "plan";
constexpr const char* kLive = "position";
constexpr const char* kCopies[] = {"position_a", "position_b"};

std::size_t live_bytes(const PositionRecord& start, const TrainPlan& plan) {
  return Position::bytes(start, static_cast<std::size_t>(plan.chunk_workers()), plan.epochs);
}

/// Of a position that a run leaves: at the most every worker had a chunk in hand, or all that was
/// to be trained again still is.
std::size_t copy_bytes(const PositionRecord& start, const TrainPlan& plan) {
  const std::size_t redo =
      std::max(start.redo.size(), static_cast<std::size_t>(plan.chunk_workers()));
  return PositionRecord::most_bytes(redo, plan.epochs);
}

std::vector<io::ModelSection> sections_of(const Vocabulary& vocabulary, const RunRecord& record) {
  std::vector<io::ModelSection> sections = io::word_sections(vocabulary.words());
  const ModelShape shape(vocabulary.size(), record.plan);
  sections.push_back({.name = kRecord, .bytes = record.to_json().size()});
  sections.push_back({.name = kLive, .bytes = live_bytes({}, record.plan)});
  for (const char* copy : kCopies) {
    sections.push_back({.name = copy, .bytes = copy_bytes({}, record.plan)});
  }
  sections.push_back(io::ModelSection::matrix("input", shape.words, shape.dim));
  if (shape.output) {
    sections.push_back(io::ModelSection::matrix("output", shape.output_rows(), shape.dim));
  }
  if (shape.nodes) {
    sections.push_back(io::ModelSection::matrix("nodes", shape.node_rows(), shape.dim));
  }
  return sections;
}

std::string_view text_of(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return text.substr(0, text.find('\0'));
}

/// Says in which file.
template <class Read>
auto read_from(const io::ModelFile& file, const Read& read) {
  try {
    return read();
  } catch (const Error& error) {
    throw Error(file.path() + ": " + error.what());
  }
}

}  // namespace

StoredModel StoredModel::create(const std::string& path, const Vocabulary& vocabulary,
                                const RunRecord& record) {
  StoredModel model;
  model.file_ = io::ModelFile::create(path, sections_of(vocabulary, record));
  io::write_word_sections(model.file_, vocabulary.words());
  model.record_ = record;
  model.write_text(kRecord, record.to_json());
  return model;
}

std::size_t StoredModel::bytes(const Vocabulary& vocabulary, const RunRecord& record) {
  std::size_t bytes = 0;
  for (const io::ModelSection& section : sections_of(vocabulary, record)) bytes += section.bytes;
  return bytes;
}

void StoredModel::publish(io::ModelState state) {
  commit_position(state);
  file_.publish();
}

StoredModel StoredModel::open(const std::string& path) {
  StoredModel model;
  model.file_ = io::ModelFile::open_to_train(path);
  model.file_.verify_all();
  model.record_ = read_record(model.file_);
  model.start_ = read_position(model.file_);
  model.first_copy_ = model.file_.is_sealed(kCopies[0]);
  model.model();  // all that the settings need is there
  return model;
}

Vocabulary StoredModel::vocabulary() const { return read_vocabulary(file_); }

void StoredModel::write_text(std::string_view section, const std::string& text) {
  const std::span<std::byte> bytes = file_.writable_section(section);
  std::fill(bytes.begin(), bytes.end(), std::byte{0});
  std::memcpy(bytes.data(), text.data(), text.size());
  file_.seal(section);
}

void StoredModel::begin(const RunRecord& record, std::size_t most_redo) {
  const bool was_killed = file_.state() == io::ModelState::kTraining;
  const std::string json = record.to_json();
  // From here on the lasting position counts until the live one is laid out anew.
  if (was_killed) commit_position(io::ModelState::kStopped);
  if (json != record_.to_json()) {
    // In new places, so that the old header holds until the new one is lasting.
    file_.grow({.name = kRecord, .bytes = json.size()});
    write_text(kRecord, json);
    record_ = record;
    make_room_for_position(most_redo);
    commit_position(io::ModelState::kStopped);
  } else if (make_room_for_position(most_redo)) {
    commit_position(io::ModelState::kStopped);
  }
  lay_out_position();
}

void StoredModel::move_to(const PositionRecord& position) {
  start_ = position;
  const bool fits = live_bytes(start_, record_.plan) <= file_.section(kLive).size() &&
                    copy_bytes(start_, record_.plan) <= file_.section(kCopies[0]).size() &&
                    copy_bytes(start_, record_.plan) <= file_.section(kCopies[1]).size();
  if (!fits) {
    // Who holds the rows would lose them if the file grew.
    start_.next = start_.first();
    start_.redo.clear();
  }
  commit_position(io::ModelState::kStopped);
  lay_out_position();
}

/// Whether start_, or as many chunks to be trained again, did not fit.
bool StoredModel::make_room_for_position(std::size_t most_redo) {
  PositionRecord largest = start_;
  largest.redo.resize(std::max(most_redo, start_.redo.size()));
  const std::size_t copy = copy_bytes(largest, record_.plan);
  bool grown = false;
  const auto make_room = [&](const char* name, std::size_t bytes) {
    if (file_.section(name).size() >= bytes) return;
    file_.grow({.name = name, .bytes = bytes});
    grown = true;
  };
  make_room(kLive, live_bytes(largest, record_.plan));
  for (const char* name : kCopies) make_room(name, copy);
  return grown;
}

/// The live position, which counts from then on, is start_.
void StoredModel::lay_out_position() {
  const TrainPlan& plan = record_.plan;
  position_ = Position(file_.writable_section(kLive), start_,
                       static_cast<std::size_t>(plan.chunk_workers()), plan.epochs);
  file_.commit(io::ModelState::kTraining, false);
}

Model StoredModel::model() {
  Model model;
  const TrainPlan& plan = record_.plan;
  const auto rows = [&](const char* name, std::size_t count) {
    const MatrixView matrix = file_.writable_matrix(name);
    if (matrix.rows() != count || matrix.dim() != plan.dim) {
      throw Error(file_.path() + ": the matrix " + name +
                  " is not of the words and the size that the settings say; it is damaged");
    }
    if (!model.input.empty() && matrix.stride() != model.input.stride()) {
      throw Error(file_.path() + ": the matrix " + name +
                  " has rows of another stride than input; whoever wrote it, give all the same");
    }
    return matrix;
  };
  const std::size_t words = file_.section("counts").size() / sizeof(std::uint64_t);
  model.input = rows("input", words);
  if (plan.trains_output()) model.output = rows("output", words);
  if (plan.hierarchical_softmax) model.nodes = rows("nodes", words - 1);
  return model;
}

void StoredModel::checkpoint() {
  start_ = position_.read();
  commit_position(io::ModelState::kTraining);
}

void StoredModel::end(io::ModelState state) {
  start_ = position_.read();
  commit_position(state);
}

void StoredModel::copy_to(const std::string& path) {
  start_ = position_.read();
  // The copy is of a run that nobody is at.
  commit_position(io::ModelState::kStopped);
  try {
    file_.copy_to(path);
  } catch (...) {
    // Whoever is killed from here on has trained more than the lasting position says.
    file_.commit(io::ModelState::kTraining, false);
    throw;
  }
  file_.commit(io::ModelState::kTraining, false);
}

/// Writes start_ to the copy that does not count, which then does.
void StoredModel::commit_position(io::ModelState state) {
  const char* const next = kCopies[first_copy_ ? 1 : 0];
  const std::vector<std::byte> bytes = start_.encode();
  const std::span<std::byte> room = file_.writable_section(next);
  if (bytes.size() > room.size()) {
    throw Error(file_.path() + ": the position of the run does not fit its section");
  }
  std::copy(bytes.begin(), bytes.end(), room.begin());
  file_.seal(next);
  file_.unseal(kCopies[first_copy_ ? 0 : 1]);
  file_.commit(state, true);
  first_copy_ = !first_copy_;
}

bool has_record(const io::ModelFile& file) {
  return file.has(kRecord) && text_of(file.section(kRecord)) != "{}";
}

RunRecord read_record(const io::ModelFile& file) {
  return read_from(file, [&] { return RunRecord::from_json(text_of(file.section(kRecord))); });
}

PositionRecord read_position(const io::ModelFile& file) {
  return read_from(file, [&] {
    // What a process wrote that was killed is there; what a machine wrote that went down may not
    // be.
    if (file.state() == io::ModelState::kTraining && file.is_live()) {
      return Position::recover(file.section(kLive));
    }
    const char* const copy = kCopies[file.is_sealed(kCopies[0]) ? 0 : 1];
    file.verify(copy);
    return PositionRecord::decode(file.section(copy));
  });
}

Vocabulary read_vocabulary(const io::ModelFile& file) {
  return Vocabulary::in_order(io::ModelWords(file).all());
}

}  // namespace hogvec
