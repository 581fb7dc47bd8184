// The flags of word2vec.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/placement.hpp"
#include "engine/train/settings.hpp"
#include "tools/command_line.hpp"
#include "tools/text_places.hpp"

namespace hogvec::tools {

struct Word2vecOptions {
  TextPlaces train;
  std::string output;
  std::string output_context;
  std::string save_vocab;
  std::string read_vocab;
  std::string report;
  std::string page;                               // shows the run while it goes on
  std::string log;                                // of the run, a JSON object a line
  std::optional<std::vector<std::string>> watch;  // words whose neighbors both have; none: frequent
  TextPlaces held_out;
  std::string model;          // file that is trained in
  std::string resume;         // file to go on with
  std::string continue_from;  // model whose vectors a new run begins with
  std::string init;           // vectors that W begins with
  std::string init_context;   // vectors that W' begins with
  std::string locked;         // list of words whose rows of W are not trained
  bool grow_vocabulary = false;
  bool write_on_stop = false;
  double checkpoint_seconds = 300;
  std::size_t keep = 0;  // states of epochs' ends beside the model
  std::uint64_t min_count = 5;
  std::size_t max_vocabulary = 0;  // 0: all words
  std::size_t max_word_bytes = 98;
  std::size_t classes = 0;  // 0: vectors are written
  int debug = 2;
  bool binary = false;
  bool sentence_end = true;  // </s> is a word of the outputs
  TrainSettings settings;
  PlacementWishes placement;

  /// Whether vectors are trained, and not only words counted.
  bool trains() const noexcept { return !output.empty() || in_file(); }
  /// Whether what happens in a run is kept for who looks at it.
  bool is_followed() const noexcept { return !page.empty() || !log.empty(); }
  /// Whether they are trained in a file.
  bool in_file() const noexcept { return !model.empty() || !resume.empty(); }
};

/// All flags of word2vec. Errors: MissingArgument; Error for a value that cannot be, and for what
/// this version cannot do.
Word2vecOptions word2vec_options(CommandLine& line);

/// The text of `word2vec` without arguments and of --help.
extern const char* const kWord2vecUsage;

}  // namespace hogvec::tools
