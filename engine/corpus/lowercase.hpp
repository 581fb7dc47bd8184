// A text without the case of its letters.
#pragma once

#include <memory>

#include "io/text_source.hpp"

namespace hogvec {

/// `source` with its letters folded (fold_case()), by whoever takes a block. Its places grow with
/// the text as those of `source` do, but are no places of bytes: letters may change their length.
std::unique_ptr<io::TextSource> lowercased(std::unique_ptr<io::TextSource> source);

}  // namespace hogvec
