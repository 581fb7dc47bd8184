// The flags of a run as its model file keeps them.
#pragma once

#include <map>
#include <string>

#include "tools/options.hpp"

namespace hogvec::tools {

/// The flags and values that give these options again, with everything that was left out: what a
/// model file keeps. Paths are absolute.
std::map<std::string, std::string> flags_of(const Word2vecOptions& options);

/// Of these flags those that count when the run goes on, too.
std::map<std::string, std::string> lasting_flags(std::map<std::string, std::string> flags);

/// The first flag in which a run that goes on must not differ from the one that it goes on with, as
/// "-size was 100 and is 200"; empty where there is none.
std::string fixed_difference(const std::map<std::string, std::string>& was,
                             const std::map<std::string, std::string>& is);

}  // namespace hogvec::tools
