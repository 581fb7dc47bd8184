#include "io/checksum.hpp"

#define XXH_STATIC_LINKING_ONLY  // the state as a value
#include <xxhash.h>

namespace hogvec::io {

struct RunningChecksum::State {
  XXH3_state_t xxh3;
};

std::uint64_t checksum_of(const void* bytes, std::size_t size) noexcept {
  return XXH3_64bits(bytes, size);
}

RunningChecksum::RunningChecksum() : state_(std::make_unique<State>()) {
  XXH3_64bits_reset(&state_->xxh3);
}

RunningChecksum::~RunningChecksum() = default;

void RunningChecksum::add(const void* bytes, std::size_t size) noexcept {
  XXH3_64bits_update(&state_->xxh3, bytes, size);
}

std::uint64_t RunningChecksum::value() const noexcept { return XXH3_64bits_digest(&state_->xxh3); }

}  // namespace hogvec::io
