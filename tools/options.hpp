// The flags of word2vec: read as the reference reads them, checked as it does not.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/train/settings.hpp"

namespace hogvec::tools {

struct Word2vecOptions {
  std::string train;
  std::string output;
  std::string output_context;
  std::string save_vocab;
  std::string read_vocab;
  std::string report;
  std::uint64_t min_count = 5;
  std::size_t max_word_bytes = 98;
  int debug = 2;
  bool binary = false;
  TrainSettings settings;
};

/// Reads a command line by the reference's rules (word2vec.c:628): the first place of a flag
/// counts, its value is the next word whatever that is.
class CommandLine {
 public:
  CommandLine(int argc, char** argv);

  /// The value of a flag; nullptr where the flag is absent. Errors: MissingArgument.
  const char* value(std::string_view flag);

  /// The same as a whole number or a number, strictly: "1e2" is no whole number. Errors: Error.
  std::optional<std::int64_t> integer(std::string_view flag, std::int64_t least,
                                      std::int64_t most = std::numeric_limits<std::int64_t>::max());
  std::optional<double> number(std::string_view flag);

  /// A line for each word that no call asked for, with the nearest flag that some call asked for.
  std::vector<std::string> warnings() const;

 private:
  std::string nearest_flag(std::string_view word) const;

  std::vector<char*> words_;
  std::vector<bool> used_;
  std::vector<std::string> flags_;
};

/// A flag is the last word of the command line.
struct MissingArgument {
  std::string flag;
};

/// All flags of word2vec. Errors: MissingArgument; Error for a value that cannot be, and for what
/// this version cannot do.
Word2vecOptions word2vec_options(CommandLine& line);

/// The text of `word2vec` without arguments and of --help.
extern const char* const kWord2vecUsage;

}  // namespace hogvec::tools
