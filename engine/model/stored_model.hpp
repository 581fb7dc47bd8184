// A model in a file: trained where it lies, and kept whatever becomes of the process.
//
// Two positions are in it. The live one is written chunk by chunk, and holds when a process is
// killed. The lasting one is a copy of it, of which there are two sections that take turns: at a
// checkpoint the data is made lasting before the copy, so that it holds when the machine goes down,
// or when the file is copied while it is trained. Rows may then be newer than it is: their chunks
// are trained again.
#pragma once

#include <optional>
#include <string>

#include "engine/model/model.hpp"
#include "engine/model/run_record.hpp"
#include "engine/train/position.hpp"
#include "engine/vocab/vocabulary.hpp"
#include "io/model_file.hpp"

namespace hogvec {

/// Movable. One thread, but that checkpoint() may be another's while a run goes on.
class StoredModel {
 public:
  /// A file of a model of these words, its rows zero, and of a run that has not begun. It has no
  /// name, and nobody can resume it, until publish(). Errors: those of io::ModelFile::create().
  static StoredModel create(const std::string& path, const Vocabulary& vocabulary,
                            const RunRecord& record);
  /// Gives the file its name, when its first values are complete. Of a run that is to be gone on
  /// with, or of a model that is as it is to be.
  void publish(io::ModelState state = io::ModelState::kStopped);

  /// A file to go on with. Errors: those of io::ModelFile::open_to_train(); words, settings or
  /// position are missing or damaged; a matrix that the settings need is missing.
  static StoredModel open(const std::string& path);

  /// Bytes on the disk that create() takes. Errors: std::bad_alloc where that passes 2^63.
  static std::size_t bytes(const Vocabulary& vocabulary, const RunRecord& record);

  const std::string& path() const noexcept { return file_.path(); }
  io::ModelState state() const noexcept { return file_.state(); }
  const RunRecord& record() const noexcept { return record_; }
  /// Where the run stands: chunks that were in hand when a process died are to be trained again.
  const PositionRecord& start() const noexcept { return start_; }
  Vocabulary vocabulary() const;

  /// Begins to train, or goes on, by a record that may have other epochs, another alpha, other
  /// threads and flags than the file's. Then rows and position may be written. `most_redo`: room
  /// for so many chunks to be trained again in a position that it is moved to.
  void begin(const RunRecord& record, std::size_t most_redo = 0);
  /// Rows in the file. Valid until the next begin().
  Model model();
  Position& position() noexcept { return position_; }

  /// The run stands elsewhere than its position says: of a run that others train too, who come
  /// together now and then. Lasting, with the rows as they are. Where more chunks are to be trained
  /// again than there is room for, all are from the first of them on.
  void move_to(const PositionRecord& position);

  /// What is done becomes lasting.
  void checkpoint();
  /// Ends what begin() began: lasting, with that state. The run has merged what it trained.
  void end(io::ModelState state);

  /// Lets others go on with the file, which this one may still read: after end().
  void leave() noexcept { file_.unlock(); }

  /// Copies the model, to be gone on with by itself, while no worker writes it: whole or not at
  /// all. Errors: no room; what the system says.
  void copy_to(const std::string& path);

 private:
  bool make_room_for_position(std::size_t most_redo);
  void lay_out_position();
  void commit_position(io::ModelState state);
  void write_text(std::string_view section, const std::string& text);

  io::ModelFile file_;
  RunRecord record_;
  PositionRecord start_;
  Position position_;
  bool first_copy_ = true;  // the lasting position that counts is the first section
};

/// Whether a model file is of a run: others have vectors alone, and no plan or an empty one.
bool has_record(const io::ModelFile& file);

/// What a model file says of its run, and where that stands: also while it is trained.
/// Errors: Error where a section is missing or damaged.
RunRecord read_record(const io::ModelFile& file);
PositionRecord read_position(const io::ModelFile& file);

/// The words of a model file with their counts, in its order. Errors: those of
/// io::ModelWords::all().
Vocabulary read_vocabulary(const io::ModelFile& file);

}  // namespace hogvec
