// Readers of what is packed.
#pragma once

#include <memory>

#include "io/byte_reader.hpp"
#include "io/packing.hpp"

namespace hogvec::io {

/// What the file that `packed` comes to holds, which is packed so and not plain: one file, or those
/// of an archive. Errors: a packing that is not read; those of ByteReader::read().
std::unique_ptr<ByteReader> unpack(Packing packing, std::unique_ptr<ByteReader> packed);

}  // namespace hogvec::io
