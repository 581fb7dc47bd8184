// What convert tells of a file.
#pragma once

#include <string>

namespace hogvec::tools {

/// Lines about a model, vector or .npy file; of a model file nothing is read but header, section
/// table and plan. Errors: those of its reader.
std::string describe_file(const std::string& path);

}  // namespace hogvec::tools
