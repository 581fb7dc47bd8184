#include "io/checksum.hpp"

#include <xxhash.h>

#include <new>

namespace hogvec::io {

struct RunningChecksum::State {
  State() : xxh3(XXH3_createState()) {
    if (xxh3 == nullptr) throw std::bad_alloc();
    XXH3_64bits_reset(xxh3);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { XXH3_freeState(xxh3); }

  XXH3_state_t* xxh3;
};

std::uint64_t checksum_of(const void* bytes, std::size_t size) noexcept {
  return XXH3_64bits(bytes, size);
}

RunningChecksum::RunningChecksum() : state_(std::make_unique<State>()) {}

RunningChecksum::~RunningChecksum() = default;

void RunningChecksum::add(const void* bytes, std::size_t size) noexcept {
  XXH3_64bits_update(state_->xxh3, bytes, size);
}

std::uint64_t RunningChecksum::value() const noexcept { return XXH3_64bits_digest(state_->xxh3); }

}  // namespace hogvec::io
