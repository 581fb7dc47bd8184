// The files that TensorFlow's Embedding Projector reads.
#pragma once

#include <string>

#include "io/output_file.hpp"
#include "tools/map/map_data.hpp"

namespace hogvec::tools {

/// In a folder: vectors.tsv, numbers with tabs between them, a row a line and no names;
/// metadata.tsv, a line a word, with a line of names; projector_config.pbtxt, with which
/// TensorBoard finds both when it is given the folder as --logdir; config.json, the same for the
/// projector's web page by itself. Opened before the work, and each appears whole or not at all.
class ProjectorFiles {
 public:
  /// Makes the folder where there is none, but not the one that it is in. Errors: it cannot be made
  /// or written.
  explicit ProjectorFiles(const std::string& folder);

  /// What the first model of the map has. Numbers are those of the file, with the fewest digits
  /// that give the same floats again. Errors: a word or a text of the table with a tab or the end
  /// of a line, with its row; what OutputFile has.
  void write(const MapData& data);

 private:
  io::OutputFile vectors_;
  io::OutputFile metadata_;
  io::OutputFile config_;
  io::OutputFile web_config_;
};

}  // namespace hogvec::tools
