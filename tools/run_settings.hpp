// The flags of a run, as they were given and as they count.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/command_line.hpp"
#include "tools/options.hpp"

namespace hogvec::tools {

/// Who has said what a setting is.
enum class SettingFrom {
  kGiven,    // the command line
  kModel,    // the run that goes on
  kChosen,   // nobody: what is best, by the others
  kDefault,  // nobody: what it always is
};

struct Setting {
  std::string flag;
  std::optional<std::string> given;  // as the command line has it
  std::string value;                 // that counts
  SettingFrom from;
};

/// All that say how a run trains, what it reads and what it writes, by their names.
std::vector<Setting> run_settings(const Word2vecOptions& options, const CommandLine& line);

/// "given", "model", "chosen" or "default".
const char* name_of(SettingFrom from) noexcept;

}  // namespace hogvec::tools
